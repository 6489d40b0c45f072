package dev.stoa.engine.kernel.packed;

import static dev.stoa.engine.kernel.packed.TileFormat.BLOCK;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/** {@link ScalarQuantizer} on the Vector API. A maximum is the same in any order. Stateless. */
final class VectorQuantizer {
    private VectorQuantizer() {}

    static float quantize(float[] source, int at, int[] pairs, int to) {
        FloatVector most = TileLanes.floats(source, at).abs();
        for (int i = TileLanes.FLOATS; i < BLOCK; i += TileLanes.FLOATS) {
            most = most.max(TileLanes.floats(source, at + i).abs());
        }
        float largest = most.reduceLanes(VectorOperators.MAX);
        float factor = ScalarQuantizer.factor(largest);
        for (int i = 0; i < BLOCK; i += TileLanes.FLOATS) {
            FloatVector rounded = TileLanes.floats(source, at + i).mul(factor).add(ScalarQuantizer.ROUND);
            IntVector q = rounded.reinterpretAsInts().sub(ScalarQuantizer.ROUND_BITS);
            q.and(0xffff).or(q.lanewise(VectorOperators.LSHL, 16)).intoArray(pairs, to + i);
        }
        return largest / ScalarQuantizer.LARGEST;
    }
}
