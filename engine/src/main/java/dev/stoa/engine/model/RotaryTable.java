package dev.stoa.engine.model;

import dev.stoa.engine.model.ModelConfig.Frequencies;
import dev.stoa.engine.model.ModelConfig.Rotation;
import java.util.Arrays;

/**
 * Rotary position embeddings (RoFormer, arXiv 2104.09864): pair {@code i} of a head is turned by
 * {@code position · scale · base^(−2i / headSize) / factor[i]}.
 *
 * <p>Sines and cosines are made as positions come, by {@link StrictMath}, so that they are the same on every machine. The
 * engine thread calls {@link #reach}; then any thread may rotate.
 */
final class RotaryTable {
    private static final int FIRST_POSITIONS = 256;

    private final int pairs;
    private final Rotation rotation;
    private final double[] speeds;
    private float[] cosines = new float[0];
    private float[] sines = new float[0];
    private int positions;

    /** @param factors divisors of the frequencies, one for each pair, or empty */
    RotaryTable(int headSize, Rotation rotation, Frequencies frequencies, float[] factors) {
        this.pairs = headSize / 2;
        this.rotation = rotation;
        this.speeds = new double[pairs];
        for (int i = 0; i < pairs; i++) {
            double factor = factors.length == 0 ? 1 : factors[i];
            speeds[i] = frequencies.scale() * StrictMath.pow(frequencies.base(), -2.0 * i / headSize) / factor;
        }
    }

    /** Makes sure that positions up to and including {@code position} can be used. */
    void reach(int position) {
        if (position < positions) {
            return;
        }
        int grown = Math.max(FIRST_POSITIONS, Math.max(position + 1, Math.min(2 * positions, position + (1 << 14))));
        cosines = Arrays.copyOf(cosines, grown * pairs);
        sines = Arrays.copyOf(sines, grown * pairs);
        for (int p = positions; p < grown; p++) {
            for (int i = 0; i < pairs; i++) {
                cosines[p * pairs + i] = (float) StrictMath.cos(p * speeds[i]);
                sines[p * pairs + i] = (float) StrictMath.sin(p * speeds[i]);
            }
        }
        positions = grown;
    }

    /** Rotates one head in place. */
    void rotate(float[] x, int at, int position) {
        int table = position * pairs;
        boolean halves = rotation == Rotation.HALVES;
        int partner = halves ? pairs : 1;
        int stride = halves ? 1 : 2;
        for (int i = 0; i < pairs; i++) {
            float cosine = cosines[table + i];
            float sine = sines[table + i];
            int first = at + i * stride;
            float a = x[first];
            float b = x[first + partner];
            x[first] = a * cosine - b * sine;
            x[first + partner] = a * sine + b * cosine;
        }
    }
}
