/**
 * The inner loops: unpacking, products, norms, softmax, and the threads that share them.
 *
 * <h2>Contract</h2>
 *
 * Every number is computed by the same steps in the same order whatever the lane count, the batch, and the number of
 * threads; {@link dev.stoa.engine.kernel.ScalarKernels} and {@link dev.stoa.engine.kernel.VectorKernels} agree in every
 * bit, so the first is the test oracle of the second. Three rules make it so:
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
 * A weight is {@code scale · q + minimum} with a scale for each 16 or 32 columns of a row. Activations are quantised to
 * {@code scaleₓ · x} with |x| ≤ 127 in blocks of 32. For each block, {@code Σ q·x} is a whole number below 2²⁴, so float
 * arithmetic gives it exactly; then
 *
 * <pre>{@code result = fma(scale · scaleₓ, Σ q·x, result)
 * result = fma(minimum, scaleₓ · Σ x, result)}</pre>
 *
 * in the order of the blocks. A kernel may therefore compute {@code Σ q·x} in any number format that is exact, such as
 * 16-bit integers, and still give the same bits.
 *
 * <p>Layout of the packed weights: {@link dev.stoa.engine.kernel.PackedMatrix}. The file's formats:
 * {@link dev.stoa.engine.kernel.RowFormat} and its subclasses. Formats without blocks (F32, F16, BF16) take the
 * activations as they are.
 */
@org.jspecify.annotations.NullMarked
package dev.stoa.engine.kernel;
