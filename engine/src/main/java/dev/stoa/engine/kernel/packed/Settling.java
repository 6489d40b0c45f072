package dev.stoa.engine.kernel.packed;

import static dev.stoa.engine.kernel.packed.TileFormat.ROWS;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Adds the ends of the chains of a few tokens, {@link TileScratch#dots}, to the float results. A loop of its own: what a
 * register of dots needs would make the kernels too large for the compiler if it were inlined there. Stateless.
 */
final class Settling {
    private static final int HALF_ROWS = ROWS / 2;

    private Settling() {}

    /**
     * {@code result += float(dot) · (scale · inputScale)}, then, where asked for, {@code result += minimum · inputSum}.
     * The even lanes of a register of shorts are neighbouring rows of the tile's first half, its odd lanes those of the
     * second. Above the size that the compiler inlines: see the package documentation.
     *
     * @param scaleAt where the chain's scales begin
     * @param inputAt where the scale and sum of token {@code from} lie
     */
    static void add(
            TileScratch scratch, int scaleAt, boolean minimums, TileActivations input, int inputAt, int from, int to) {
        float[] result = scratch.result;
        float[] inputScales = input.scales();
        float[] inputSums = input.sums();
        for (int r = 0; r < HALF_ROWS; r += TileLanes.FLOATS) {
            FloatVector evenScale = TileLanes.floats(scratch.scale, scaleAt + r);
            FloatVector oddScale = TileLanes.floats(scratch.scale, scaleAt + r + HALF_ROWS);
            if (minimums) {
                FloatVector evenMinimum = TileLanes.floats(scratch.minimum, r);
                FloatVector oddMinimum = TileLanes.floats(scratch.minimum, r + HALF_ROWS);
                for (int token = from; token < to; token++) {
                    IntVector dots = dots(scratch, token - from, r);
                    FloatVector factor = TileLanes.all(inputScales[inputAt + token - from]);
                    FloatVector sum = TileLanes.all(inputSums[inputAt + token - from]);
                    int at = token * ROWS + r;
                    FloatVector even = even(dots).fma(evenScale.mul(factor), TileLanes.floats(result, at));
                    evenMinimum.fma(sum, even).intoArray(result, at);
                    FloatVector odd = odd(dots).fma(oddScale.mul(factor), TileLanes.floats(result, at + HALF_ROWS));
                    oddMinimum.fma(sum, odd).intoArray(result, at + HALF_ROWS);
                }
            } else {
                for (int token = from; token < to; token++) {
                    IntVector dots = dots(scratch, token - from, r);
                    FloatVector factor = TileLanes.all(inputScales[inputAt + token - from]);
                    int at = token * ROWS + r;
                    FloatVector even = TileLanes.floats(result, at);
                    even(dots).fma(evenScale.mul(factor), even).intoArray(result, at);
                    FloatVector odd = TileLanes.floats(result, at + HALF_ROWS);
                    odd(dots).fma(oddScale.mul(factor), odd).intoArray(result, at + HALF_ROWS);
                }
            }
        }
    }

    private static IntVector dots(TileScratch scratch, int token, int row) {
        return TileLanes.shorts(scratch.dots, token * ROWS + 2 * row).reinterpretAsInts();
    }

    static FloatVector even(IntVector dots) {
        return (FloatVector) dots.lanewise(VectorOperators.LSHL, 16)
                .lanewise(VectorOperators.ASHR, 16)
                .convert(VectorOperators.I2F, 0);
    }

    static FloatVector odd(IntVector dots) {
        return (FloatVector) dots.lanewise(VectorOperators.ASHR, 16).convert(VectorOperators.I2F, 0);
    }

    /** {@code result += dot · scale} for {@link TileScratch#floatDots}. */
    static void addFloats(TileScratch scratch, int from, int to) {
        for (int r = 0; r < ROWS; r += TileLanes.FLOATS) {
            FloatVector scale = TileLanes.floats(scratch.scale, r);
            for (int token = from; token < to; token++) {
                int at = token * ROWS + r;
                TileLanes.floats(scratch.floatDots, at - from * ROWS)
                        .fma(scale, TileLanes.floats(scratch.result, at))
                        .intoArray(scratch.result, at);
            }
        }
    }
}
