package dev.stoa.engine.kernel;

import static dev.stoa.engine.kernel.PackedMatrix.PANEL;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * Matrix products with rows in lanes. No lane is ever summed with one of another row, so the lane count changes nothing
 * in the result.
 *
 * <p>A block of {@code 32 × 32} weights is unpacked once into a tile that stays in the first-level cache, then multiplied
 * with four input rows and two registers at a time. For fewer input rows the tile would cost more than it saves: weights
 * go straight from the packed words into the sums. Both take the same steps for each number, so they agree in every bit.
 *
 * <p>In this package's matrix kernels no vector crosses a call of ours: HotSpot's C2 stops inlining such methods once a
 * compilation is large, and their vectors then go to the heap. Kernels take arrays and offsets, and the Vector API's own
 * methods are always inlined.
 */
final class VectorProduct {
    /** Input rows that are multiplied with a tile before the next is unpacked: their data and results stay in cache. */
    static final int CHUNK = 64;

    /** Blocks that are multiplied with few rows at a time; two dots each fit where {@link #CHUNK} are kept. */
    private static final int GROUP = CHUNK / 2;

    /** Input rows from which a tile pays. */
    private static final int TILE_ROWS_MIN = 4;

    private VectorProduct() {}

    static void multiply(PackedMatrix matrix, int panel, Activations input, PanelScratch scratch) {
        int rows = input.rows();
        Arrays.fill(scratch.result, 0, rows * PANEL, 0f);
        if (rows < TILE_ROWS_MIN && matrix.scaleForm() != ScaleForm.NONE) {
            few(matrix, panel, input, scratch);
            return;
        }
        for (int from = 0; from < rows; from += CHUNK) {
            int count = Math.min(CHUNK, rows - from);
            for (int block = 0; block < matrix.blocks(); block++) {
                Unpacker.unpack(matrix, panel, block, scratch);
                ScaleReader.read(matrix, panel, block, 1, scratch);
                if (matrix.form().narrow()) {
                    WholeDots.add(
                            scratch,
                            matrix.hasMinimums(),
                            input,
                            input.pairsAt(block, from),
                            input.scaleAt(block) + from,
                            count,
                            from * PANEL);
                } else {
                    floats(matrix, block, input, from, count, scratch);
                }
            }
        }
    }

    /** For few rows: block groups from the packed words, once for each row. */
    private static void few(PackedMatrix matrix, int panel, Activations input, PanelScratch scratch) {
        for (int block = 0; block < matrix.blocks(); block += GROUP) {
            int count = Math.min(GROUP, matrix.blocks() - block);
            ScaleReader.read(matrix, panel, block, count, scratch);
            for (int row = 0; row < input.rows(); row++) {
                one(matrix, matrix.numbersAt(panel, block), block, count, input, row, scratch);
            }
        }
    }

    private static void one(
            PackedMatrix matrix, int at, int block, int count, Activations input, int row, PanelScratch scratch) {
        int[] words = matrix.numbers();
        int stride = input.pairsAt(1, 0);
        int x = input.pairsAt(block, row);
        int values = input.valuesAt(block, row);
        switch (matrix.form()) {
            case FOUR -> OneRow.four(words, at, count, input.pairs(), x, stride, scratch.dots);
            case FIVE -> OneRow.five(words, at, count, input.pairs(), x, stride, scratch.dots);
            case SIX -> OneRow.six(words, at, count, input.levels(), values, 2 * stride, scratch.floatDots);
            default -> OneRow.eight(words, at, count, input.levels(), values, 2 * stride, scratch.floatDots);
        }
        int to = row * PANEL;
        int scaleAt = input.scaleAt(block) + row;
        if (matrix.form().narrow()) {
            OneRow.settle(scratch, matrix.hasMinimums(), input, scaleAt, input.rows(), count, to);
        } else {
            int parts = Activations.BLOCK / matrix.scaleForm().columns();
            OneRow.settleFloats(scratch, parts, input.scales(), scaleAt, input.rows(), count, to);
        }
    }

    private static void floats(
            PackedMatrix matrix, int block, Activations input, int from, int count, PanelScratch scratch) {
        boolean whole = matrix.form().whole();
        float[] x = whole ? input.levels() : input.values();
        int at = input.valuesAt(block, from);
        int depth = matrix.scaleForm().columns();
        for (int k = 0; k < Activations.BLOCK; k += depth) {
            Arrays.fill(scratch.floatDots, 0, count * PANEL, 0f);
            FloatDots.add(
                    scratch.floats,
                    k * PANEL,
                    PANEL,
                    depth,
                    PANEL,
                    x,
                    at + k,
                    Activations.BLOCK,
                    count,
                    scratch.floatDots,
                    0,
                    PANEL);
            for (int r = 0; r < PANEL; r += Lanes.COUNT) {
                int scaleAt = k / depth * PANEL + r;
                int to = from * PANEL + r;
                if (whole) {
                    settle(scratch, scaleAt, r, input.scales(), input.scaleAt(block) + from, count, to);
                } else {
                    settle(scratch, scaleAt, r, count, to);
                }
            }
        }
    }

    /** {@code result = fma(scale · scaleₓ, dot, result)}. */
    private static void settle(
            PanelScratch scratch, int scaleAt, int r, float[] inputScales, int inputScaleAt, int count, int resultAt) {
        FloatVector scale = FloatVector.fromArray(Lanes.F, scratch.scale, scaleAt);
        for (int row = 0; row < count; row++) {
            int to = resultAt + row * PANEL;
            scale.mul(inputScales[inputScaleAt + row])
                    .fma(
                            FloatVector.fromArray(Lanes.F, scratch.floatDots, row * PANEL + r),
                            FloatVector.fromArray(Lanes.F, scratch.result, to))
                    .intoArray(scratch.result, to);
        }
    }

    /** {@code result = fma(scale, dot, result)}, for inputs that are as they were. */
    private static void settle(PanelScratch scratch, int scaleAt, int r, int count, int resultAt) {
        FloatVector scale = FloatVector.fromArray(Lanes.F, scratch.scale, scaleAt);
        for (int row = 0; row < count; row++) {
            int to = resultAt + row * PANEL;
            scale.fma(
                            FloatVector.fromArray(Lanes.F, scratch.floatDots, row * PANEL + r),
                            FloatVector.fromArray(Lanes.F, scratch.result, to))
                    .intoArray(scratch.result, to);
        }
    }
}
