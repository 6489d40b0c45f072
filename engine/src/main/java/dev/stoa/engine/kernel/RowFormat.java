package dev.stoa.engine.kernel;

import dev.stoa.engine.gguf.TensorType;

/**
 * Decodes rows of one ggml tensor type. The one place that knows how a type lies in the file: both the packer and
 * {@link Dequantizer} go through it. Stateless.
 *
 * <p>A weight is {@code scale · q + minimum}, with a scale and a minimum for each {@link #scaleBlock} columns; the plain
 * types have neither, and {@code q} holds their bits.
 */
abstract class RowFormat {
    private final Form form;
    private final ScaleForm scaleForm;
    private final float minimumFactor;

    /** @param minimumFactor as in {@link PackedMatrix#minimumFactor} */
    RowFormat(Form form, ScaleForm scaleForm, float minimumFactor) {
        this.form = form;
        this.scaleForm = scaleForm;
        this.minimumFactor = minimumFactor;
    }

    static RowFormat of(TensorType type) {
        return switch (type) {
            case F32 -> new PlainFormat(Form.FLOAT);
            case F16 -> new PlainFormat(Form.HALF);
            case BF16 -> new PlainFormat(Form.BFLOAT);
            case Q4_0 -> new BlockFormat(Form.FOUR, false, -8);
            case Q4_1 -> new BlockFormat(Form.FOUR, true, 0);
            case Q5_0 -> new BlockFormat(Form.FIVE, false, -16);
            case Q5_1 -> new BlockFormat(Form.FIVE, true, 0);
            case Q8_0 -> new BlockFormat(Form.EIGHT, false, 0);
            case Q4_K -> new SuperBlockFormat.Q45K(Form.FOUR);
            case Q5_K -> new SuperBlockFormat.Q45K(Form.FIVE);
            case Q6_K -> new SuperBlockFormat.Q6K();
        };
    }

    Form form() {
        return form;
    }

    ScaleForm scaleForm() {
        return scaleForm;
    }

    float minimumFactor() {
        return minimumFactor;
    }

    /** Columns that share a scale: 16 or 32. */
    int scaleBlock() {
        return scaleForm.columns();
    }

    boolean plain() {
        return scaleForm == ScaleForm.NONE;
    }

    /**
     * Decodes a row.
     *
     * @param row the row's bytes
     * @param q receives one number for each column
     * @param scales receives one for each {@link #scaleBlock} columns, as does {@code minimums}
     */
    abstract void decode(byte[] row, int cols, int[] q, float[] scales, float[] minimums);

    /** Adds a row's scales to those of its panel, which begin {@code at}, as {@link #scaleForm} has them. */
    abstract void packScales(byte[] row, int cols, int[] words, int at, int panelRow);
}
