package dev.stoa.engine.kernel;

/** What one thread needs while it multiplies panels. Not thread-safe: one for each worker. */
public final class PanelScratch {
    /** Unpacked weights of one block: shape {@code [BLOCK][PANEL]}. */
    final float[] tile = new float[Activations.BLOCK * PackedMatrix.PANEL];
    /** Scales of one block: shape {@code [PANEL]}. */
    final float[] scale = new float[PackedMatrix.PANEL];
    /** Minimums of one block: shape {@code [PANEL]}. */
    final float[] minimum = new float[PackedMatrix.PANEL];
    /** Results: shape {@code [rows][PANEL]}. */
    final float[] result;

    /** Input scales and sums of plain matrices, one for each row. */
    final float[] ones;

    final float[] zeros;

    /** Scales and sums of the input that the current block uses. */
    float[] inputScales;

    float[] inputSums;

    /** Scale and sum of the current input row. */
    float inputScale;

    float inputSum;

    public PanelScratch(int maxRows) {
        this.ones = new float[maxRows];
        this.zeros = new float[maxRows];
        java.util.Arrays.fill(ones, 1f);
        this.inputScales = ones;
        this.inputSums = zeros;
        this.result = new float[maxRows * PackedMatrix.PANEL];
    }

    /** The last product's results: shape {@code [rows][PANEL]}. */
    public float[] result() {
        return result;
    }
}
