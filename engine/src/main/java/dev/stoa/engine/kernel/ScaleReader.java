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
        int bytesAt = at + matrix.scaleForm().bytesAt(block);
        float factor = matrix.minimumFactor();
        int scaleAt = to * 2 * PANEL;
        switch (matrix.scaleForm()) {
            case NONE -> Arrays.fill(scratch.scale, scaleAt, scaleAt + PANEL, 1f);
            case HALF -> half(words, at, factor, scratch, to);
            case PAIR -> pair(words, at, factor, scratch, to);
            case BYTE_PAIR -> bytePair(words, at, bytesAt, factor, scratch, to);
            case SIGNED_BYTE -> signedByte(words, at, bytesAt, scratch.scale, scaleAt);
        }
    }

    private static void half(int[] words, int at, float factor, PanelScratch scratch, int to) {
        for (int r = 0; r < PANEL; r += Lanes.COUNT) {
            FloatVector s = halves(words, at, r);
            s.intoArray(scratch.scale, to * 2 * PANEL + r);
            s.mul(factor).intoArray(scratch.minimum, to * PANEL + r);
        }
    }

    private static void pair(int[] words, int at, float factor, PanelScratch scratch, int to) {
        for (int r = 0; r < PANEL; r += Lanes.COUNT) {
            FloatVector s = halves(words, at, r);
            FloatVector m = halves(words, at + ScaleForm.HALVES, r);
            s.intoArray(scratch.scale, to * 2 * PANEL + r);
            s.fma(FloatVector.broadcast(Lanes.F, factor), m).intoArray(scratch.minimum, to * PANEL + r);
        }
    }

    private static void bytePair(int[] words, int at, int bytesAt, float factor, PanelScratch scratch, int to) {
        for (int r = 0; r < PANEL; r += Lanes.COUNT) {
            FloatVector s = halves(words, at, r).mul(floats(Lanes.bytes(words, bytesAt, r)));
            FloatVector m = halves(words, at + ScaleForm.HALVES, r)
                    .mul(floats(Lanes.bytes(words, bytesAt + ScaleForm.BYTES, r)));
            s.intoArray(scratch.scale, to * 2 * PANEL + r);
            s.fma(FloatVector.broadcast(Lanes.F, factor), m).intoArray(scratch.minimum, to * PANEL + r);
        }
    }

    private static void signedByte(int[] words, int at, int bytesAt, float[] scale, int to) {
        for (int r = 0; r < PANEL; r += Lanes.COUNT) {
            FloatVector s = halves(words, at, r);
            s.mul(floats(Lanes.bytes(words, bytesAt, r))).intoArray(scale, to + r);
            s.mul(floats(Lanes.bytes(words, bytesAt + ScaleForm.BYTES, r))).intoArray(scale, to + PANEL + r);
        }
    }

    private static FloatVector floats(IntVector numbers) {
        return (FloatVector) numbers.convert(VectorOperators.I2F, 0);
    }

    /** A register of finite halves, from row {@code r} of 32. */
    private static FloatVector halves(int[] words, int at, int r) {
        return Lanes.shorts(words, at, r)
                // Sign-extended, so the sign comes to the top with the rest.
                .lanewise(VectorOperators.LSHL, 13)
                .and(HALF_BITS)
                .reinterpretAsFloats()
                .mul(HALF_BIAS);
    }
}
