package dev.stoa.engine.kernel;

/**
 * ggml's types with blocks of 32 weights (block layouts: {@code ggml-common.h}): a half scale, perhaps a half minimum,
 * perhaps a word of fifth bits, then the numbers. Where they are nibbles, byte {@code j} holds weight {@code j} in its
 * low and weight {@code j + 16} in its high half.
 */
final class BlockFormat extends RowFormat {
    private static final int WEIGHTS = 32;
    private static final int HALF = WEIGHTS / 2;
    private final int bytes;
    private final boolean minimum;
    private final int zero;

    /**
     * @param minimum whether the file has minimums
     * @param zero what is added to a number where it has none: −8 for unsigned numbers up to 15
     */
    BlockFormat(Form form, boolean minimum, int zero) {
        super(form, minimum ? ScaleForm.PAIR : ScaleForm.HALF, form.offset() + zero);
        this.minimum = minimum;
        this.zero = zero;
        this.bytes = (minimum ? 4 : 2) + WEIGHTS * form.bits() / Byte.SIZE;
    }

    @Override
    void decode(byte[] row, int cols, int[] q, float[] scales, float[] minimums) {
        for (int block = 0; block < cols / WEIGHTS; block++) {
            int at = block * bytes;
            scales[block] = Bytes.half(row, at);
            minimums[block] = minimum ? Bytes.half(row, at + 2) : zero * scales[block];
            numbers(row, at + (minimum ? 4 : 2), q, block * WEIGHTS);
        }
    }

    private void numbers(byte[] row, int at, int[] q, int to) {
        switch (form()) {
            case EIGHT -> {
                for (int j = 0; j < WEIGHTS; j++) {
                    q[to + j] = row[at + j];
                }
            }
            case FIVE -> {
                nibbles(row, at + 4, q, to);
                int bits = Bytes.i32(row, at);
                for (int j = 0; j < WEIGHTS; j++) {
                    q[to + j] |= (bits >>> j & 1) << 4;
                }
            }
            default -> nibbles(row, at, q, to);
        }
    }

    private static void nibbles(byte[] row, int at, int[] q, int to) {
        for (int j = 0; j < HALF; j++) {
            int pair = Bytes.u8(row, at + j);
            q[to + j] = pair & 15;
            q[to + j + HALF] = pair >> 4;
        }
    }

    @Override
    void packScales(byte[] row, int cols, int[] words, int at, int panelRow) {
        for (int block = 0; block < cols / WEIGHTS; block++) {
            int from = block * bytes;
            int to = at + scaleForm().firstWord(block);
            ScaleForm.putHalf(words, to, panelRow, Bytes.u16(row, from));
            if (minimum) {
                ScaleForm.putHalf(words, to + ScaleForm.HALVES, panelRow, Bytes.u16(row, from + 2));
            }
        }
    }
}
