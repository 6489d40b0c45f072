package dev.stoa.engine.kernel.packed;

import static dev.stoa.engine.kernel.packed.TileFormat.BLOCK;
import static dev.stoa.engine.kernel.packed.TileFormat.ROWS;
import static dev.stoa.engine.kernel.packed.TileUnpacker.left;
import static dev.stoa.engine.kernel.packed.TileUnpacker.shift;
import static dev.stoa.engine.kernel.packed.TileUnpacker.signedByte;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;

/**
 * Products of a tile with one token, straight from the packed numbers: unpacking them into memory first would cost more
 * than it saves. Stored numbers are unsigned, so a chain starts at {@code −offset · Σ x}; it may wrap around on its way,
 * its end is exact. The size of each method is deliberate: see the package documentation.
 * Stateless.
 */
final class OneToken {
    private static final int GROUP = BLOCK / TileActivations.GROUPS;

    private OneToken() {}

    static void four(TileMatrix matrix, int tile, TileActivations input, TileScratch scratch) {
        short[] data = matrix.data();
        int[] x = input.pairs();
        for (int block = 0; block < matrix.blocks(); block++) {
            TileScales.read(matrix, tile, block, scratch);
            int at = matrix.blockOffset(tile, block) + matrix.format().scales.shorts;
            assert at + matrix.format().numbers.shorts <= data.length
                    : "block " + block + " of tile " + tile + " at " + at;
            ShortVector start = TileLanes.both(TileLanes.pair(-8 * sum(input, block, 0, 4)));
            for (int v = 0; v < ROWS; v += TileLanes.SHORTS) {
                ShortVector even = start;
                ShortVector odd = TileLanes.both(0);
                for (int g = 0; g < BLOCK / 4; g++) {
                    int k = block * BLOCK + 4 * g;
                    ShortVector w = TileLanes.shorts(data, at + g * ROWS + v);
                    even = even.add(w.and((short) 15).mul(TileLanes.both(x[k])));
                    odd = odd.add(shift(w, 4).and((short) 15).mul(TileLanes.both(x[k + 1])));
                    even = even.add(shift(w, 8).and((short) 15).mul(TileLanes.both(x[k + 2])));
                    odd = odd.add(shift(w, 12).mul(TileLanes.both(x[k + 3])));
                }
                even.add(odd).intoArray(scratch.dots, v);
            }
            Settling.add(scratch, 0, matrix.format().scales.minimum, input, block, 0, 1);
        }
    }

    /** Two chains of 16 columns; the fifth bits of a chain fill one short. */
    static void five(TileMatrix matrix, int tile, TileActivations input, TileScratch scratch) {
        short[] data = matrix.data();
        int[] x = input.pairs();
        for (int chain = 0; chain < 2 * matrix.blocks(); chain++) {
            int block = chain / 2;
            int half = chain % 2;
            if (half == 0) {
                TileScales.read(matrix, tile, block, scratch);
            }
            int at = matrix.blockOffset(tile, block) + matrix.format().scales.shorts;
            assert at + matrix.format().numbers.shorts <= data.length
                    : "block " + block + " of tile " + tile + " at " + at;
            ShortVector start = TileLanes.both(TileLanes.pair(-16 * sum(input, block, 2 * half, 2)));
            for (int v = 0; v < ROWS; v += TileLanes.SHORTS) {
                ShortVector dot = start;
                ShortVector upper = TileLanes.shorts(data, at + (8 + half) * ROWS + v);
                for (int g = 4 * half; g < 4 * half + 4; g++) {
                    int k = block * BLOCK + 4 * g;
                    ShortVector w = TileLanes.shorts(data, at + g * ROWS + v);
                    dot = dot.add(fifth(w, left(upper, 4)).mul(TileLanes.both(x[k])));
                    dot = dot.add(fifth(shift(w, 4), left(upper, 3)).mul(TileLanes.both(x[k + 1])));
                    dot = dot.add(fifth(shift(w, 8), left(upper, 2)).mul(TileLanes.both(x[k + 2])));
                    dot = dot.add(fifth(shift(w, 12), left(upper, 1)).mul(TileLanes.both(x[k + 3])));
                    upper = shift(upper, 4);
                }
                dot.intoArray(scratch.dots, v);
            }
            boolean minimums = matrix.format().scales.minimum && half == 1;
            Settling.add(scratch, 0, minimums, input, block, 0, 1);
        }
    }

    private static ShortVector fifth(ShortVector low, ShortVector upper) {
        return low.and((short) 15).or(upper.and((short) 16));
    }

    /** Four chains of 8 columns, two for each scale; the upper bits of a chain fill one short. */
    static void six(TileMatrix matrix, int tile, TileActivations input, TileScratch scratch) {
        short[] data = matrix.data();
        int[] x = input.pairs();
        for (int chain = 0; chain < 4 * matrix.blocks(); chain++) {
            int block = chain / 4;
            int quarter = chain % 4;
            if (quarter == 0) {
                TileScales.read(matrix, tile, block, scratch);
            }
            int at = matrix.blockOffset(tile, block) + matrix.format().scales.shorts;
            assert at + matrix.format().numbers.shorts <= data.length
                    : "block " + block + " of tile " + tile + " at " + at;
            ShortVector start = TileLanes.both(TileLanes.pair(-32 * sum(input, block, quarter, 1)));
            for (int v = 0; v < ROWS; v += TileLanes.SHORTS) {
                ShortVector dot = start;
                ShortVector upper = TileLanes.shorts(data, at + (8 + quarter) * ROWS + v);
                for (int g = 0; g < 2; g++) {
                    int k = chain * GROUP + 4 * g;
                    ShortVector w = TileLanes.shorts(data, at + (2 * quarter + g) * ROWS + v);
                    dot = dot.add(sixth(w, left(upper, 4)).mul(TileLanes.both(x[k])));
                    dot = dot.add(sixth(shift(w, 4), left(upper, 2)).mul(TileLanes.both(x[k + 1])));
                    dot = dot.add(sixth(shift(w, 8), upper).mul(TileLanes.both(x[k + 2])));
                    dot = dot.add(sixth(shift(w, 12), shift(upper, 2)).mul(TileLanes.both(x[k + 3])));
                    upper = shift(upper, 8);
                }
                dot.intoArray(scratch.dots, v);
            }
            Settling.add(scratch, quarter / 2 * ROWS, false, input, block, 0, 1);
        }
    }

    private static ShortVector sixth(ShortVector low, ShortVector upper) {
        return low.and((short) 15).or(upper.and((short) 48));
    }

    static void eight(TileMatrix matrix, int tile, TileActivations input, TileScratch scratch) {
        short[] data = matrix.data();
        float[] x = input.floats();
        for (int block = 0; block < matrix.blocks(); block++) {
            TileScales.read(matrix, tile, block, scratch);
            int at = matrix.blockOffset(tile, block) + matrix.format().scales.shorts;
            assert at + matrix.format().numbers.shorts <= data.length
                    : "block " + block + " of tile " + tile + " at " + at;
            for (int v = 0; v < ROWS; v += TileLanes.SHORTS) {
                FloatVector low = FloatVector.zero(TileLanes.F);
                FloatVector high = low;
                for (int g = 0; g < BLOCK / 2; g += 2) {
                    int k = block * BLOCK + 2 * g;
                    IntVector w = TileLanes.shorts(data, at + g * ROWS + v).reinterpretAsInts();
                    low = signedByte(w, 24).fma(TileLanes.all(x[k]), low);
                    high = signedByte(w, 8).fma(TileLanes.all(x[k]), high);
                    low = signedByte(w, 16).fma(TileLanes.all(x[k + 1]), low);
                    high = signedByte(w, 0).fma(TileLanes.all(x[k + 1]), high);
                    w = TileLanes.shorts(data, at + (g + 1) * ROWS + v).reinterpretAsInts();
                    low = signedByte(w, 24).fma(TileLanes.all(x[k + 2]), low);
                    high = signedByte(w, 8).fma(TileLanes.all(x[k + 2]), high);
                    low = signedByte(w, 16).fma(TileLanes.all(x[k + 3]), low);
                    high = signedByte(w, 0).fma(TileLanes.all(x[k + 3]), high);
                }
                low.intoArray(scratch.floatDots, v / 2);
                high.intoArray(scratch.floatDots, v / 2 + ROWS / 2);
            }
            Settling.addFloats(scratch, 0, 1);
        }
    }

    /** {@code Σ x} over {@code count} groups of 8 columns. */
    private static int sum(TileActivations input, int block, int from, int count) {
        int sum = 0;
        for (int group = from; group < from + count; group++) {
            sum += input.groupSums()[block * TileActivations.GROUPS + group];
        }
        return sum;
    }
}
