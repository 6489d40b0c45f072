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
    private final int scaleBlock;

    RowFormat(Form form, int scaleBlock) {
        this.form = form;
        this.scaleBlock = scaleBlock;
    }

    static RowFormat of(TensorType type) {
        return switch (type) {
            case F32 -> new PlainFormat(Form.FLOAT);
            case F16 -> new PlainFormat(Form.HALF);
            case BF16 -> new PlainFormat(Form.BFLOAT);
            case Q4_0 -> new BlockFormat.Q40();
            case Q4_1 -> new BlockFormat.Q41();
            case Q5_0 -> new BlockFormat.Q50();
            case Q5_1 -> new BlockFormat.Q51();
            case Q8_0 -> new BlockFormat.Q80();
            case Q4_K -> new SuperBlockFormat.Q4K();
            case Q5_K -> new SuperBlockFormat.Q5K();
            case Q6_K -> new SuperBlockFormat.Q6K();
        };
    }

    Form form() {
        return form;
    }

    /** Columns that share a scale: 16 or 32. */
    int scaleBlock() {
        return scaleBlock;
    }

    boolean plain() {
        return false;
    }

    /** Whether scales and minimums are exact in half precision. */
    boolean halfScales() {
        return false;
    }

    /** Whether minimums can be other than zero. */
    abstract boolean minimums();

    /**
     * Decodes a row.
     *
     * @param row the row's bytes
     * @param q receives one number for each column
     * @param scales receives one for each {@link #scaleBlock} columns, as does {@code minimums}
     */
    abstract void decode(byte[] row, int cols, int[] q, float[] scales, float[] minimums);
}
