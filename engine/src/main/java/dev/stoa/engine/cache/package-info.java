/**
 * Keys and values of all running requests, in blocks of 16 tokens from one bounded pool: {@link
 * dev.stoa.engine.cache.BlockPool} counts ids, {@link dev.stoa.engine.cache.KvStorage} holds the numbers.
 *
 * <h2>Layout of a block</h2>
 *
 * One {@code float[]} for all layers. For layer {@code l} and key-value head {@code h}, from
 * {@code (l · heads + h) · 2 · headSize · 16}: the keys as {@code [headSize][16]}, then the values as
 * {@code [16][headSize]}. Scores of a block's 16 tokens come out side by side in registers, and so do the numbers of a
 * head in the weighted sum of values: neither adds lanes together.
 *
 * <h2>A sequence's life</h2>
 *
 * {@code reserve(tokens)} counts blocks for the longest it can become, or refuses; {@code grow} turns reservations into
 * blocks as tokens come; {@code close} returns both. So a request that runs never meets an empty pool. A pool of four
 * blocks:
 *
 * <pre>{@code
 *                         free  used  reserved
 * start                     4     0      0
 * A reserves 40 tokens      4     0      3
 * A grows to 20 tokens      2     2      1
 * B reserves 32 tokens      refused: used 2 + reserved 1 + wanted 2 > 4
 * A ends                    4     0      0
 * }</pre>
 */
@org.jspecify.annotations.NullMarked
package dev.stoa.engine.cache;
