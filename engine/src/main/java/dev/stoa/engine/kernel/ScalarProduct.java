package dev.stoa.engine.kernel;

import static dev.stoa.engine.kernel.PackedMatrix.PANEL;

/** The reference for {@link VectorProduct}: one weight at a time, as {@link Form} and {@link ScaleForm} say. Stateless. */
final class ScalarProduct {
    private ScalarProduct() {}

    static void multiply(PackedMatrix matrix, int panel, Activations input, PanelScratch scratch) {
        for (int row = 0; row < input.rows(); row++) {
            for (int r = 0; r < PANEL; r++) {
                scratch.result[row * PANEL + r] = dot(matrix, panel, r, input, row);
            }
        }
    }

    private static float dot(PackedMatrix matrix, int panel, int r, Activations input, int row) {
        float result = 0;
        for (int block = 0; block < matrix.blocks(); block++) {
            if (matrix.form().whole()) {
                result = whole(matrix, panel, block, r, input, row, result);
                continue;
            }
            float dot = 0;
            for (int k = 0; k < Activations.BLOCK; k++) {
                dot = Math.fma(number(matrix, panel, block, r, k), input.values()[input.valuesAt(block, row) + k], dot);
            }
            result = Math.fma(scale(matrix, panel, block, r, 0), dot, result);
        }
        return result;
    }

    private static float whole(
            PackedMatrix matrix, int panel, int block, int r, Activations input, int row, float before) {
        int scaleAt = input.scaleAt(block) + row;
        int columns = matrix.scaleForm().columns();
        float result = before;
        for (int from = 0; from < Activations.BLOCK; from += columns) {
            int dot = 0;
            for (int k = from; k < from + columns; k++) {
                int pair = input.pairs()[input.pairsAt(block, row) + k % 16];
                int x = k < 16 ? (short) pair : pair >> 16;
                dot += (int) number(matrix, panel, block, r, k) * x;
            }
            float scale = scale(matrix, panel, block, r, from / columns) * input.scales()[scaleAt];
            result = Math.fma(scale, (float) dot, result);
        }
        return matrix.hasMinimums()
                ? Math.fma(minimum(matrix, panel, block, r), input.sums()[scaleAt], result)
                : result;
    }

    private static float number(PackedMatrix matrix, int panel, int block, int r, int k) {
        Form form = matrix.form();
        int at = matrix.numbersAt(panel, block) + r;
        int[] words = matrix.numbers();
        return switch (form) {
            case FOUR -> nibble(words, at, k);
            case FIVE -> nibble(words, at, k) - 16 * (words[at + 4 * PANEL] >>> Form.fifthAt(k) & 1);
            case SIX -> {
                int half = k / 16;
                int word = k % 16 / 4;
                int low = words[at + word * PANEL] >>> k % 4 * 8 + 4 * half & 15;
                int upper = words[at + (4 + half) * PANEL] >>> k % 4 * 8 + 2 * word & 3;
                yield low + 16 * upper - form.offset();
            }
            case EIGHT -> (byte) (words[at + k / 4 * PANEL] >>> k % 4 * 8);
            case HALF -> Float.float16ToFloat((short) (words[at + k / 2 * PANEL] >>> k % 2 * 16));
            case BFLOAT -> Float.intBitsToFloat(words[at + k / 2 * PANEL] >>> k % 2 * 16 << 16);
            case FLOAT -> Float.intBitsToFloat(words[at + k * PANEL]);
        };
    }

    private static int nibble(int[] words, int at, int k) {
        return words[at + k % 16 / 4 * PANEL] >>> k / 16 * 16 + k % 4 * 4 & 15;
    }

    private static float scale(PackedMatrix matrix, int panel, int block, int r, int part) {
        int[] words = matrix.scales();
        int at = matrix.scalesAt(panel, block);
        int bytesAt = at + matrix.scaleForm().bytesAt(block) + part * ScaleForm.BYTES;
        return switch (matrix.scaleForm()) {
            case NONE -> 1;
            case HALF, PAIR -> ScaleForm.half(words, at, r);
            case BYTE_PAIR, SIGNED_BYTE -> ScaleForm.half(words, at, r) * ScaleForm.signedByte(words, bytesAt, r);
        };
    }

    private static float minimum(PackedMatrix matrix, int panel, int block, int r) {
        int[] words = matrix.scales();
        int at = matrix.scalesAt(panel, block);
        int bytesAt = at + matrix.scaleForm().bytesAt(block) + ScaleForm.BYTES;
        float own = switch (matrix.scaleForm()) {
            case PAIR -> ScaleForm.half(words, at + ScaleForm.HALVES, r);
            case BYTE_PAIR -> ScaleForm.half(words, at + ScaleForm.HALVES, r) * ScaleForm.signedByte(words, bytesAt, r);
            default -> 0;
        };
        return Math.fma(scale(matrix, panel, block, r, 0), matrix.minimumFactor(), own);
    }
}
