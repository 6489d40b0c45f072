package dev.stoa.engine.kernel;

/**
 * The inner loops of a forward pass. Stateless and thread-safe.
 *
 * <p>Two implementations, {@link ScalarKernels} and {@link VectorKernels}, give the same bits: every reduction is a
 * chain of fused multiply-adds in an order that depends on the model's shape alone, never on lane count, batch or
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

    /** {@code Σ x²} over {@code n} values, a multiple of 16 or not. */
    float sumOfSquares(float[] x, int at, int n);

    /** {@code out[i] = x[i] · factor · weight[i]}. In place is allowed. */
    void scaleRows(float[] x, int at, float factor, float[] weight, float[] out, int outAt, int n);

    /** {@code x[i] += y[i]}. */
    void add(float[] x, int at, float[] y, int yAt, int n);

    /** {@code gate[i] = silu(gate[i]) · up[i]}, where {@code silu(x) = x / (1 + e⁻ˣ)}. */
    void siluTimes(float[] gate, int at, float[] up, int upAt, int n);

    /** {@code gate[i] = gelu(gate[i]) · up[i]}, with the tanh form of GELU. */
    void geluTimes(float[] gate, int at, float[] up, int upAt, int n);

    /**
     * Dot products of one query head with the {@value #PAGE} keys of a page.
     *
     * @param keys a page, {@code [headSize][PAGE]} from {@code keysAt}
     * @param scores receives {@value #PAGE} values
     */
    void scores(float[] query, int queryAt, float[] keys, int keysAt, int headSize, float[] scores, int scoresAt);

    /**
     * Replaces {@code s[i]} by {@code e^(scale · (s[i] − max))} in {@code [from, to)}, and by 0 elsewhere in
     * {@code [0, n)}, where {@code n} is a multiple of {@value #PAGE}.
     *
     * @return the sum, at least 1 unless a value is NaN
     */
    float softmax(float[] s, int from, int to, int n, float scale);

    /**
     * {@code out[d] += Σ weights[t] · values[t][d]} over the first {@code tokens} of a page.
     *
     * @param values a page, {@code [PAGE][headSize]} from {@code valuesAt}
     */
    void accumulate(
            float[] weights,
            int weightsAt,
            int tokens,
            float[] values,
            int valuesAt,
            int headSize,
            float[] out,
            int outAt);
}
