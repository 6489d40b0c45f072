package dev.stoa.engine.cache;

/**
 * Where keys and values lie in a block of {@value #TOKENS} tokens: for each layer and key-value head, keys as
 * {@code [headSize][TOKENS]} and then values as {@code [TOKENS][headSize]}. So scores of 16 tokens come out in lanes, and
 * neither product sums over lanes.
 *
 * @param layers transformer layers
 * @param heads key-value heads of a layer
 * @param headSize numbers of a head
 */
public record KvLayout(int layers, int heads, int headSize) {
    /** Tokens of a block. */
    public static final int TOKENS = 16;

    /** Floats of a block. */
    public int blockFloats() {
        return Math.multiplyExact(layers * heads * 2, headSize * TOKENS);
    }

    /** Bytes of a block. */
    public long blockBytes() {
        return (long) blockFloats() * Float.BYTES;
    }

    /** Where the keys of a head begin in a block. */
    public int keys(int layer, int head) {
        return (layer * heads + head) * 2 * headSize * TOKENS;
    }

    /** Where the values of a head begin in a block. */
    public int values(int layer, int head) {
        return keys(layer, head) + headSize * TOKENS;
    }

    /** Blocks that hold {@code tokens}. */
    public static int blocks(int tokens) {
        return (tokens + TOKENS - 1) / TOKENS;
    }
}
