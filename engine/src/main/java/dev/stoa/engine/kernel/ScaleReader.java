package dev.stoa.engine.kernel;

import static dev.stoa.engine.kernel.PackedMatrix.PANEL;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Reads the scales and minimums of one block as floats. Stateless.
 *
 * <p>A finite half becomes a float by moving its exponent and mantissa to their places, then times 2¹¹² for the difference
 * of the biases; exact, subnormal numbers too.
 */
final class ScaleReader {
    /** Where sign, exponent and mantissa of a half are once it was moved to the upper bits and by 3 to the right. */
    static final int HALF_BITS = 0x8fffe000;

    static final float HALF_BIAS = 0x1p112f;

    private ScaleReader() {}

    /** Reads {@code count} blocks from {@code first}, the first of a group of {@link ScaleForm} or alone. */
    static void read(PackedMatrix matrix, int panel, int first, int count, PanelScratch scratch) {
        for (int i = 0; i < count; i++) {
            readOne(matrix, panel, first + i, i, scratch);
        }
    }

    private static void readOne(PackedMatrix matrix, int panel, int block, int to, PanelScratch scratch) {
        int[] words = matrix.scales();
        int at = matrix.scalesAt(panel, block);
        float factor = matrix.minimumFactor();
        int scaleAt = to * 2 * PANEL;
        switch (matrix.scaleForm()) {
            case NONE -> Arrays.fill(scratch.scale, scaleAt, scaleAt + PANEL, 1f);
            case HALF -> half(words, at, block % 2 == 0 ? 16 : 0, factor, scratch, to);
            case PAIR -> pair(words, at, factor, scratch, to);
            case BYTE_PAIR -> bytePair(words, at, block % 8, factor, scratch, to);
            case SIGNED_BYTE -> signedByte(words, at, block % 8, scratch.scale, scaleAt);
        }
    }

    private static void half(int[] words, int at, int left, float factor, PanelScratch scratch, int to) {
        for (int r = 0; r < PANEL; r += Lanes.COUNT) {
            FloatVector s = IntVector.fromArray(Lanes.I, words, at + r)
                    .lanewise(VectorOperators.LSHL, left)
                    .lanewise(VectorOperators.ASHR, 3)
                    .and(HALF_BITS)
                    .reinterpretAsFloats()
                    .mul(HALF_BIAS);
            s.intoArray(scratch.scale, to * 2 * PANEL + r);
            s.mul(factor).intoArray(scratch.minimum, to * PANEL + r);
        }
    }

    private static void pair(int[] words, int at, float factor, PanelScratch scratch, int to) {
        for (int r = 0; r < PANEL; r += Lanes.COUNT) {
            IntVector w = IntVector.fromArray(Lanes.I, words, at + r);
            FloatVector s = w.lanewise(VectorOperators.LSHL, 16)
                    .lanewise(VectorOperators.ASHR, 3)
                    .and(HALF_BITS)
                    .reinterpretAsFloats()
                    .mul(HALF_BIAS);
            FloatVector m = w.lanewise(VectorOperators.ASHR, 3)
                    .and(HALF_BITS)
                    .reinterpretAsFloats()
                    .mul(HALF_BIAS);
            s.intoArray(scratch.scale, to * 2 * PANEL + r);
            s.fma(FloatVector.broadcast(Lanes.F, factor), m).intoArray(scratch.minimum, to * PANEL + r);
        }
    }

    private static void bytePair(int[] words, int at, int block, float factor, PanelScratch scratch, int to) {
        int inner = at + (1 + block / 2) * PANEL;
        int right = block % 2 * 16;
        for (int r = 0; r < PANEL; r += Lanes.COUNT) {
            IntVector w = IntVector.fromArray(Lanes.I, words, at + r);
            IntVector bytes = IntVector.fromArray(Lanes.I, words, inner + r).lanewise(VectorOperators.LSHR, right);
            FloatVector s = w.lanewise(VectorOperators.LSHL, 16)
                    .lanewise(VectorOperators.ASHR, 3)
                    .and(HALF_BITS)
                    .reinterpretAsFloats()
                    .mul(HALF_BIAS)
                    .mul((FloatVector) bytes.and(255).convert(VectorOperators.I2F, 0));
            FloatVector m = w.lanewise(VectorOperators.ASHR, 3)
                    .and(HALF_BITS)
                    .reinterpretAsFloats()
                    .mul(-HALF_BIAS)
                    .mul((FloatVector)
                            bytes.lanewise(VectorOperators.LSHR, 8).and(255).convert(VectorOperators.I2F, 0));
            s.intoArray(scratch.scale, to * 2 * PANEL + r);
            s.fma(FloatVector.broadcast(Lanes.F, factor), m).intoArray(scratch.minimum, to * PANEL + r);
        }
    }

    private static void signedByte(int[] words, int at, int block, float[] scale, int to) {
        int inner = at + (1 + block / 2) * PANEL;
        int left = 24 - block % 2 * 16;
        for (int r = 0; r < PANEL; r += Lanes.COUNT) {
            IntVector bytes = IntVector.fromArray(Lanes.I, words, inner + r);
            FloatVector s = IntVector.fromArray(Lanes.I, words, at + r)
                    .lanewise(VectorOperators.LSHL, 16)
                    .lanewise(VectorOperators.ASHR, 3)
                    .and(HALF_BITS)
                    .reinterpretAsFloats()
                    .mul(HALF_BIAS);
            s.mul((FloatVector) bytes.lanewise(VectorOperators.LSHL, left)
                            .lanewise(VectorOperators.ASHR, 24)
                            .convert(VectorOperators.I2F, 0))
                    .intoArray(scale, to + r);
            s.mul((FloatVector) bytes.lanewise(VectorOperators.LSHL, left - 8)
                            .lanewise(VectorOperators.ASHR, 24)
                            .convert(VectorOperators.I2F, 0))
                    .intoArray(scale, to + PANEL + r);
        }
    }
}
