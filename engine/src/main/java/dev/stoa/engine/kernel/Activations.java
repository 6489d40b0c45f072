package dev.stoa.engine.kernel;

/**
 * The input rows of a matrix product, cut into blocks of {@value #BLOCK} columns so that one block of all rows lies
 * together.
 *
 * <p>For quantised weights the input is quantised too, block by block, to whole numbers from −127 to 127 under one scale:
 * {@code x ≈ scale · q}, the scale a half-precision number, as in ggml's Q8_0. Dot products of whole numbers are exact
 * in any order, so kernels are free in how they compute a block. Weights of plain types take the input as it is.
 *
 * <p>Different threads may set different rows or blocks at once; nobody reads before all are set.
 */
public final class Activations {
    /** Columns of a block, as in the 32-weight blocks of ggml. */
    public static final int BLOCK = 32;

    /** The largest quantised number. */
    static final float LEVELS = 127f;

    private final Kernels kernels;
    /** Shape {@code [blocks][rows][BLOCK]}: the input as it is. */
    private final float[] values;
    /** The same shape: whole numbers. */
    private final float[] numbers;
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
        int maxBlocks = (maxCols + BLOCK - 1) / BLOCK;
        int size = Math.multiplyExact(maxRows, maxBlocks * BLOCK);
        this.values = new float[size];
        this.numbers = new float[size];
        this.scales = new float[maxRows * maxBlocks];
        this.sums = new float[maxRows * maxBlocks];
    }

    /** Takes a new shape, for products with {@code matrices}; the contents are undefined until every row is set. */
    public void reshape(int rows, int cols, PackedMatrix... matrices) {
        this.rows = rows;
        this.blocks = (cols + BLOCK - 1) / BLOCK;
        if (rows * blocks > sums.length) {
            throw new IllegalArgumentException(rows + " rows of " + cols + " columns don't fit");
        }
        keepsValues = false;
        quantizes = false;
        for (PackedMatrix matrix : matrices) {
            keepsValues |= !matrix.quantized();
            quantizes |= matrix.quantized();
        }
    }

    public int rows() {
        return rows;
    }

    /** Whole numbers for a quantised matrix, else the input as it is. */
    float[] values(PackedMatrix matrix) {
        return matrix.quantized() ? numbers : values;
    }

    float[] scales() {
        return scales;
    }

    float[] sums() {
        return sums;
    }

    /** Where a row's block begins in {@link #values}. */
    int offset(int block, int row) {
        return (block * rows + row) * BLOCK;
    }

    /** Where a block's scales and sums, one for each row, begin. */
    int scaleOffset(int block) {
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
        int to = offset(block, row);
        if (keepsValues) {
            System.arraycopy(source, at, values, to, count);
            java.util.Arrays.fill(values, to + count, to + BLOCK, 0f);
        }
        if (quantizes) {
            quantize(scaleOffset(block) + row, to, source, at, count);
        }
    }

    private void quantize(int scaleAt, int to, float[] source, int at, int count) {
        if (count < BLOCK) {
            float[] padded = new float[BLOCK];
            System.arraycopy(source, at, padded, 0, count);
            quantize(scaleAt, to, padded, 0, BLOCK);
            return;
        }
        float max = kernels.maxAbs(source, at);
        float scale = halved(max / LEVELS);
        float sum = kernels.round(source, at, max == 0 ? 0 : LEVELS / max, numbers, to);
        scales[scaleAt] = scale;
        sums[scaleAt] = scale * sum;
    }

    /** Half precision, as ggml keeps it; a scale too large for that stays as it is. */
    private static float halved(float scale) {
        float half = Float.float16ToFloat(Float.floatToFloat16(scale));
        return Float.isInfinite(half) ? scale : half;
    }
}
