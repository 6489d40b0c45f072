package dev.stoa.engine.kernel;

/** F32, F16 and BF16: no blocks, no scales. {@code q} holds the bits as they are. */
final class PlainFormat extends RowFormat {
    PlainFormat(Form form) {
        super(form, ScaleForm.NONE, 0);
    }

    @Override
    void decode(byte[] row, int cols, int[] q, float[] scales, float[] minimums) {
        for (int i = 0; i < cols; i++) {
            q[i] = form() == Form.FLOAT ? Bytes.i32(row, 4 * i) : Bytes.u16(row, 2 * i);
        }
    }

    @Override
    void packScales(byte[] row, int cols, int[] words, int at, int panelRow) {}
}
