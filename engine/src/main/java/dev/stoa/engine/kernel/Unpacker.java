package dev.stoa.engine.kernel;

import static dev.stoa.engine.kernel.PackedMatrix.PANEL;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Takes the numbers of one block apart, into a tile that stays in the first-level cache: for forms of whole numbers
 * {@code pairs[16][PANEL]}, with column {@code p} in the low and {@code p + 16} in the high half of an int; for the others
 * {@code floats[32][PANEL]}. Stateless.
 */
final class Unpacker {
    private static final int NIBBLES = 0x000f000f;
    private static final int BITS = 0x00010001;

    private Unpacker() {}

    static void unpack(PackedMatrix matrix, int panel, int block, PanelScratch scratch) {
        int[] words = matrix.numbers();
        int at = matrix.numbersAt(panel, block);
        switch (matrix.form()) {
            case FOUR -> four(words, at, scratch.pairs);
            case FIVE -> five(words, at, scratch.pairs);
            case SIX -> six(words, at, scratch.floats);
            case EIGHT -> eight(words, at, scratch.floats);
            case HALF -> half(words, at, scratch.floats);
            case BFLOAT -> bfloat(words, at, scratch.floats);
            case FLOAT -> plain(words, at, scratch.floats);
        }
    }

    private static void four(int[] words, int at, int[] pairs) {
        for (int r = 0; r < PANEL; r += Lanes.COUNT) {
            for (int g = 0; g < 4; g++) {
                IntVector w = IntVector.fromArray(Lanes.I, words, at + g * PANEL + r);
                int to = 4 * g * PANEL + r;
                w.and(NIBBLES).intoArray(pairs, to);
                w.lanewise(VectorOperators.LSHR, 4).and(NIBBLES).intoArray(pairs, to + PANEL);
                w.lanewise(VectorOperators.LSHR, 8).and(NIBBLES).intoArray(pairs, to + 2 * PANEL);
                w.lanewise(VectorOperators.LSHR, 12).and(NIBBLES).intoArray(pairs, to + 3 * PANEL);
            }
        }
    }

    private static void five(int[] words, int at, int[] pairs) {
        for (int r = 0; r < PANEL; r += Lanes.COUNT) {
            IntVector fifths = IntVector.fromArray(Lanes.I, words, at + 4 * PANEL + r);
            for (int g = 0; g < 4; g++) {
                IntVector w = IntVector.fromArray(Lanes.I, words, at + g * PANEL + r);
                for (int j = 0; j < 4; j++) {
                    IntVector less = fifths.lanewise(VectorOperators.LSHR, Form.fifthAt(j))
                            .and(BITS)
                            .lanewise(VectorOperators.LSHL, 4);
                    w.and(NIBBLES)
                            .reinterpretAsShorts()
                            .sub(less.reinterpretAsShorts())
                            .reinterpretAsInts()
                            .intoArray(pairs, (4 * g + j) * PANEL + r);
                    w = w.lanewise(VectorOperators.LSHR, 4);
                }
                fifths = fifths.lanewise(VectorOperators.LSHR, 2);
            }
        }
    }

    private static void six(int[] words, int at, float[] floats) {
        for (int r = 0; r < PANEL; r += Lanes.COUNT) {
            for (int g = 0; g < 4; g++) {
                IntVector w = IntVector.fromArray(Lanes.I, words, at + g * PANEL + r);
                IntVector lower = IntVector.fromArray(Lanes.I, words, at + 4 * PANEL + r)
                        .lanewise(VectorOperators.LSHR, 2 * g)
                        .lanewise(VectorOperators.LSHL, 4);
                IntVector upper = IntVector.fromArray(Lanes.I, words, at + 5 * PANEL + r)
                        .lanewise(VectorOperators.LSHR, 2 * g)
                        .lanewise(VectorOperators.LSHL, 4);
                for (int b = 0; b < 4; b++) {
                    int to = (4 * g + b) * PANEL + r;
                    ((FloatVector) w.and(15).or(lower.and(48)).sub(32).convert(VectorOperators.I2F, 0))
                            .intoArray(floats, to);
                    w = w.lanewise(VectorOperators.LSHR, 4);
                    ((FloatVector) w.and(15).or(upper.and(48)).sub(32).convert(VectorOperators.I2F, 0))
                            .intoArray(floats, to + 16 * PANEL);
                    w = w.lanewise(VectorOperators.LSHR, 4);
                    lower = lower.lanewise(VectorOperators.LSHR, 8);
                    upper = upper.lanewise(VectorOperators.LSHR, 8);
                }
            }
        }
    }

    private static void eight(int[] words, int at, float[] floats) {
        for (int r = 0; r < PANEL; r += Lanes.COUNT) {
            for (int j = 0; j < 8; j++) {
                IntVector w = IntVector.fromArray(Lanes.I, words, at + j * PANEL + r);
                int to = 4 * j * PANEL + r;
                for (int left = 24; left >= 0; left -= 8) {
                    ((FloatVector) w.lanewise(VectorOperators.LSHL, left)
                                    .lanewise(VectorOperators.ASHR, 24)
                                    .convert(VectorOperators.I2F, 0))
                            .intoArray(floats, to + (24 - left) / 8 * PANEL);
                }
            }
        }
    }

    /** See {@link ScaleReader} for how a finite half becomes a float. */
    private static void half(int[] words, int at, float[] floats) {
        for (int r = 0; r < PANEL; r += Lanes.COUNT) {
            for (int j = 0; j < 16; j++) {
                IntVector w = IntVector.fromArray(Lanes.I, words, at + j * PANEL + r);
                int to = 2 * j * PANEL + r;
                w.lanewise(VectorOperators.LSHL, 16)
                        .lanewise(VectorOperators.ASHR, 3)
                        .and(ScaleReader.HALF_BITS)
                        .reinterpretAsFloats()
                        .mul(ScaleReader.HALF_BIAS)
                        .intoArray(floats, to);
                w.lanewise(VectorOperators.ASHR, 3)
                        .and(ScaleReader.HALF_BITS)
                        .reinterpretAsFloats()
                        .mul(ScaleReader.HALF_BIAS)
                        .intoArray(floats, to + PANEL);
            }
        }
    }

    private static void bfloat(int[] words, int at, float[] floats) {
        for (int r = 0; r < PANEL; r += Lanes.COUNT) {
            for (int j = 0; j < 16; j++) {
                IntVector w = IntVector.fromArray(Lanes.I, words, at + j * PANEL + r);
                int to = 2 * j * PANEL + r;
                w.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats().intoArray(floats, to);
                w.and(0xffff0000).reinterpretAsFloats().intoArray(floats, to + PANEL);
            }
        }
    }

    private static void plain(int[] words, int at, float[] floats) {
        for (int i = 0; i < Activations.BLOCK * PANEL; i += Lanes.COUNT) {
            IntVector.fromArray(Lanes.I, words, at + i).reinterpretAsFloats().intoArray(floats, i);
        }
    }
}
