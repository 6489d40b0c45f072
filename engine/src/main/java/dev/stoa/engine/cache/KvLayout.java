package dev.stoa.engine.cache;

import dev.stoa.engine.KvType;
import dev.stoa.engine.kernel.Kernels;
import dev.stoa.engine.kernel.KvPages;

/**
 * Where keys and values lie in a block of {@value #TOKENS} tokens: for each layer and key-value head a page of keys and
 * then one of values, as {@link KvPages} has them. Scores of 16 tokens come out in lanes, and neither product sums over
 * lanes.
 *
 * @param layers transformer layers
 * @param heads key-value heads of a layer
 * @param headSize numbers of a head, a multiple of 4
 * @param type what numbers are kept as
 */
public record KvLayout(int layers, int heads, int headSize, KvType type) {
    /** Tokens of a block. */
    public static final int TOKENS = Kernels.PAGE;

    /** @throws IllegalArgumentException if the head size is not a multiple of what a word holds */
    public KvLayout {
        if (headSize % type.perWord() != 0) {
            throw new IllegalArgumentException("heads of " + headSize + " numbers don't fit words of " + type);
        }
    }

    /** Words of 32 bits of a block. */
    public int blockWords() {
        return Math.multiplyExact(layers * heads * 2, KvPages.words(type, headSize));
    }

    /** Bytes of a block. */
    public long blockBytes() {
        return (long) blockWords() * Integer.BYTES;
    }

    /** Where the keys of a head begin in a block. */
    public int keys(int layer, int head) {
        return (layer * heads + head) * 2 * KvPages.words(type, headSize);
    }

    /** Where the values of a head begin in a block. */
    public int values(int layer, int head) {
        return keys(layer, head) + KvPages.words(type, headSize);
    }

    /** Blocks that hold {@code tokens}. */
    public static int blocks(int tokens) {
        return (tokens + TOKENS - 1) / TOKENS;
    }
}
