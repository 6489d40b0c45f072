package dev.stoa.engine.kernel;

/**
 * ggml's K types: super-blocks of 256 weights whose sub-blocks have small whole-number scales under a half-precision one
 * (block layouts: {@code ggml-common.h}, {@code ggml-quants.c}).
 */
abstract sealed class SuperBlockFormat extends RowFormat {
    private static final int WEIGHTS = 256;
    private final int bytes;
    private final boolean minimums;

    private SuperBlockFormat(Form form, int scaleBlock, int bytes, boolean minimums) {
        super(form, scaleBlock);
        this.bytes = bytes;
        this.minimums = minimums;
    }

    @Override
    boolean minimums() {
        return minimums;
    }

    @Override
    void decode(byte[] row, int cols, int[] q, float[] scales, float[] minimums) {
        int subBlocks = WEIGHTS / scaleBlock();
        for (int block = 0; block < cols / WEIGHTS; block++) {
            scales(row, block * bytes, scales, minimums, block * subBlocks);
            numbers(row, block * bytes, q, block * WEIGHTS);
        }
    }

    abstract void scales(byte[] row, int at, float[] scales, float[] minimums, int to);

    abstract void numbers(byte[] row, int at, int[] q, int to);

    /**
     * Q4_K and Q5_K: eight 6-bit scales and minimums in 12 bytes. The first four of each fill the low bits of bytes 0–3
     * and 4–7; of the last four, the low half lies in bytes 8–11 and the upper two bits atop bytes 0–7.
     */
    private static void sixBitScales(byte[] row, int at, float[] scales, float[] minimums, int to) {
        float scale = Bytes.half(row, at);
        float minimum = Bytes.half(row, at + 2);
        int packed = at + 4;
        for (int j = 0; j < 4; j++) {
            int low = Bytes.u8(row, packed + j);
            int middle = Bytes.u8(row, packed + j + 4);
            int high = Bytes.u8(row, packed + j + 8);
            scales[to + j] = scale * (low & 63);
            minimums[to + j] = -minimum * (middle & 63);
            scales[to + j + 4] = scale * (high & 15 | low >> 6 << 4);
            minimums[to + j + 4] = -minimum * (high >> 4 | middle >> 6 << 4);
        }
    }

    /** Byte {@code l} of a group of 32 holds weight {@code l} of one sub-block and of the next one in its halves. */
    private static void nibbles(byte[] row, int at, int[] q, int to) {
        for (int group = 0; group < 4; group++) {
            for (int l = 0; l < 32; l++) {
                int pair = Bytes.u8(row, at + group * 32 + l);
                q[to + group * 64 + l] = pair & 15;
                q[to + group * 64 + 32 + l] = pair >> 4;
            }
        }
    }

    /** Scale, minimum, 12 bytes of scales, 128 bytes of nibbles. */
    static final class Q4K extends SuperBlockFormat {
        Q4K() {
            super(Form.NIBBLE, 32, 144, true);
        }

        @Override
        void scales(byte[] row, int at, float[] scales, float[] minimums, int to) {
            sixBitScales(row, at, scales, minimums, to);
        }

        @Override
        void numbers(byte[] row, int at, int[] q, int to) {
            nibbles(row, at + 16, q, to);
        }
    }

    /** As Q4_K, with 32 bytes of fifth bits before the nibbles: bit {@code s} of byte {@code l} for sub-block {@code s}. */
    static final class Q5K extends SuperBlockFormat {
        Q5K() {
            super(Form.BYTE, 32, 176, true);
        }

        @Override
        void scales(byte[] row, int at, float[] scales, float[] minimums, int to) {
            sixBitScales(row, at, scales, minimums, to);
        }

        @Override
        void numbers(byte[] row, int at, int[] q, int to) {
            nibbles(row, at + 48, q, to);
            for (int i = 0; i < WEIGHTS; i++) {
                q[to + i] |= (Bytes.u8(row, at + 16 + i % 32) >> i / 32 & 1) << 4;
            }
        }
    }

    /**
     * 128 bytes of low halves, 64 bytes of upper two bits, 16 signed scales, scale; {@code scale · (q − 32)}. In each
     * half of 128 weights, quarter {@code g} takes the low (g = 0, 1) or high (2, 3) nibbles of bytes
     * {@code 32·(g % 2) + l} and bits {@code 2g} of byte {@code l}.
     */
    static final class Q6K extends SuperBlockFormat {
        private static final int UPPER = 128;
        private static final int SCALES = 192;
        private static final int SCALE = 208;

        Q6K() {
            super(Form.BYTE, 16, 210, false);
        }

        @Override
        void scales(byte[] row, int at, float[] scales, float[] minimums, int to) {
            float scale = Bytes.half(row, at + SCALE);
            for (int j = 0; j < 16; j++) {
                scales[to + j] = scale * row[at + SCALES + j];
                minimums[to + j] = 0;
            }
        }

        @Override
        void numbers(byte[] row, int at, int[] q, int to) {
            for (int i = 0; i < WEIGHTS; i++) {
                int half = i / 128;
                int quarter = i % 128 / 32;
                int l = i % 32;
                int low = Bytes.u8(row, at + half * 64 + quarter % 2 * 32 + l) >> quarter / 2 * 4 & 15;
                int upper = Bytes.u8(row, at + UPPER + half * 32 + l) >> 2 * quarter & 3;
                q[to + i] = (low | upper << 4) - 32;
            }
        }
    }
}
