package dev.stoa.engine.kernel.packed;

import static dev.stoa.engine.kernel.packed.TileFormat.BLOCK;
import static dev.stoa.engine.kernel.packed.TileFormat.ROWS;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Unpacks the numbers of a block into a {@link TileScratch}, signed, one short or float each, to be used for many
 * tokens. The size of each method is
 * deliberate: see the package documentation. Stateless.
 */
final class TileUnpacker {
    private static final int HALF_ROWS = ROWS / 2;

    private TileUnpacker() {}

    static void four(short[] data, int from, short[] out) {
        assert from >= 0 && from + 8 * ROWS <= data.length : "block at " + from + " of " + data.length + " shorts";
        assert from % ROWS == 0 : "block at " + from + " is not a whole number of rows of the tile away";
        assert data.length % ROWS == 0 : data.length + " shorts are not a whole number of rows";
        assert out.length == BLOCK * ROWS : "room for " + out.length + " numbers, not " + BLOCK * ROWS;
        for (int v = 0; v < ROWS; v += TileLanes.SHORTS) {
            for (int g = 0; g < BLOCK / 4; g += 2) {
                int k = v + 4 * g * ROWS;
                ShortVector w = TileLanes.shorts(data, from + v + g * ROWS);
                w.and((short) 15).sub((short) 8).intoArray(out, k);
                shift(w, 4).and((short) 15).sub((short) 8).intoArray(out, k + ROWS);
                shift(w, 8).and((short) 15).sub((short) 8).intoArray(out, k + 2 * ROWS);
                shift(w, 12).sub((short) 8).intoArray(out, k + 3 * ROWS);
                w = TileLanes.shorts(data, from + v + (g + 1) * ROWS);
                w.and((short) 15).sub((short) 8).intoArray(out, k + 4 * ROWS);
                shift(w, 4).and((short) 15).sub((short) 8).intoArray(out, k + 5 * ROWS);
                shift(w, 8).and((short) 15).sub((short) 8).intoArray(out, k + 6 * ROWS);
                shift(w, 12).sub((short) 8).intoArray(out, k + 7 * ROWS);
            }
        }
    }

    static void five(short[] data, int from, short[] out) {
        assert from >= 0 && from + 10 * ROWS <= data.length : "block at " + from + " of " + data.length + " shorts";
        assert from % ROWS == 0 : "block at " + from + " is not a whole number of rows of the tile away";
        assert data.length % ROWS == 0 : data.length + " shorts are not a whole number of rows";
        assert out.length == BLOCK * ROWS : "room for " + out.length + " numbers, not " + BLOCK * ROWS;
        for (int v = 0; v < ROWS; v += TileLanes.SHORTS) {
            for (int g = 0; g < BLOCK / 4; g++) {
                int k = v + 4 * g * ROWS;
                ShortVector w = TileLanes.shorts(data, from + v + g * ROWS);
                ShortVector upper = shift(TileLanes.shorts(data, from + v + (8 + g / 4) * ROWS), g % 4 * 4);
                w.and((short) 15)
                        .or(left(upper, 4).and((short) 16))
                        .sub((short) 16)
                        .intoArray(out, k);
                w = shift(w, 4);
                w.and((short) 15)
                        .or(left(upper, 3).and((short) 16))
                        .sub((short) 16)
                        .intoArray(out, k + ROWS);
                w = shift(w, 4);
                w.and((short) 15)
                        .or(left(upper, 2).and((short) 16))
                        .sub((short) 16)
                        .intoArray(out, k + 2 * ROWS);
                w = shift(w, 4);
                w.and((short) 15)
                        .or(left(upper, 1).and((short) 16))
                        .sub((short) 16)
                        .intoArray(out, k + 3 * ROWS);
            }
        }
    }

    static void six(short[] data, int from, short[] out) {
        assert from >= 0 && from + 12 * ROWS <= data.length : "block at " + from + " of " + data.length + " shorts";
        assert from % ROWS == 0 : "block at " + from + " is not a whole number of rows of the tile away";
        assert data.length % ROWS == 0 : data.length + " shorts are not a whole number of rows";
        assert out.length == BLOCK * ROWS : "room for " + out.length + " numbers, not " + BLOCK * ROWS;
        for (int v = 0; v < ROWS; v += TileLanes.SHORTS) {
            for (int g = 0; g < BLOCK / 4; g++) {
                int k = v + 4 * g * ROWS;
                ShortVector w = TileLanes.shorts(data, from + v + g * ROWS);
                ShortVector upper = shift(TileLanes.shorts(data, from + v + (8 + g / 2) * ROWS), g % 2 * 8);
                w.and((short) 15)
                        .or(left(upper, 4).and((short) 48))
                        .sub((short) 32)
                        .intoArray(out, k);
                w = shift(w, 4);
                w.and((short) 15)
                        .or(left(upper, 2).and((short) 48))
                        .sub((short) 32)
                        .intoArray(out, k + ROWS);
                w = shift(w, 4);
                w.and((short) 15).or(upper.and((short) 48)).sub((short) 32).intoArray(out, k + 2 * ROWS);
                w = shift(w, 4);
                w.and((short) 15)
                        .or(shift(upper, 2).and((short) 48))
                        .sub((short) 32)
                        .intoArray(out, k + 3 * ROWS);
            }
        }
    }

    static void eight(short[] data, int from, float[] out) {
        assert from >= 0 && from + 16 * ROWS <= data.length : "block at " + from + " of " + data.length + " shorts";
        assert from % ROWS == 0 : "block at " + from + " is not a whole number of rows of the tile away";
        assert data.length % ROWS == 0 : data.length + " shorts are not a whole number of rows";
        assert out.length == BLOCK * ROWS : "room for " + out.length + " numbers, not " + BLOCK * ROWS;
        for (int v = 0; v < ROWS; v += TileLanes.SHORTS) {
            for (int g = 0; g < BLOCK / 2; g += 2) {
                int k = v / 2 + 2 * g * ROWS;
                IntVector w = TileLanes.shorts(data, from + v + g * ROWS).reinterpretAsInts();
                signedByte(w, 24).intoArray(out, k);
                signedByte(w, 16).intoArray(out, k + ROWS);
                signedByte(w, 8).intoArray(out, k + HALF_ROWS);
                signedByte(w, 0).intoArray(out, k + ROWS + HALF_ROWS);
                w = TileLanes.shorts(data, from + v + (g + 1) * ROWS).reinterpretAsInts();
                signedByte(w, 24).intoArray(out, k + 2 * ROWS);
                signedByte(w, 16).intoArray(out, k + 3 * ROWS);
                signedByte(w, 8).intoArray(out, k + 2 * ROWS + HALF_ROWS);
                signedByte(w, 0).intoArray(out, k + 3 * ROWS + HALF_ROWS);
            }
        }
    }

    static ShortVector shift(ShortVector w, int bits) {
        return w.lanewise(VectorOperators.LSHR, bits);
    }

    static ShortVector left(ShortVector w, int bits) {
        return w.lanewise(VectorOperators.LSHL, bits);
    }

    static FloatVector signedByte(IntVector bytes, int left) {
        return (FloatVector) bytes.lanewise(VectorOperators.LSHL, left)
                .lanewise(VectorOperators.ASHR, 24)
                .convert(VectorOperators.I2F, 0);
    }
}
