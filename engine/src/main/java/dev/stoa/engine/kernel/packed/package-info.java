/**
 * Products with quantised weights: 4, 5 and 6 bits in whole numbers, 8 bits in floats.
 *
 * <h2>Layout</h2>
 *
 * <p>A {@link dev.stoa.engine.kernel.packed.TileMatrix} is one array of shorts: tiles of 32 rows, in each the blocks of
 * 32 columns from left to right. A line below is a <em>row of the tile</em>, 32 shorts, one for each row of the matrix,
 * in the order 0, 16, 1, 17, … 15, 31: an int of two shorts holds rows r and r + 16, so the halves of 32-bit lanes are
 * neighbouring rows for any lane count. Rows beyond the matrix are zero.
 *
 * <pre>
 *            in front of 256 columns   in front of a block              numbers of a block
 * Q4_0                                 scale                            8 lines of 4-bit numbers
 * Q4_1                                 scale | minimum                  8
 * Q5_0                                 scale                            8, then 2 of fifth bits
 * Q5_1                                 scale | minimum                  8, then 2
 * Q4_K       scale | minimum           scale (u8) with minimum (u8)     8
 * Q5_K       scale | minimum           scale (u8) with minimum (u8)     8, then 2
 * Q6_K       scale                     two scales (i8)                  8, then 4 of upper bits
 * Q8_0                                 scale                            16 lines of signed bytes
 *
 * 4-bit line g    columns 4g … 4g + 3, the first in the lowest bits
 * fifth bits h    bit k of line h: column 16h + k
 * upper bits i    bits 2k, 2k + 1 of line i: column 8i + k
 * bytes line j    columns 2j (low) and 2j + 1 (high)
 * </pre>
 *
 * <p>Scales and minimums without a note are IEEE halves, as in the file. Every type takes the bytes that it takes in the
 * file but Q4_K and Q5_K, whose inner scales take 16 bytes for 256 columns instead of 12 (148 and 180 bytes).
 *
 * <h2>Arithmetic</h2>
 *
 * <p>Whole numbers: the input is {@code x = scale · q}, 32 columns at a time. {@code Σ q·w} over a chain of 32 (4-bit),
 * 16 (5-bit) or 8 (6-bit) columns is exact in 16 bits: with {@code |q| ≤ 127} and {@code |w| ≤ 8, 16, 32} it is at most
 * 32,512. Sums may wrap around on their way; addition modulo 2¹⁶ forgives it. In floats, for one row and one token:
 *
 * <pre>
 * for each block, left to right:
 *     for each chain:      result = fma(float(Σ q·w), weight scale · input scale, result)
 *     if it has minimums:  result = fma(fma(offset, weight scale, minimum), input scale · Σ q, result)
 * </pre>
 *
 * <p>Floats, for 8 bits: {@code dot = fma(w, x, dot)} from zero over the 32 columns of a block, then
 * {@code result = fma(dot, scale, result)}. There two exact products would already fill 16 bits, and floats cost the
 * same while they keep the input as it is.
 *
 * <p>So a result depends on its row and its token alone: not on the batch, the threads, or the lane count; and
 * {@link dev.stoa.engine.kernel.packed.TileKernels#SCALAR} gives the same bits.
 *
 * <h2>Sizes of methods</h2>
 *
 * <p>HotSpot's C2 stops inlining when one compilation holds some 18,000 nodes, and a vector operation is worth about 200
 * of them. What is not inlined gets its vectors on the heap, and runs tens of times slower. So each kernel must be a
 * compilation of its own: larger than the 325 bytes of bytecode up to which a hot method is inlined into its caller,
 * and of no more than some 50 vector operations. {@code KernelSizeTest} holds them to the first.
 */
@NullMarked
package dev.stoa.engine.kernel.packed;

import org.jspecify.annotations.NullMarked;
