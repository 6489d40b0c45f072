package dev.stoa.engine.kernel.packed;

import static dev.stoa.engine.kernel.packed.TileFormat.BLOCK;
import static dev.stoa.engine.kernel.packed.TileFormat.ROWS;

import jdk.incubator.vector.ShortVector;

/**
 * Products of unpacked numbers, {@link TileScratch#numbers}, with the whole numbers of several tokens, summed in shorts.
 * They are exact: see {@link TileFormat.Numbers#chain}. Stateless.
 */
final class ShortDots {
    /** Whether one register holds all rows of a tile. */
    private static final boolean SINGLE = TileLanes.SHORTS >= ROWS;

    private ShortDots() {}

    /**
     * Fills {@link TileScratch#dots} with the sums of {@code chain} columns from column {@code from} of the block.
     *
     * @param x pairs; a token's from {@code at}, the next token's 32 further
     */
    static void dots(int[] x, int at, int from, int chain, int tokens, TileScratch scratch) {
        short[] numbers = scratch.numbers;
        short[] dots = scratch.dots;
        int step = SINGLE ? TileLanes.SHORTS : 2 * TileLanes.SHORTS;
        for (int v = 0; v < ROWS; v += step) {
            int numbersAt = from * ROWS + v;
            int token = 0;
            for (; token + 4 <= tokens; token += 4) {
                if (SINGLE) {
                    fourByOne(numbers, numbersAt, chain, x, at + token * BLOCK, dots, token * ROWS + v);
                } else {
                    fourByTwo(numbers, numbersAt, chain, x, at + token * BLOCK, dots, token * ROWS + v);
                }
            }
            for (; token < tokens; token++) {
                for (int w = 0; w < step; w += TileLanes.SHORTS) {
                    one(numbers, numbersAt + w, chain, x, at + token * BLOCK, dots, token * ROWS + v + w);
                }
            }
        }
    }

    /** Four tokens with two registers of numbers. */
    private static void fourByTwo(short[] numbers, int numbersAt, int chain, int[] x, int xAt, short[] dots, int to) {
        ShortVector a0 = TileLanes.both(0);
        ShortVector a1 = a0;
        ShortVector b0 = a0;
        ShortVector b1 = a0;
        ShortVector c0 = a0;
        ShortVector c1 = a0;
        ShortVector d0 = a0;
        ShortVector d1 = a0;
        for (int k = 0; k < chain; k++) {
            ShortVector w0 = TileLanes.shorts(numbers, numbersAt + k * ROWS);
            ShortVector w1 = TileLanes.shorts(numbers, numbersAt + k * ROWS + TileLanes.SHORTS);
            ShortVector value = TileLanes.both(x[xAt + k]);
            a0 = a0.add(w0.mul(value));
            a1 = a1.add(w1.mul(value));
            value = TileLanes.both(x[xAt + BLOCK + k]);
            b0 = b0.add(w0.mul(value));
            b1 = b1.add(w1.mul(value));
            value = TileLanes.both(x[xAt + 2 * BLOCK + k]);
            c0 = c0.add(w0.mul(value));
            c1 = c1.add(w1.mul(value));
            value = TileLanes.both(x[xAt + 3 * BLOCK + k]);
            d0 = d0.add(w0.mul(value));
            d1 = d1.add(w1.mul(value));
        }
        a0.intoArray(dots, to);
        a1.intoArray(dots, to + TileLanes.SHORTS);
        b0.intoArray(dots, to + ROWS);
        b1.intoArray(dots, to + ROWS + TileLanes.SHORTS);
        c0.intoArray(dots, to + 2 * ROWS);
        c1.intoArray(dots, to + 2 * ROWS + TileLanes.SHORTS);
        d0.intoArray(dots, to + 3 * ROWS);
        d1.intoArray(dots, to + 3 * ROWS + TileLanes.SHORTS);
    }

    /** Four tokens with one register of numbers that holds the whole tile. */
    private static void fourByOne(short[] numbers, int numbersAt, int chain, int[] x, int xAt, short[] dots, int to) {
        ShortVector a = TileLanes.both(0);
        ShortVector b = a;
        ShortVector c = a;
        ShortVector d = a;
        for (int k = 0; k < chain; k++) {
            ShortVector w = TileLanes.shorts(numbers, numbersAt + k * ROWS);
            a = a.add(w.mul(TileLanes.both(x[xAt + k])));
            b = b.add(w.mul(TileLanes.both(x[xAt + BLOCK + k])));
            c = c.add(w.mul(TileLanes.both(x[xAt + 2 * BLOCK + k])));
            d = d.add(w.mul(TileLanes.both(x[xAt + 3 * BLOCK + k])));
        }
        a.intoArray(dots, to);
        b.intoArray(dots, to + ROWS);
        c.intoArray(dots, to + 2 * ROWS);
        d.intoArray(dots, to + 3 * ROWS);
    }

    private static void one(short[] numbers, int numbersAt, int chain, int[] x, int xAt, short[] dots, int to) {
        ShortVector dot = TileLanes.both(0);
        for (int k = 0; k < chain; k++) {
            dot = dot.add(TileLanes.shorts(numbers, numbersAt + k * ROWS).mul(TileLanes.both(x[xAt + k])));
        }
        dot.intoArray(dots, to);
    }
}
