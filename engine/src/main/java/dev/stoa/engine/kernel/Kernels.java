package dev.stoa.engine.kernel;

import dev.stoa.engine.KvType;

/**
 * The inner loops of a forward pass. Stateless and thread-safe.
 *
 * <p>The implementations {@link ScalarKernels}, {@link VectorKernels} and {@link MachineKernels} give the same bits: every
 * reduction is a chain of fused multiply-adds in an order that depends on the model's shape alone, never on lane count, batch or
 * threads. {@link KernelChoice} picks one.
 */
public interface Kernels {
    /** Partial sums of {@link #sumOfSquares} and {@link #softmax}: element {@code i} goes to sum {@code i % 16}. */
    int PARTIAL_SUMS = 16;

    /** Tokens of a key or value page. */
    int PAGE = 16;

    /** Such as {@code vector, 256-bit}. */
    String description();

    /**
     * Multiplies one panel of the matrix with all input rows.
     *
     * @param scratch receives the results, {@code [rows][PackedMatrix.PANEL]}
     */
    void multiply(PackedMatrix matrix, int panel, Activations input, PanelScratch scratch);

    /**
     * Quantises {@link Activations#BLOCK} values: {@code q = round(x · 127 / max|x|)}, to the nearest whole number and to
     * the even one of two; the scale is {@code max|x| / 127}. Where a value is not finite, neither is the scale.
     *
     * @param pairs receives {@code q[p]} in the low and {@code q[p + 16]} in the high half of 16 ints
     * @param scales receives the scale at {@code scaleAt}, and {@code sums} scale times {@code Σ q}
     */
    void quantize(float[] x, int at, int[] pairs, int pairsAt, float[] scales, float[] sums, int scaleAt);

    /** How {@link #multiply} wants its input for weights of this form. */
    Operand operand(Form form);

    /** Spreads {@link #quantize}'s pairs to {@link Activations#BLOCK} floats. */
    void levels(int[] pairs, int at, float[] levels, int to);

    /**
     * Makes a record of {@link #quantize}'s pairs for {@link Operand#NIBBLES}.
     *
     * @throws UnsupportedOperationException if {@link #operand} never asks for it
     */
    default void nibbleRecord(int[] pairs, int at, float scale, float sum, int[] record, int to) {
        throw new UnsupportedOperationException(description());
    }

    /** As {@link #nibbleRecord}, for {@link Operand#BYTES}. */
    default void byteRecord(int[] pairs, int at, float scale, float sum, int[] record, int to) {
        throw new UnsupportedOperationException(description());
    }

    /**
     * {@code Σ x²} over {@code n} values, a multiple of 16 or not.
     *
     * @param partial room for {@link #PARTIAL_SUMS}
     */
    float sumOfSquares(float[] x, int at, int n, float[] partial);

    /** {@code out[i] = x[i] · factor · weight[i]}. In place is allowed. */
    void scaleRows(float[] x, int at, float factor, float[] weight, float[] out, int outAt, int n);

    /** {@code x[i] *= factor}. */
    void scale(float[] x, int at, int n, float factor);

    /** {@code x[i] += y[i]}. */
    void add(float[] x, int at, float[] y, int yAt, int n);

    /** {@code gate[i] = silu(gate[i]) · up[i]}, where {@code silu(x) = x / (1 + e⁻ˣ)}. */
    void siluTimes(float[] gate, int at, float[] up, int upAt, int n);

    /** {@code gate[i] = gelu(gate[i]) · up[i]}, with the tanh form of GELU. */
    void geluTimes(float[] gate, int at, float[] up, int upAt, int n);

    /**
     * Reads a page of keys, as {@link KvPages} has them, as floats {@code [headSize][PAGE]} from {@code to}, rows
     * {@code stride} apart.
     */
    void keys(KvType type, int[] page, int at, int headSize, float[] tile, int to, int stride);

    /** Reads a page of values as floats {@code [PAGE][headSize]} from {@code to}, rows {@code stride} apart. */
    void values(KvType type, int[] page, int at, int headSize, float[] tile, int to, int stride);

    /**
     * What attention computes with pages, for one worker.
     *
     * @param width numbers from one query to the next: the head size, or more up to a multiple of {@link
     *     PageProducts#TILE}
     */
    default PageProducts pages(KvType type, int headSize, int width) {
        return new TilePages(this, type, headSize, width);
    }

    /**
     * {@code out[i][c] += Σ x[i][k] · tile[k][c]}, a chain of fused multiply-adds in the order of {@code k}.
     *
     * @param tile {@code [depth][cols]} from {@code tileAt}, rows {@code stride} apart
     * @param cols a multiple of {@link PackedMatrix#PANEL}
     * @param x {@code [rows][depth]} from {@code xAt}, rows {@code xStride} apart
     * @param out {@code [rows][cols]} from {@code outAt}, rows {@code outStride} apart
     */
    void dots(
            float[] tile,
            int tileAt,
            int stride,
            int depth,
            int cols,
            float[] x,
            int xAt,
            int xStride,
            int rows,
            float[] out,
            int outAt,
            int outStride);

    /**
     * With {@code s} from {@code at}: replaces {@code s[i]} by {@code e^(scale · (s[i] − max))} in {@code [from, to)}, and
     * by 0 elsewhere in {@code [0, n)}, where {@code n} is a multiple of {@value #PAGE}.
     *
     * @param partial room for {@link #PARTIAL_SUMS}
     * @return the sum, at least 1 unless a value is NaN
     */
    float softmax(float[] s, int at, int from, int to, int n, float scale, float[] partial);

    /** The index, from {@code at}, of the first of the largest of {@code n} values; -1 if one is NaN or +∞. */
    int argmax(float[] x, int at, int n);
}
