package dev.stoa.engine.kernel;

import static dev.stoa.engine.kernel.PackedMatrix.PANEL;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Products of several blocks with one input row, straight from the packed words: for few rows the tile would cost more
 * than it saves. The same numbers as {@link WholeDots} and {@link FloatDots}, in the same order. Stateless.
 */
final class OneRow {
    private static final int NIBBLES = 0x000f000f;
    private static final int BITS = 0x00010001;
    private static final int PAIRS = Activations.BLOCK / 2;
    private static final int STEP = 2 * Lanes.COUNT;

    private OneRow() {}

    /**
     * Fills {@code dots[count][PANEL]}, in halves.
     *
     * @param stride from a block of the input to the next
     */
    static void four(int[] words, int from, int count, int[] x, int xFrom, int stride, int[] dots) {
        for (int block = 0; block < count; block++) {
            for (int r = 0; r < PANEL; r += STEP) {
                int at = from + block * 4 * PANEL + r;
                int xAt = xFrom + block * stride;
                ShortVector a0 = ShortVector.zero(Lanes.S);
                ShortVector a1 = ShortVector.zero(Lanes.S);
                for (int g = 0; g < 4; g++) {
                    IntVector w0 = IntVector.fromArray(Lanes.I, words, at + g * PANEL);
                    IntVector w1 = IntVector.fromArray(Lanes.I, words, at + g * PANEL + Lanes.COUNT);
                    for (int j = 0; j < 4; j++) {
                        ShortVector value =
                                IntVector.broadcast(Lanes.I, x[xAt + 4 * g + j]).reinterpretAsShorts();
                        a0 = w0.and(NIBBLES).reinterpretAsShorts().mul(value).add(a0);
                        a1 = w1.and(NIBBLES).reinterpretAsShorts().mul(value).add(a1);
                        w0 = w0.lanewise(VectorOperators.LSHR, 4);
                        w1 = w1.lanewise(VectorOperators.LSHR, 4);
                    }
                }
                a0.reinterpretAsInts().intoArray(dots, block * PANEL + r);
                a1.reinterpretAsInts().intoArray(dots, block * PANEL + r + Lanes.COUNT);
            }
        }
    }

    /** As {@link #four}. */
    static void five(int[] words, int from, int count, int[] x, int xFrom, int stride, int[] dots) {
        for (int block = 0; block < count; block++) {
            for (int r = 0; r < PANEL; r += STEP) {
                int at = from + block * 5 * PANEL + r;
                int xAt = xFrom + block * stride;
                ShortVector a0 = ShortVector.zero(Lanes.S);
                ShortVector a1 = ShortVector.zero(Lanes.S);
                IntVector f0 = IntVector.fromArray(Lanes.I, words, at + 4 * PANEL);
                IntVector f1 = IntVector.fromArray(Lanes.I, words, at + 4 * PANEL + Lanes.COUNT);
                for (int g = 0; g < 4; g++) {
                    IntVector w0 = IntVector.fromArray(Lanes.I, words, at + g * PANEL);
                    IntVector w1 = IntVector.fromArray(Lanes.I, words, at + g * PANEL + Lanes.COUNT);
                    for (int j = 0; j < 4; j++) {
                        ShortVector value =
                                IntVector.broadcast(Lanes.I, x[xAt + 4 * g + j]).reinterpretAsShorts();
                        int fifth = Form.fifthAt(j);
                        IntVector less = f0.lanewise(VectorOperators.LSHR, fifth)
                                .and(BITS)
                                .lanewise(VectorOperators.LSHL, 4);
                        a0 = w0.and(NIBBLES)
                                .reinterpretAsShorts()
                                .sub(less.reinterpretAsShorts())
                                .mul(value)
                                .add(a0);
                        less = f1.lanewise(VectorOperators.LSHR, fifth)
                                .and(BITS)
                                .lanewise(VectorOperators.LSHL, 4);
                        a1 = w1.and(NIBBLES)
                                .reinterpretAsShorts()
                                .sub(less.reinterpretAsShorts())
                                .mul(value)
                                .add(a1);
                        w0 = w0.lanewise(VectorOperators.LSHR, 4);
                        w1 = w1.lanewise(VectorOperators.LSHR, 4);
                    }
                    f0 = f0.lanewise(VectorOperators.LSHR, 2);
                    f1 = f1.lanewise(VectorOperators.LSHR, 2);
                }
                a0.reinterpretAsInts().intoArray(dots, block * PANEL + r);
                a1.reinterpretAsInts().intoArray(dots, block * PANEL + r + Lanes.COUNT);
            }
        }
    }

    /** Fills {@code dots[count][PANEL]}. */
    static void eight(int[] words, int from, int count, float[] x, int xFrom, int stride, float[] dots) {
        for (int block = 0; block < count; block++) {
            for (int r = 0; r < PANEL; r += STEP) {
                int at = from + block * 8 * PANEL + r;
                int xAt = xFrom + block * stride;
                FloatVector a0 = FloatVector.zero(Lanes.F);
                FloatVector a1 = FloatVector.zero(Lanes.F);
                for (int g = 0; g < 8; g++) {
                    IntVector w0 = IntVector.fromArray(Lanes.I, words, at + g * PANEL);
                    IntVector w1 = IntVector.fromArray(Lanes.I, words, at + g * PANEL + Lanes.COUNT);
                    for (int left = 24; left >= 0; left -= 8) {
                        FloatVector value = FloatVector.broadcast(Lanes.F, x[xAt + 4 * g + (24 - left) / 8]);
                        a0 = ((FloatVector) w0.lanewise(VectorOperators.LSHL, left)
                                        .lanewise(VectorOperators.ASHR, 24)
                                        .convert(VectorOperators.I2F, 0))
                                .fma(value, a0);
                        a1 = ((FloatVector) w1.lanewise(VectorOperators.LSHL, left)
                                        .lanewise(VectorOperators.ASHR, 24)
                                        .convert(VectorOperators.I2F, 0))
                                .fma(value, a1);
                    }
                }
                a0.intoArray(dots, block * PANEL + r);
                a1.intoArray(dots, block * PANEL + r + Lanes.COUNT);
            }
        }
    }

    /** Fills {@code dots[count][2][PANEL]}: columns 0–15 and 16–31 have scales of their own. */
    static void six(int[] words, int from, int count, float[] x, int xFrom, int stride, float[] dots) {
        for (int block = 0; block < count; block++) {
            for (int r = 0; r < PANEL; r += Lanes.COUNT) {
                int at = from + block * 6 * PANEL + r;
                int xAt = xFrom + block * stride;
                FloatVector a0 = FloatVector.zero(Lanes.F);
                FloatVector a1 = FloatVector.zero(Lanes.F);
                for (int g = 0; g < 4; g++) {
                    IntVector w = IntVector.fromArray(Lanes.I, words, at + g * PANEL);
                    IntVector lower = IntVector.fromArray(Lanes.I, words, at + 4 * PANEL)
                            .lanewise(VectorOperators.LSHR, 2 * g)
                            .lanewise(VectorOperators.LSHL, 4);
                    IntVector upper = IntVector.fromArray(Lanes.I, words, at + 5 * PANEL)
                            .lanewise(VectorOperators.LSHR, 2 * g)
                            .lanewise(VectorOperators.LSHL, 4);
                    for (int b = 0; b < 4; b++) {
                        FloatVector value = FloatVector.broadcast(Lanes.F, x[xAt + 4 * g + b]);
                        a0 = ((FloatVector) w.and(15).or(lower.and(48)).sub(32).convert(VectorOperators.I2F, 0))
                                .fma(value, a0);
                        w = w.lanewise(VectorOperators.LSHR, 4);
                        value = FloatVector.broadcast(Lanes.F, x[xAt + PAIRS + 4 * g + b]);
                        a1 = ((FloatVector) w.and(15).or(upper.and(48)).sub(32).convert(VectorOperators.I2F, 0))
                                .fma(value, a1);
                        w = w.lanewise(VectorOperators.LSHR, 4);
                        lower = lower.lanewise(VectorOperators.LSHR, 8);
                        upper = upper.lanewise(VectorOperators.LSHR, 8);
                    }
                }
                a0.intoArray(dots, block * 2 * PANEL + r);
                a1.intoArray(dots, block * 2 * PANEL + PANEL + r);
            }
        }
    }

    /**
     * {@link WholeDots}' last steps for {@code count} blocks of one row.
     *
     * @param stride from the input scale of one block to the next block's
     */
    static void settle(
            PanelScratch scratch, boolean minimums, Activations input, int scaleAt, int stride, int count, int to) {
        float[] inputScales = input.scales();
        float[] inputSums = input.sums();
        for (int r = 0; r < PANEL; r += Lanes.COUNT) {
            FloatVector result = FloatVector.fromArray(Lanes.F, scratch.result, to + r);
            for (int block = 0; block < count; block++) {
                IntVector halves = IntVector.fromArray(Lanes.I, scratch.dots, block * PANEL + r);
                IntVector dot = halves.lanewise(VectorOperators.LSHL, 16)
                        .lanewise(VectorOperators.ASHR, 16)
                        .add(halves.lanewise(VectorOperators.ASHR, 16));
                result = FloatVector.fromArray(Lanes.F, scratch.scale, block * 2 * PANEL + r)
                        .mul(inputScales[scaleAt + block * stride])
                        .fma((FloatVector) dot.convert(VectorOperators.I2F, 0), result);
                if (minimums) {
                    result = FloatVector.fromArray(Lanes.F, scratch.minimum, block * PANEL + r)
                            .fma(FloatVector.broadcast(Lanes.F, inputSums[scaleAt + block * stride]), result);
                }
            }
            result.intoArray(scratch.result, to + r);
        }
    }

    /** As {@link #settle}, for dots that floats hold, exactly, with {@code parts} scales for each block. */
    static void settleFloats(
            PanelScratch scratch, int parts, float[] inputScales, int scaleAt, int stride, int count, int to) {
        for (int r = 0; r < PANEL; r += Lanes.COUNT) {
            FloatVector result = FloatVector.fromArray(Lanes.F, scratch.result, to + r);
            for (int block = 0; block < count; block++) {
                float inputScale = inputScales[scaleAt + block * stride];
                for (int part = 0; part < parts; part++) {
                    int dotAt = (block * parts + part) * PANEL + r;
                    result = FloatVector.fromArray(Lanes.F, scratch.scale, (2 * block + part) * PANEL + r)
                            .mul(inputScale)
                            .fma(FloatVector.fromArray(Lanes.F, scratch.floatDots, dotAt), result);
                }
            }
            result.intoArray(scratch.result, to + r);
        }
    }
}
