package dev.stoa.engine.kernel;

import static dev.stoa.engine.kernel.PackedMatrix.PANEL;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Matrix products with rows in lanes. No lane is ever summed with another, so the lane count changes nothing in the
 * result.
 *
 * <p>Several input rows: a block of {@code 32 × 32} weights is unpacked once into a tile that stays in the first-level
 * cache, then multiplied with four input rows and two registers at a time: eight independent chains, enough to hide the
 * latency of a fused multiply-add. One input row: the tile would cost more than it saves, so weights go straight from
 * the packed lanes into the chain. Both take the same steps for each number, so they agree in every bit.
 */
final class VectorProduct {
    private static final int STEP = 2 * Lanes.COUNT;

    private VectorProduct() {}

    static void multiply(PackedMatrix matrix, int panel, Activations input, PanelScratch scratch) {
        int rows = input.rows();
        Arrays.fill(scratch.result, 0, rows * PANEL, 0f);
        boolean direct = rows == 1 && matrix.quantized();
        for (int block = 0; block < matrix.blocks(); block++) {
            scales(matrix, panel, block, scratch);
            int column = block * matrix.block();
            int group = column / Activations.BLOCK;
            int at = input.offset(group, 0) + column % Activations.BLOCK;
            if (direct) {
                direct(matrix, matrix.laneOffset(panel, block), input, at, group, scratch);
            } else {
                unpack(matrix, panel, block, scratch.tile);
                tile(matrix, input, at, group, scratch);
            }
        }
    }

    private static void direct(
            PackedMatrix matrix, int laneAt, Activations input, int at, int group, PanelScratch scratch) {
        scratch.inputScale = input.scales()[input.scaleOffset(group)];
        scratch.inputSum = input.sums()[input.scaleOffset(group)];
        float[] x = input.values(matrix);
        for (int r = 0; r < PANEL; r += STEP) {
            if (matrix.form() == Form.NIBBLE) {
                nibbles(matrix.lanes(), laneAt + r, x, at, scratch, r);
            } else {
                bytes(matrix.lanes(), laneAt + r, matrix.block(), x, at, scratch, r);
            }
        }
    }

    private static void nibbles(int[] lanes, int laneAt, float[] x, int at, PanelScratch scratch, int r) {
        FloatVector dot0 = FloatVector.zero(Lanes.F);
        FloatVector dot1 = FloatVector.zero(Lanes.F);
        for (int g = 0; g < Activations.BLOCK / 8; g++) {
            IntVector w0 = Lanes.ints(lanes, laneAt + g * PANEL);
            IntVector w1 = Lanes.ints(lanes, laneAt + g * PANEL + Lanes.COUNT);
            for (int k = 0; k < 8; k++) {
                FloatVector value = Lanes.all(x[at + g * 8 + k]);
                dot0 = toFloat(w0.and(15)).fma(value, dot0);
                dot1 = toFloat(w1.and(15)).fma(value, dot1);
                w0 = w0.lanewise(VectorOperators.LSHR, 4);
                w1 = w1.lanewise(VectorOperators.LSHR, 4);
            }
        }
        pairInto(scratch, r, r, dot0, dot1);
    }

    private static void bytes(int[] lanes, int laneAt, int block, float[] x, int at, PanelScratch scratch, int r) {
        FloatVector dot0 = FloatVector.zero(Lanes.F);
        FloatVector dot1 = FloatVector.zero(Lanes.F);
        for (int g = 0; g < block / 4; g++) {
            IntVector w0 = Lanes.ints(lanes, laneAt + g * PANEL);
            IntVector w1 = Lanes.ints(lanes, laneAt + g * PANEL + Lanes.COUNT);
            for (int k = 0; k < 4; k++) {
                FloatVector value = Lanes.all(x[at + g * 4 + k]);
                dot0 = toFloat(lowByte(w0)).fma(value, dot0);
                dot1 = toFloat(lowByte(w1)).fma(value, dot1);
                w0 = w0.lanewise(VectorOperators.LSHR, 8);
                w1 = w1.lanewise(VectorOperators.LSHR, 8);
            }
        }
        pairInto(scratch, r, r, dot0, dot1);
    }

    private static IntVector lowByte(IntVector lanes) {
        return lanes.lanewise(VectorOperators.LSHL, 24).lanewise(VectorOperators.ASHR, 24);
    }

    private static FloatVector toFloat(IntVector lanes) {
        return (FloatVector) lanes.convert(VectorOperators.I2F, 0);
    }

    /** {@code result += scale · inputScale · dot + minimum · inputSum} for one register of rows. */
    private static void scaleInto(PanelScratch scratch, int r, int resultAt, FloatVector dot) {
        FloatVector result = Lanes.floats(scratch.result, resultAt);
        result = Lanes.floats(scratch.scale, r).mul(scratch.inputScale).fma(dot, result);
        result = Lanes.floats(scratch.minimum, r).fma(Lanes.all(scratch.inputSum), result);
        result.intoArray(scratch.result, resultAt);
    }

    private static void tile(PackedMatrix matrix, Activations input, int at, int group, PanelScratch scratch) {
        float[] x = input.values(matrix);
        scratch.inputScales = matrix.quantized() ? input.scales() : scratch.ones;
        scratch.inputSums = matrix.quantized() ? input.sums() : scratch.zeros;
        int scaleAt = matrix.quantized() ? input.scaleOffset(group) : 0;
        int rows = input.rows();
        int block = matrix.block();
        for (int r = 0; r < PANEL; r += STEP) {
            int row = 0;
            for (; row + 4 <= rows; row += 4) {
                four(scratch, block, x, at + row * Activations.BLOCK, scaleAt + row, row * PANEL + r, r);
            }
            for (; row < rows; row++) {
                one(scratch, block, x, at + row * Activations.BLOCK, scaleAt + row, row * PANEL + r, r);
            }
        }
    }

    /** Four input rows with two registers of the tile. */
    private static void four(PanelScratch scratch, int block, float[] x, int at, int scaleAt, int resultAt, int r) {
        float[] tile = scratch.tile;
        FloatVector a0 = FloatVector.zero(Lanes.F);
        FloatVector a1 = FloatVector.zero(Lanes.F);
        FloatVector b0 = FloatVector.zero(Lanes.F);
        FloatVector b1 = FloatVector.zero(Lanes.F);
        FloatVector c0 = FloatVector.zero(Lanes.F);
        FloatVector c1 = FloatVector.zero(Lanes.F);
        FloatVector d0 = FloatVector.zero(Lanes.F);
        FloatVector d1 = FloatVector.zero(Lanes.F);
        for (int k = 0; k < block; k++) {
            FloatVector w0 = Lanes.floats(tile, k * PANEL + r);
            FloatVector w1 = Lanes.floats(tile, k * PANEL + r + Lanes.COUNT);
            FloatVector value = Lanes.all(x[at + k]);
            a0 = w0.fma(value, a0);
            a1 = w1.fma(value, a1);
            value = Lanes.all(x[at + Activations.BLOCK + k]);
            b0 = w0.fma(value, b0);
            b1 = w1.fma(value, b1);
            value = Lanes.all(x[at + 2 * Activations.BLOCK + k]);
            c0 = w0.fma(value, c0);
            c1 = w1.fma(value, c1);
            value = Lanes.all(x[at + 3 * Activations.BLOCK + k]);
            d0 = w0.fma(value, d0);
            d1 = w1.fma(value, d1);
        }
        useInput(scratch, scaleAt);
        pairInto(scratch, r, resultAt, a0, a1);
        useInput(scratch, scaleAt + 1);
        pairInto(scratch, r, resultAt + PANEL, b0, b1);
        useInput(scratch, scaleAt + 2);
        pairInto(scratch, r, resultAt + 2 * PANEL, c0, c1);
        useInput(scratch, scaleAt + 3);
        pairInto(scratch, r, resultAt + 3 * PANEL, d0, d1);
    }

    private static void one(PanelScratch scratch, int block, float[] x, int at, int scaleAt, int resultAt, int r) {
        FloatVector dot0 = FloatVector.zero(Lanes.F);
        FloatVector dot1 = FloatVector.zero(Lanes.F);
        for (int k = 0; k < block; k++) {
            FloatVector value = Lanes.all(x[at + k]);
            dot0 = Lanes.floats(scratch.tile, k * PANEL + r).fma(value, dot0);
            dot1 = Lanes.floats(scratch.tile, k * PANEL + r + Lanes.COUNT).fma(value, dot1);
        }
        useInput(scratch, scaleAt);
        pairInto(scratch, r, resultAt, dot0, dot1);
    }

    private static void useInput(PanelScratch scratch, int scaleAt) {
        scratch.inputScale = scratch.inputScales[scaleAt];
        scratch.inputSum = scratch.inputSums[scaleAt];
    }

    private static void pairInto(PanelScratch scratch, int r, int resultAt, FloatVector dot0, FloatVector dot1) {
        scaleInto(scratch, r, resultAt, dot0);
        scaleInto(scratch, r + Lanes.COUNT, resultAt + Lanes.COUNT, dot1);
    }

    private static void unpack(PackedMatrix matrix, int panel, int block, float[] tile) {
        switch (matrix.form()) {
            case NIBBLE -> unpackNibbles(matrix.lanes(), matrix.laneOffset(panel, block), tile);
            case BYTE -> unpackBytes(matrix.lanes(), matrix.laneOffset(panel, block), matrix.block(), tile);
            case HALF, BFLOAT -> ScalarKernels.unpack(matrix, panel, block, tile);
            case FLOAT -> unpackFloats(matrix.lanes(), matrix.laneOffset(panel, block), matrix.block(), tile);
        }
    }

    private static void unpackNibbles(int[] lanes, int at, float[] tile) {
        for (int g = 0; g < Activations.BLOCK / 8; g++) {
            for (int r = 0; r < PANEL; r += Lanes.COUNT) {
                IntVector w = Lanes.ints(lanes, at + g * PANEL + r);
                for (int k = 0; k < 8; k++) {
                    toFloat(w.and(15)).intoArray(tile, (g * 8 + k) * PANEL + r);
                    w = w.lanewise(VectorOperators.LSHR, 4);
                }
            }
        }
    }

    private static void unpackBytes(int[] lanes, int at, int block, float[] tile) {
        for (int g = 0; g < block / 4; g++) {
            for (int r = 0; r < PANEL; r += Lanes.COUNT) {
                IntVector w = Lanes.ints(lanes, at + g * PANEL + r);
                for (int k = 0; k < 4; k++) {
                    toFloat(lowByte(w)).intoArray(tile, (g * 4 + k) * PANEL + r);
                    w = w.lanewise(VectorOperators.LSHR, 8);
                }
            }
        }
    }

    private static void unpackFloats(int[] lanes, int at, int block, float[] tile) {
        for (int i = 0; i < block * PANEL; i += Lanes.COUNT) {
            Lanes.ints(lanes, at + i).reinterpretAsFloats().intoArray(tile, i);
        }
    }

    private static void scales(PackedMatrix matrix, int panel, int block, PanelScratch scratch) {
        int at = matrix.scaleOffset(panel, block);
        if (matrix.hasHalfScales()) {
            halfScales(matrix.halfScales(), at, scratch);
            return;
        }
        if (matrix.hasScales()) {
            System.arraycopy(matrix.scales(), at, scratch.scale, 0, PANEL);
        } else {
            Arrays.fill(scratch.scale, 1f);
        }
        if (matrix.hasMinimums()) {
            System.arraycopy(matrix.minimums(), at, scratch.minimum, 0, PANEL);
        } else {
            Arrays.fill(scratch.minimum, 0f);
        }
    }

    /**
     * A finite half as a float: its exponent and mantissa moved to their places, then times 2¹¹² for the difference of
     * the biases; exact, subnormal numbers too.
     */
    private static void halfScales(int[] pairs, int at, PanelScratch scratch) {
        FloatVector bias = Lanes.all(0x1p112f);
        for (int r = 0; r < PANEL; r += Lanes.COUNT) {
            IntVector pair = Lanes.ints(pairs, at + r);
            IntVector low = pair.lanewise(VectorOperators.LSHL, 16)
                    .lanewise(VectorOperators.ASHR, 3)
                    .and(0x8fffe000);
            IntVector high = pair.lanewise(VectorOperators.ASHR, 3).and(0x8fffe000);
            low.reinterpretAsFloats().mul(bias).intoArray(scratch.scale, r);
            high.reinterpretAsFloats().mul(bias).intoArray(scratch.minimum, r);
        }
    }
}
