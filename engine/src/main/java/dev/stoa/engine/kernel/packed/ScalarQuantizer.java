package dev.stoa.engine.kernel.packed;

import static dev.stoa.engine.kernel.packed.TileFormat.BLOCK;

/**
 * Quantises 32 floats to whole numbers in −127…127, rounded half to even, in plain Java: the definition of what
 * {@link VectorQuantizer} does, bit for bit. Stateless.
 */
final class ScalarQuantizer {
    static final float LARGEST = 127;

    /** A block below this is taken as zero, so that its factor stays finite. */
    static final float SMALLEST = 0x1p-100f;

    /** Added to a float below 2²² it leaves the nearest whole number, half to even, in the low bits. */
    static final float ROUND = 0x1.8p23f;

    static final int ROUND_BITS = Float.floatToRawIntBits(ROUND);

    private ScalarQuantizer() {}

    static float quantize(float[] source, int at, int[] pairs, int to) {
        float largest = 0;
        for (int i = 0; i < BLOCK; i++) {
            largest = Math.max(largest, Math.abs(source[at + i]));
        }
        float factor = factor(largest);
        for (int i = 0; i < BLOCK; i++) {
            int q = Float.floatToRawIntBits(source[at + i] * factor + ROUND) - ROUND_BITS;
            pairs[to + i] = q & 0xffff | q << 16;
        }
        return largest / LARGEST;
    }

    static float factor(float largest) {
        return largest < SMALLEST ? 0 : LARGEST / largest;
    }
}
