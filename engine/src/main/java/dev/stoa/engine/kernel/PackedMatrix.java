package dev.stoa.engine.kernel;

/**
 * A weight matrix of {@code rows × cols}, repacked once at load so that a vector register holds the same column of
 * neighbouring rows. Immutable after packing and thread-safe.
 *
 * <p>Rows are grouped in <em>panels</em> of {@value #PANEL}; columns in blocks that share one scale per row. A panel's
 * block is {@code lanes[block / perLane][PANEL]}: lane {@code r} of a group holds {@code perLane} consecutive columns of
 * row {@code r}. A weight is {@code scale · q + minimum}. Rows and columns beyond the matrix are zero.
 *
 * <p>Scales are kept as the file has them: a pair of halves (scale in the low half, minimum in the high half) where both
 * are exact in half precision, as they are in Q4_0 to Q8_0; else as floats.
 */
public final class PackedMatrix {
    /** Rows of a panel: a multiple of every lane count from 128 to 512 bits, two registers or more. */
    public static final int PANEL = 32;

    private final int rows;
    private final int cols;
    private final Form form;
    private final int block;
    private final int[] lanes;
    private final int[] halfScales;
    private final float[] scales;
    private final float[] minimums;

    /**
     * @param block columns that share a scale: 16 or 32
     * @param lanes shape {@code [panels][blocks][block / perLane][PANEL]}
     * @param halfScales shape {@code [panels][blocks][PANEL]}, or empty
     * @param scales the same shape, or empty
     * @param minimums the same shape, or empty where every minimum is zero
     */
    PackedMatrix(
            int rows, int cols, Form form, int block, int[] lanes, int[] halfScales, float[] scales, float[] minimums) {
        this.rows = rows;
        this.cols = cols;
        this.form = form;
        this.block = block;
        this.lanes = lanes;
        this.halfScales = halfScales;
        this.scales = scales;
        this.minimums = minimums;
    }

    public int rows() {
        return rows;
    }

    public int cols() {
        return cols;
    }

    public Form form() {
        return form;
    }

    /** Whether weights are whole numbers under a scale, and the input must be too. */
    boolean quantized() {
        return form == Form.NIBBLE || form == Form.BYTE;
    }

    /** Groups of {@value #PANEL} rows: the unit in which work is split. */
    public int panels() {
        return panels(rows);
    }

    /** Memory that the weights take. */
    public long bytes() {
        return 4L * (lanes.length + (long) halfScales.length + scales.length + minimums.length);
    }

    static int panels(int rows) {
        return (rows + PANEL - 1) / PANEL;
    }

    int block() {
        return block;
    }

    int blocks() {
        return (cols + Activations.BLOCK - 1) / Activations.BLOCK * (Activations.BLOCK / block);
    }

    int[] lanes() {
        return lanes;
    }

    /** Where a panel's block begins in {@link #lanes}. */
    int laneOffset(int panel, int blockIndex) {
        return (panel * blocks() + blockIndex) * (block / form.perLane() * PANEL);
    }

    /** Where a panel's block begins in the scale arrays. */
    int scaleOffset(int panel, int blockIndex) {
        return (panel * blocks() + blockIndex) * PANEL;
    }

    boolean hasHalfScales() {
        return halfScales.length > 0;
    }

    int[] halfScales() {
        return halfScales;
    }

    boolean hasScales() {
        return scales.length > 0;
    }

    float[] scales() {
        return scales;
    }

    boolean hasMinimums() {
        return minimums.length > 0;
    }

    float[] minimums() {
        return minimums;
    }
}
