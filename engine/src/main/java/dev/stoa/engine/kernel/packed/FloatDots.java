package dev.stoa.engine.kernel.packed;

import static dev.stoa.engine.kernel.packed.TileFormat.BLOCK;
import static dev.stoa.engine.kernel.packed.TileFormat.ROWS;

import jdk.incubator.vector.FloatVector;

/**
 * Products of unpacked 8-bit numbers, {@link TileScratch#floats}, with the floats of several tokens: for each row and
 * token a chain of 32 fused multiply-adds from zero, in the order of the columns. Stateless.
 */
final class FloatDots {
    private FloatDots() {}

    /**
     * Fills {@link TileScratch#floatDots}.
     *
     * @param x a token's columns from {@code at}, the next token's 32 further
     */
    static void dots(float[] x, int at, int tokens, TileScratch scratch) {
        for (int v = 0; v < ROWS; v += 2 * TileLanes.FLOATS) {
            int token = 0;
            for (; token + 4 <= tokens; token += 4) {
                fourByTwo(scratch.floats, v, x, at + token * BLOCK, scratch.floatDots, token * ROWS + v);
            }
            for (; token < tokens; token++) {
                oneByTwo(scratch.floats, v, x, at + token * BLOCK, scratch.floatDots, token * ROWS + v);
            }
        }
    }

    private static void fourByTwo(float[] numbers, int numbersAt, float[] x, int xAt, float[] dots, int to) {
        FloatVector a0 = FloatVector.zero(TileLanes.F);
        FloatVector a1 = a0;
        FloatVector b0 = a0;
        FloatVector b1 = a0;
        FloatVector c0 = a0;
        FloatVector c1 = a0;
        FloatVector d0 = a0;
        FloatVector d1 = a0;
        for (int k = 0; k < BLOCK; k++) {
            FloatVector w0 = TileLanes.floats(numbers, numbersAt + k * ROWS);
            FloatVector w1 = TileLanes.floats(numbers, numbersAt + k * ROWS + TileLanes.FLOATS);
            FloatVector value = TileLanes.all(x[xAt + k]);
            a0 = w0.fma(value, a0);
            a1 = w1.fma(value, a1);
            value = TileLanes.all(x[xAt + BLOCK + k]);
            b0 = w0.fma(value, b0);
            b1 = w1.fma(value, b1);
            value = TileLanes.all(x[xAt + 2 * BLOCK + k]);
            c0 = w0.fma(value, c0);
            c1 = w1.fma(value, c1);
            value = TileLanes.all(x[xAt + 3 * BLOCK + k]);
            d0 = w0.fma(value, d0);
            d1 = w1.fma(value, d1);
        }
        a0.intoArray(dots, to);
        a1.intoArray(dots, to + TileLanes.FLOATS);
        b0.intoArray(dots, to + ROWS);
        b1.intoArray(dots, to + ROWS + TileLanes.FLOATS);
        c0.intoArray(dots, to + 2 * ROWS);
        c1.intoArray(dots, to + 2 * ROWS + TileLanes.FLOATS);
        d0.intoArray(dots, to + 3 * ROWS);
        d1.intoArray(dots, to + 3 * ROWS + TileLanes.FLOATS);
    }

    private static void oneByTwo(float[] numbers, int numbersAt, float[] x, int xAt, float[] dots, int to) {
        FloatVector a0 = FloatVector.zero(TileLanes.F);
        FloatVector a1 = a0;
        for (int k = 0; k < BLOCK; k++) {
            FloatVector value = TileLanes.all(x[xAt + k]);
            a0 = TileLanes.floats(numbers, numbersAt + k * ROWS).fma(value, a0);
            a1 = TileLanes.floats(numbers, numbersAt + k * ROWS + TileLanes.FLOATS)
                    .fma(value, a1);
        }
        a0.intoArray(dots, to);
        a1.intoArray(dots, to + TileLanes.FLOATS);
    }
}
