package dev.stoa.engine.kernel;

import static dev.stoa.engine.kernel.PackedMatrix.PANEL;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Products of a block's whole numbers with quantised input rows, in 16 bits: a lane sums 16 columns, at most
 * {@code 16 · 16 · 127 < 2¹⁵}, so the sum is exact. Stateless.
 */
final class WholeDots {
    private static final int PAIRS = Activations.BLOCK / 2;
    private static final int STEP = 2 * Lanes.COUNT;

    private WholeDots() {}

    /**
     * Adds one block's part to the results of {@code rows} input rows.
     *
     * @param x the rows' pairs, {@code [rows][16]} from {@code at}
     * @param scaleAt where the rows' scales and sums begin
     * @param results shape {@code [rows][PANEL]} from {@code resultAt}
     */
    static void add(
            PanelScratch scratch, boolean minimums, Activations input, int at, int scaleAt, int rows, int resultAt) {
        int[] x = input.pairs();
        for (int r = 0; r < PANEL; r += STEP) {
            int row = 0;
            for (; row + 4 <= rows; row += 4) {
                four(scratch.pairs, r, x, at + row * PAIRS, scratch.dots, row * PANEL + r);
            }
            for (; row < rows; row++) {
                one(scratch.pairs, r, x, at + row * PAIRS, scratch.dots, row * PANEL + r);
            }
        }
        for (int r = 0; r < PANEL; r += Lanes.COUNT) {
            if (minimums) {
                settleWithMinimums(scratch, r, input.scales(), input.sums(), scaleAt, rows, resultAt + r);
            } else {
                settle(scratch, r, input.scales(), scaleAt, rows, resultAt + r);
            }
        }
    }

    private static void four(int[] pairs, int r, int[] x, int at, int[] dots, int to) {
        ShortVector a0 = ShortVector.zero(Lanes.S);
        ShortVector a1 = ShortVector.zero(Lanes.S);
        ShortVector b0 = ShortVector.zero(Lanes.S);
        ShortVector b1 = ShortVector.zero(Lanes.S);
        ShortVector c0 = ShortVector.zero(Lanes.S);
        ShortVector c1 = ShortVector.zero(Lanes.S);
        ShortVector d0 = ShortVector.zero(Lanes.S);
        ShortVector d1 = ShortVector.zero(Lanes.S);
        for (int p = 0; p < PAIRS; p++) {
            ShortVector w0 = IntVector.fromArray(Lanes.I, pairs, p * PANEL + r).reinterpretAsShorts();
            ShortVector w1 = IntVector.fromArray(Lanes.I, pairs, p * PANEL + r + Lanes.COUNT)
                    .reinterpretAsShorts();
            ShortVector value = IntVector.broadcast(Lanes.I, x[at + p]).reinterpretAsShorts();
            a0 = w0.mul(value).add(a0);
            a1 = w1.mul(value).add(a1);
            value = IntVector.broadcast(Lanes.I, x[at + PAIRS + p]).reinterpretAsShorts();
            b0 = w0.mul(value).add(b0);
            b1 = w1.mul(value).add(b1);
            value = IntVector.broadcast(Lanes.I, x[at + 2 * PAIRS + p]).reinterpretAsShorts();
            c0 = w0.mul(value).add(c0);
            c1 = w1.mul(value).add(c1);
            value = IntVector.broadcast(Lanes.I, x[at + 3 * PAIRS + p]).reinterpretAsShorts();
            d0 = w0.mul(value).add(d0);
            d1 = w1.mul(value).add(d1);
        }
        a0.reinterpretAsInts().intoArray(dots, to);
        a1.reinterpretAsInts().intoArray(dots, to + Lanes.COUNT);
        b0.reinterpretAsInts().intoArray(dots, to + PANEL);
        b1.reinterpretAsInts().intoArray(dots, to + PANEL + Lanes.COUNT);
        c0.reinterpretAsInts().intoArray(dots, to + 2 * PANEL);
        c1.reinterpretAsInts().intoArray(dots, to + 2 * PANEL + Lanes.COUNT);
        d0.reinterpretAsInts().intoArray(dots, to + 3 * PANEL);
        d1.reinterpretAsInts().intoArray(dots, to + 3 * PANEL + Lanes.COUNT);
    }

    private static void one(int[] pairs, int r, int[] x, int at, int[] dots, int to) {
        ShortVector a0 = ShortVector.zero(Lanes.S);
        ShortVector a1 = ShortVector.zero(Lanes.S);
        for (int p = 0; p < PAIRS; p++) {
            ShortVector value = IntVector.broadcast(Lanes.I, x[at + p]).reinterpretAsShorts();
            a0 = IntVector.fromArray(Lanes.I, pairs, p * PANEL + r)
                    .reinterpretAsShorts()
                    .mul(value)
                    .add(a0);
            a1 = IntVector.fromArray(Lanes.I, pairs, p * PANEL + r + Lanes.COUNT)
                    .reinterpretAsShorts()
                    .mul(value)
                    .add(a1);
        }
        a0.reinterpretAsInts().intoArray(dots, to);
        a1.reinterpretAsInts().intoArray(dots, to + Lanes.COUNT);
    }

    /** {@code result = fma(scale · scaleₓ, dot, result)}: the two halves of a dot are of the same row. */
    private static void settle(PanelScratch scratch, int r, float[] inputScales, int scaleAt, int rows, int resultAt) {
        FloatVector scale = FloatVector.fromArray(Lanes.F, scratch.scale, r);
        for (int row = 0; row < rows; row++) {
            IntVector halves = IntVector.fromArray(Lanes.I, scratch.dots, row * PANEL + r);
            IntVector dot = halves.lanewise(VectorOperators.LSHL, 16)
                    .lanewise(VectorOperators.ASHR, 16)
                    .add(halves.lanewise(VectorOperators.ASHR, 16));
            int to = resultAt + row * PANEL;
            scale.mul(inputScales[scaleAt + row])
                    .fma(
                            (FloatVector) dot.convert(VectorOperators.I2F, 0),
                            FloatVector.fromArray(Lanes.F, scratch.result, to))
                    .intoArray(scratch.result, to);
        }
    }

    /** Then {@code result = fma(minimum, scaleₓ · Σ x, result)}. */
    private static void settleWithMinimums(
            PanelScratch scratch, int r, float[] inputScales, float[] inputSums, int scaleAt, int rows, int resultAt) {
        FloatVector scale = FloatVector.fromArray(Lanes.F, scratch.scale, r);
        FloatVector minimum = FloatVector.fromArray(Lanes.F, scratch.minimum, r);
        for (int row = 0; row < rows; row++) {
            IntVector halves = IntVector.fromArray(Lanes.I, scratch.dots, row * PANEL + r);
            IntVector dot = halves.lanewise(VectorOperators.LSHL, 16)
                    .lanewise(VectorOperators.ASHR, 16)
                    .add(halves.lanewise(VectorOperators.ASHR, 16));
            int to = resultAt + row * PANEL;
            FloatVector result = scale.mul(inputScales[scaleAt + row])
                    .fma(
                            (FloatVector) dot.convert(VectorOperators.I2F, 0),
                            FloatVector.fromArray(Lanes.F, scratch.result, to));
            minimum.fma(FloatVector.broadcast(Lanes.F, inputSums[scaleAt + row]), result)
                    .intoArray(scratch.result, to);
        }
    }
}
