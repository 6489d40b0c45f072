package dev.stoa.engine.kernel;

/**
 * ggml's types with blocks of 32 weights (block layouts: {@code ggml-common.h}). In the 4-bit ones byte {@code j} holds
 * weight {@code j} in its low and weight {@code j + 16} in its high half; the 5-bit ones keep the fifth bits in a word
 * of 32.
 */
abstract sealed class BlockFormat extends RowFormat {
    private static final int WEIGHTS = 32;
    private static final int HALF = WEIGHTS / 2;
    private final int bytes;
    private final boolean minimums;

    private BlockFormat(Form form, int bytes, boolean minimums) {
        super(form, WEIGHTS);
        this.bytes = bytes;
        this.minimums = minimums;
    }

    @Override
    boolean halfScales() {
        return true;
    }

    @Override
    boolean minimums() {
        return minimums;
    }

    @Override
    void decode(byte[] row, int cols, int[] q, float[] scales, float[] minimums) {
        for (int block = 0; block < cols / WEIGHTS; block++) {
            int at = block * bytes;
            scales[block] = Bytes.half(row, at);
            minimums[block] = minimum(row, at);
            numbers(row, at, q, block * WEIGHTS);
        }
    }

    abstract float minimum(byte[] row, int at);

    abstract void numbers(byte[] row, int at, int[] q, int to);

    private static void nibbles(byte[] row, int at, int[] q, int to) {
        for (int j = 0; j < HALF; j++) {
            int pair = Bytes.u8(row, at + j);
            q[to + j] = pair & 15;
            q[to + j + HALF] = pair >> 4;
        }
    }

    private static void addFifthBits(int bits, int[] q, int to) {
        for (int j = 0; j < WEIGHTS; j++) {
            q[to + j] |= (bits >>> j & 1) << 4;
        }
    }

    /** Half scale; {@code scale · (q − 8)}. */
    static final class Q40 extends BlockFormat {
        Q40() {
            super(Form.NIBBLE, 18, true);
        }

        @Override
        float minimum(byte[] row, int at) {
            return -8 * Bytes.half(row, at);
        }

        @Override
        void numbers(byte[] row, int at, int[] q, int to) {
            nibbles(row, at + 2, q, to);
        }
    }

    /** Half scale, half minimum. */
    static final class Q41 extends BlockFormat {
        Q41() {
            super(Form.NIBBLE, 20, true);
        }

        @Override
        float minimum(byte[] row, int at) {
            return Bytes.half(row, at + 2);
        }

        @Override
        void numbers(byte[] row, int at, int[] q, int to) {
            nibbles(row, at + 4, q, to);
        }
    }

    /** Half scale, fifth bits; {@code scale · (q − 16)}. */
    static final class Q50 extends BlockFormat {
        Q50() {
            super(Form.BYTE, 22, false);
        }

        @Override
        float minimum(byte[] row, int at) {
            return 0;
        }

        @Override
        void numbers(byte[] row, int at, int[] q, int to) {
            nibbles(row, at + 6, q, to);
            addFifthBits(Bytes.i32(row, at + 2), q, to);
            for (int j = 0; j < WEIGHTS; j++) {
                q[to + j] -= 16;
            }
        }
    }

    /** Half scale, half minimum, fifth bits. */
    static final class Q51 extends BlockFormat {
        Q51() {
            super(Form.BYTE, 24, true);
        }

        @Override
        float minimum(byte[] row, int at) {
            return Bytes.half(row, at + 2);
        }

        @Override
        void numbers(byte[] row, int at, int[] q, int to) {
            nibbles(row, at + 8, q, to);
            addFifthBits(Bytes.i32(row, at + 4), q, to);
        }
    }

    /** Half scale, signed bytes. */
    static final class Q80 extends BlockFormat {
        Q80() {
            super(Form.BYTE, 34, false);
        }

        @Override
        float minimum(byte[] row, int at) {
            return 0;
        }

        @Override
        void numbers(byte[] row, int at, int[] q, int to) {
            for (int j = 0; j < WEIGHTS; j++) {
                q[to + j] = row[at + 2 + j];
            }
        }
    }
}
