package dev.stoa.engine.kernel.packed;

import static dev.stoa.engine.kernel.packed.TileFormat.BLOCK;

/**
 * The input of a product with a {@link TileMatrix}: tokens × columns, cut into blocks of 32 columns so that one block of
 * all tokens lies together.
 *
 * <p>Each block is kept in one or both of two forms. <em>Whole numbers</em>: {@code x ≈ scale · q} with
 * {@code scale = max|x| / 127} and {@code q} in −127…127, rounded half to even. <em>Floats</em>, as they are, for
 * 8-bit weights. A value that isn't finite makes its block's scale not finite, and so every result of its token.
 *
 * <p>Different threads may set different tokens or blocks at once; nobody reads before all are set.
 */
public final class TileActivations {
    /** Groups of a block whose sums are kept; a group is as long as the shortest chain. */
    static final int GROUPS = 4;

    private final TileKernels kernels;
    private final int[] pairs;
    private final float[] floats;
    private final float[] scales;
    private final float[] sums;
    private final int[] groupSums;
    private int tokens;
    private int blocks;
    private boolean keepsNumbers = true;
    private boolean keepsFloats = true;

    public TileActivations(TileKernels kernels, int maxTokens, int maxColumns) {
        this.kernels = kernels;
        int maxBlocks = (maxColumns + BLOCK - 1) / BLOCK;
        int count = Math.multiplyExact(maxTokens, maxBlocks);
        this.pairs = new int[Math.multiplyExact(count, BLOCK)];
        this.floats = new float[pairs.length];
        this.scales = new float[count];
        this.sums = new float[count];
        this.groupSums = new int[count * GROUPS];
    }

    /**
     * Takes a new shape; the contents are undefined until every block is set.
     *
     * @param columns a multiple of 32
     * @param numbers whether a matrix will read whole numbers
     * @param floats whether a matrix will read floats, see {@link TileMatrix#wantsFloats}
     */
    public void reshape(int tokens, int columns, boolean numbers, boolean floats) {
        if (columns % BLOCK != 0 || (long) tokens * (columns / BLOCK) > scales.length) {
            throw new IllegalArgumentException(tokens + " tokens of " + columns + " columns don't fit");
        }
        this.tokens = tokens;
        this.blocks = columns / BLOCK;
        this.keepsNumbers = numbers;
        this.keepsFloats = floats;
    }

    public int tokens() {
        return tokens;
    }

    int blocks() {
        return blocks;
    }

    boolean keepsNumbers() {
        return keepsNumbers;
    }

    boolean keepsFloats() {
        return keepsFloats;
    }

    /** Whole numbers, each in both halves of an int: shape {@code [blocks][tokens][BLOCK]}. */
    int[] pairs() {
        return pairs;
    }

    /** Shape {@code [blocks][tokens][BLOCK]}. */
    float[] floats() {
        return floats;
    }

    /** Shape {@code [blocks][tokens]}. */
    float[] scales() {
        return scales;
    }

    /** {@code scale · Σ q}: shape {@code [blocks][tokens]}. */
    float[] sums() {
        return sums;
    }

    /** {@code Σ q} over 8 columns each: shape {@code [blocks][tokens][GROUPS]}. */
    int[] groupSums() {
        return groupSums;
    }

    /** Sets a whole token from {@code source[at … at + columns)}. */
    public void setRow(int token, float[] source, int at) {
        for (int block = 0; block < blocks; block++) {
            setBlock(token, block, source, at + block * BLOCK);
        }
    }

    /** Sets 32 columns of a token from {@code source[at … at + 32)}. */
    public void setBlock(int token, int block, float[] source, int at) {
        int index = block * tokens + token;
        if (keepsFloats) {
            System.arraycopy(source, at, floats, index * BLOCK, BLOCK);
        }
        if (keepsNumbers) {
            quantize(source, at, index);
        }
    }

    private void quantize(float[] source, int at, int index) {
        int to = index * BLOCK;
        float scale = kernels.quantize(source, at, pairs, to);
        int sum = 0;
        for (int group = 0; group < GROUPS; group++) {
            int groupSum = groupSum(to + group * (BLOCK / GROUPS));
            groupSums[index * GROUPS + group] = groupSum;
            sum += groupSum;
        }
        scales[index] = scale;
        sums[index] = scale * sum;
    }

    private int groupSum(int at) {
        int sum = 0;
        for (int i = 0; i < BLOCK / GROUPS; i++) {
            sum += (short) pairs[at + i];
        }
        return sum;
    }
}
