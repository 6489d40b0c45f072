package dev.stoa.engine.kernel;

import java.util.Arrays;

/**
 * The input rows of a matrix product, cut into blocks of {@value #BLOCK} columns so that one block of all rows lies
 * together.
 *
 * <p>For weights of whole numbers the input is quantised too, block by block, to whole numbers from −127 to 127 under one
 * scale: {@code x ≈ scale · q}. Dot products of whole numbers are exact in any order, so kernels are free in how they
 * compute a block. Other weights take the input as it is.
 *
 * <p>Different threads may set different rows or blocks at once; nobody reads before all are set.
 */
public final class Activations {
    /** Columns of a block, as in the 32-weight blocks of ggml. */
    public static final int BLOCK = 32;

    /** The largest quantised number. */
    static final float LEVELS = 127f;

    private static final int PAIRS = BLOCK / 2;

    private final Kernels kernels;
    /** Shape {@code [blocks][rows][BLOCK]}: the input as it is. */
    private final float[] values;
    /** Shape {@code [blocks][rows][BLOCK / 2]}: whole numbers, column {@code p} with column {@code p + 16} above it. */
    private final int[] pairs;
    /** Shape {@code [blocks][rows]}. */
    private final float[] scales;
    /** Shape {@code [blocks][rows]}: scale times the sum of the numbers, for weights with a minimum. */
    private final float[] sums;

    private int rows;
    private int blocks;
    private boolean keepsValues;
    private boolean quantizes;

    public Activations(Kernels kernels, int maxRows, int maxCols) {
        this.kernels = kernels;
        int maxBlocks = PackedMatrix.blocks(maxCols);
        int size = Math.multiplyExact(maxRows, maxBlocks * BLOCK);
        this.values = new float[size];
        this.pairs = new int[size / 2];
        this.scales = new float[maxRows * maxBlocks];
        this.sums = new float[maxRows * maxBlocks];
    }

    /** Takes a new shape, for products with {@code matrices}; the contents are undefined until every row is set. */
    public void reshape(int rows, int cols, PackedMatrix... matrices) {
        this.rows = rows;
        this.blocks = PackedMatrix.blocks(cols);
        if (rows * blocks > sums.length) {
            throw new IllegalArgumentException(rows + " rows of " + cols + " columns don't fit");
        }
        keepsValues = false;
        quantizes = false;
        for (PackedMatrix matrix : matrices) {
            keepsValues |= !matrix.form().whole();
            quantizes |= matrix.form().whole();
        }
    }

    public int rows() {
        return rows;
    }

    float[] values() {
        return values;
    }

    int[] pairs() {
        return pairs;
    }

    float[] scales() {
        return scales;
    }

    float[] sums() {
        return sums;
    }

    /** Where a row's block begins in {@link #values}. */
    int valuesAt(int block, int row) {
        return (block * rows + row) * BLOCK;
    }

    /** Where a row's block begins in {@link #pairs}. */
    int pairsAt(int block, int row) {
        return (block * rows + row) * PAIRS;
    }

    /** Where a block's scales and sums, one for each row, begin. */
    int scaleAt(int block) {
        return block * rows;
    }

    /** Sets a whole row from {@code source[at … at + cols)}; columns beyond become zero. */
    public void setRow(int row, float[] source, int at, int cols) {
        for (int block = 0; block < blocks; block++) {
            int from = block * BLOCK;
            setBlock(row, block, source, at + from, Math.min(BLOCK, cols - from));
        }
    }

    /** Sets one block of a row from {@code count} values. */
    public void setBlock(int row, int block, float[] source, int at, int count) {
        if (keepsValues) {
            int to = valuesAt(block, row);
            System.arraycopy(source, at, values, to, count);
            Arrays.fill(values, to + count, to + BLOCK, 0f);
        }
        if (quantizes) {
            if (count == BLOCK) {
                kernels.quantize(source, at, pairs, pairsAt(block, row), scales, sums, scaleAt(block) + row);
            } else {
                float[] padded = Arrays.copyOf(Arrays.copyOfRange(source, at, at + count), BLOCK);
                kernels.quantize(padded, 0, pairs, pairsAt(block, row), scales, sums, scaleAt(block) + row);
            }
        }
    }
}
