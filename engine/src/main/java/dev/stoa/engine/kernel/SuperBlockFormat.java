package dev.stoa.engine.kernel;

/**
 * ggml's K types: super-blocks of 256 weights whose sub-blocks have small whole-number scales under a half-precision one
 * (block layouts: {@code ggml-common.h}, {@code ggml-quants.c}).
 */
abstract sealed class SuperBlockFormat extends RowFormat {
    private static final int WEIGHTS = 256;
    private static final int SUB_BLOCKS = 8;
    private static final int HALF_SIGN = 0x8000;
    private final int bytes;

    private SuperBlockFormat(Form form, ScaleForm scaleForm, float minimumFactor, int bytes) {
        super(form, scaleForm, minimumFactor);
        this.bytes = bytes;
    }

    @Override
    void decode(byte[] row, int cols, int[] q, float[] scales, float[] minimums) {
        int count = WEIGHTS / scaleBlock();
        for (int block = 0; block < cols / WEIGHTS; block++) {
            scales(row, block * bytes, scales, minimums, block * count);
            numbers(row, block * bytes, q, block * WEIGHTS);
        }
    }

    @Override
    void packScales(byte[] row, int cols, int[] words, int at, int panelRow) {
        int count = scaleForm().words(SUB_BLOCKS);
        for (int block = 0; block < cols / WEIGHTS; block++) {
            packGroup(row, block * bytes, words, at + block * count, panelRow);
        }
    }

    abstract void scales(byte[] row, int at, float[] scales, float[] minimums, int to);

    abstract void packGroup(byte[] row, int at, int[] words, int to, int panelRow);

    abstract void numbers(byte[] row, int at, int[] q, int to);

    /**
     * Q4_K and Q5_K: scale, minimum, 12 bytes of scales, 32 bytes of fifth bits if there are any (bit {@code s} of byte
     * {@code l} for weight {@code l} of sub-block {@code s}), 128 bytes of nibbles: byte {@code l} of a group of 32 holds
     * weight {@code l} of one sub-block and of the next one in its halves.
     */
    static final class Q45K extends SuperBlockFormat {
        Q45K(Form form) {
            super(form, ScaleForm.BYTE_PAIR, form.offset(), form == Form.FIVE ? 176 : 144);
        }

        @Override
        void scales(byte[] row, int at, float[] scales, float[] minimums, int to) {
            float scale = Bytes.half(row, at);
            float minimum = Bytes.half(row, at + 2);
            for (int j = 0; j < SUB_BLOCKS; j++) {
                int pair = pair(row, at + 4, j);
                scales[to + j] = scale * (pair & 255);
                minimums[to + j] = -minimum * (pair >> 8);
            }
        }

        @Override
        void packGroup(byte[] row, int at, int[] words, int to, int panelRow) {
            ScaleForm.putHalf(words, to, panelRow, Bytes.u16(row, at));
            // The file's are taken away, ours are added.
            ScaleForm.putHalf(words, to + ScaleForm.HALVES, panelRow, Bytes.u16(row, at + 2) ^ HALF_SIGN);
            for (int j = 0; j < SUB_BLOCKS; j++) {
                int pair = pair(row, at + 4, j);
                int bytesAt = to + scaleForm().bytesAt(j);
                ScaleForm.putByte(words, bytesAt, panelRow, pair);
                ScaleForm.putByte(words, bytesAt + ScaleForm.BYTES, panelRow, pair >> 8);
            }
        }

        /**
         * A sub-block's 6-bit scale and, from bit 8, its minimum. The first four of each fill the low bits of bytes 0–3
         * and 4–7; of the last four, the low half lies in bytes 8–11 and the upper two bits atop bytes 0–7.
         */
        private static int pair(byte[] row, int packed, int j) {
            int low = Bytes.u8(row, packed + j % 4);
            int middle = Bytes.u8(row, packed + j % 4 + 4);
            if (j < 4) {
                return low & 63 | (middle & 63) << 8;
            }
            int high = Bytes.u8(row, packed + j % 4 + 8);
            return high & 15 | low >> 6 << 4 | (high >> 4 | middle >> 6 << 4) << 8;
        }

        @Override
        void numbers(byte[] row, int at, int[] q, int to) {
            boolean five = form() == Form.FIVE;
            int nibbles = at + (five ? 48 : 16);
            for (int i = 0; i < WEIGHTS; i++) {
                int sub = i / 32;
                q[to + i] = Bytes.u8(row, nibbles + sub / 2 * 32 + i % 32) >> sub % 2 * 4 & 15;
                if (five) {
                    q[to + i] |= (Bytes.u8(row, at + 16 + i % 32) >> sub & 1) << 4;
                }
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
            super(Form.SIX, ScaleForm.SIGNED_BYTE, 0, 210);
        }

        @Override
        void scales(byte[] row, int at, float[] scales, float[] minimums, int to) {
            float scale = Bytes.half(row, at + SCALE);
            for (int j = 0; j < 16; j++) {
                scales[to + j] = scale * row[at + SCALES + j];
                minimums[to + j] = -32 * scales[to + j];
            }
        }

        @Override
        void packGroup(byte[] row, int at, int[] words, int to, int panelRow) {
            ScaleForm.putHalf(words, to, panelRow, Bytes.u16(row, at + SCALE));
            for (int j = 0; j < SUB_BLOCKS; j++) {
                int bytesAt = to + scaleForm().bytesAt(j);
                ScaleForm.putByte(words, bytesAt, panelRow, row[at + SCALES + 2 * j]);
                ScaleForm.putByte(words, bytesAt + ScaleForm.BYTES, panelRow, row[at + SCALES + 2 * j + 1]);
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
                q[to + i] = low | upper << 4;
            }
        }
    }
}
