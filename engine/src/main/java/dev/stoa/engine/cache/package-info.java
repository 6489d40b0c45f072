/**
 * Keys and values of all requests, in blocks of 16 tokens from one bounded pool.
 *
 * <p>{@link dev.stoa.engine.cache.BlockPool} counts who holds which block, {@link dev.stoa.engine.cache.KvStorage} has the
 * numbers, {@link dev.stoa.engine.cache.PrefixCache} knows what was computed before.
 *
 * <h2>Layout of a block</h2>
 *
 * One {@code int[]} for all layers, of bfloat16 numbers unless {@link dev.stoa.engine.KvType} says otherwise. For each
 * layer and key-value head a page of keys and a page of values, 16 tokens each
 * ({@link dev.stoa.engine.kernel.KvPages}): the keys by number and then token, the values by token and then number.
 * Scores of a block's 16 tokens come out side by side in registers, and so do the numbers of a head in the weighted sum
 * of values: neither adds lanes together.
 *
 * <h2>A block's life</h2>
 *
 * A sequence takes a block when a token needs it, and gives all of them back when its request ends or has to make room.
 * A block that nobody holds is free; its content stays known until the block is taken again, the one that was given back
 * first, and of one sequence the last block first, as the beginning is what others may share. Free blocks are one list
 * with content worth nothing in front.
 *
 * <h2>Prefixes</h2>
 *
 * Keys and values of a position depend on the tokens up to it and on nothing else, bit for bit. So a full block is named
 * by 128 bits of SHA-256 over the name of the block before it and its own tokens; the chain begins with a secret of the
 * process and the tenant. A request shares the blocks whose names it finds, and copies the block in which it parts from a
 * known sequence. A pool of six blocks, in which A has a prompt of 40 tokens, and B the same one and 10 more:
 *
 * <pre>{@code
 *                                   A           B          free
 * A computes its prompt             0 1 2                  3 4 5
 * B begins: shares 0 and 1,
 *   copies 8 tokens of 2 to 3       0 1 2       0 1 3      4 5
 * B computes 10 tokens              0 1 2       0 1 3 4    5
 * A ends; 2 stays known                         0 1 3 4    5 2
 * B ends, tail first                                       5 2 4 3 1 0
 * }</pre>
 */
@org.jspecify.annotations.NullMarked
package dev.stoa.engine.cache;
