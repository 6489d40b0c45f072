/**
 * The inner loops: unpacking, products, norms, softmax, and the threads that share them.
 *
 * <h2>Contract</h2>
 *
 * Every number is computed by the same steps in the same order whatever the lane count, the batch, and the number of
 * threads; {@link dev.stoa.engine.kernel.ScalarKernels}, {@link dev.stoa.engine.kernel.VectorKernels} and {@link
 * dev.stoa.engine.kernel.MachineKernels} agree in every bit, so the first is the test oracle of the others. Three rules make it so:
 *
 * <ol>
 *   <li>Lanes hold different results (rows of a matrix, tokens of a page, numbers of a head), never parts of one sum.
 *       Where a sum over neighbours can't be avoided (norms, softmax) it has sixteen partial sums, as many as the widest
 *       register has lanes, added in one order.
 *   <li>Work is split over results.
 *   <li>Only operations with one right answer are used: add, multiply, divide, fused multiply-add. The exponential is
 *       made of these.
 * </ol>
 *
 * <h2>Products</h2>
 *
 * A weight is {@code scale · q + minimum} with a scale for each 16 or 32 columns of a row. Weights of up to 8 bits are
 * multiplied as whole numbers: activations are quantised to {@code scaleₓ · x} with |x| ≤ 127 in blocks of 32, the sum {@code
 * Σ q·x} over the columns that share a scale is exact, and
 *
 * <pre>{@code result = fma(scale · scaleₓ, Σ q·x, result)
 * result = fma(minimum, scaleₓ · Σ x, result)}</pre>
 *
 * in the order of the blocks. The Vector API sums products of up to 5 bits in 16-bit lanes, 16 products of at most 16 · 127
 * in each, and others in floats; {@link dev.stoa.engine.kernel.x86 machine code} has an instruction for them. With plain
 * types the activations are taken as they are: {@code dot = fma(q, x, dot)} from zero in the order of the columns, then
 * {@code result = fma(scale, dot, result)}.
 *
 * <h2>Attention</h2>
 *
 * Keys and values lie in pages of 16 tokens ({@link dev.stoa.engine.kernel.KvPages}), read as floats two pages at a time
 * and multiplied with all queries that share them by the same kernel as the float products. A score is a chain over the
 * head's numbers; a number of the output a chain over the tokens from the first that the row may see, then divided by the
 * sum of the weights.
 *
 * <p>Layout of the packed weights: {@link dev.stoa.engine.kernel.PackedMatrix}, {@link dev.stoa.engine.kernel.Form} and
 * {@link dev.stoa.engine.kernel.ScaleForm}. The file's formats: {@link dev.stoa.engine.kernel.RowFormat} and its
 * subclasses.
 */
@org.jspecify.annotations.NullMarked
package dev.stoa.engine.kernel;
