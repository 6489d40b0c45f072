package dev.stoa.engine.kernel.packed;

import static dev.stoa.engine.kernel.packed.TileFormat.ROWS;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/** Reads the scales of a block into a {@link TileScratch}, as floats in the natural order of rows. Stateless. */
final class TileScales {
    private static final int HALF_ROWS = ROWS / 2;

    /** Sign, exponent and mantissa of a half, once moved to where a float has them. */
    private static final int HALF_BITS = 0x8fffe000;

    /** The difference of a float's and a half's exponent bias: 127 − 15. */
    private static final float BIAS = 0x1p112f;

    private TileScales() {}

    static void read(TileMatrix matrix, int tile, int block, TileScratch scratch) {
        TileFormat format = matrix.format();
        short[] data = matrix.data();
        int at = matrix.blockOffset(tile, block);
        float offset = format.numbers.offset;
        switch (format.scales) {
            case HALF -> halves(data, at, false, offset, scratch);
            case HALF_AND_MINIMUM -> halves(data, at, true, offset, scratch);
            case SIX_BIT -> sixBit(data, matrix.superOffset(tile, block), at, offset, scratch);
            case SIGNED_BYTE -> signedBytes(data, matrix.superOffset(tile, block), at, scratch);
        }
    }

    private static void halves(short[] data, int at, boolean minimums, float offset, TileScratch scratch) {
        assert !minimums || at + 2 * ROWS <= data.length : "minimums at " + (at + ROWS) + " of " + data.length;
        assert at >= 0 && at + ROWS <= data.length : "block at " + at + " of " + data.length + " shorts";
        assert at % ROWS == 0 : "block at " + at + " is not a whole number of rows of the tile away";
        assert data.length % ROWS == 0 : data.length + " shorts are not a whole number of rows";
        assert scratch.scale.length == 2 * ROWS : "room for " + scratch.scale.length + " scales";
        assert scratch.minimum.length == ROWS : "room for " + scratch.minimum.length + " minimums";
        for (int i = 0; i < HALF_ROWS; i += TileLanes.FLOATS) {
            IntVector own = pairs(data, at + 2 * i);
            FloatVector even = low(own);
            FloatVector odd = high(own);
            even.intoArray(scratch.scale, i);
            odd.intoArray(scratch.scale, i + HALF_ROWS);
            if (minimums) {
                IntVector minimum = pairs(data, at + ROWS + 2 * i);
                even.fma(TileLanes.all(offset), low(minimum)).intoArray(scratch.minimum, i);
                odd.fma(TileLanes.all(offset), high(minimum)).intoArray(scratch.minimum, i + HALF_ROWS);
            }
        }
    }

    private static void sixBit(short[] data, int superAt, int at, float offset, TileScratch scratch) {
        assert at >= 0 && at + ROWS <= data.length : "block at " + at + " of " + data.length + " shorts";
        assert at % ROWS == 0 : "block at " + at + " is not a whole number of rows of the tile away";
        assert data.length % ROWS == 0 : data.length + " shorts are not a whole number of rows";
        assert scratch.scale.length == 2 * ROWS : "room for " + scratch.scale.length + " scales";
        assert scratch.minimum.length == ROWS : "room for " + scratch.minimum.length + " minimums";
        assert superAt >= 0 && superAt < at : "scales of the block at " + at + " lie behind it, at " + superAt;
        assert superAt % ROWS == 0 : "scales at " + superAt + " are not a whole number of rows away";
        for (int i = 0; i < HALF_ROWS; i += TileLanes.FLOATS) {
            IntVector outer = pairs(data, superAt + 2 * i);
            IntVector minimums = pairs(data, superAt + ROWS + 2 * i);
            IntVector inner = pairs(data, at + 2 * i);
            FloatVector minimum = low(minimums).mul(unsigned(inner, 8)).neg();
            put(low(outer).mul(unsigned(inner, 0)), minimum, offset, scratch, i);
            minimum = high(minimums).mul(unsigned(inner, 24)).neg();
            put(high(outer).mul(unsigned(inner, 16)), minimum, offset, scratch, i + HALF_ROWS);
        }
    }

    private static void signedBytes(short[] data, int superAt, int at, TileScratch scratch) {
        assert at >= 0 && at + ROWS <= data.length : "block at " + at + " of " + data.length + " shorts";
        assert at % ROWS == 0 : "block at " + at + " is not a whole number of rows of the tile away";
        assert data.length % ROWS == 0 : data.length + " shorts are not a whole number of rows";
        assert scratch.scale.length == 2 * ROWS : "room for " + scratch.scale.length + " scales";
        assert scratch.minimum.length == ROWS : "room for " + scratch.minimum.length + " minimums";
        assert superAt >= 0 && superAt < at : "scales of the block at " + at + " lie behind it, at " + superAt;
        assert superAt % ROWS == 0 : "scales at " + superAt + " are not a whole number of rows away";
        for (int i = 0; i < HALF_ROWS; i += TileLanes.FLOATS) {
            IntVector outer = pairs(data, superAt + 2 * i);
            IntVector inner = pairs(data, at + 2 * i);
            FloatVector even = low(outer);
            even.mul(signed(inner, 24)).intoArray(scratch.scale, i);
            even.mul(signed(inner, 16)).intoArray(scratch.scale, ROWS + i);
            FloatVector odd = high(outer);
            odd.mul(signed(inner, 8)).intoArray(scratch.scale, i + HALF_ROWS);
            odd.mul(signed(inner, 0)).intoArray(scratch.scale, ROWS + i + HALF_ROWS);
        }
    }

    /** The minimum takes the offset of the numbers in: {@code scale · (q + offset) + minimum}. */
    private static void put(FloatVector scale, FloatVector minimum, float offset, TileScratch scratch, int at) {
        scale.intoArray(scratch.scale, at);
        scale.fma(TileLanes.all(offset), minimum).intoArray(scratch.minimum, at);
    }

    /** Each int holds a short of row r in its low half and of row r + 16 in its high half. */
    private static IntVector pairs(short[] data, int at) {
        return TileLanes.shorts(data, at).reinterpretAsInts();
    }

    /** A finite half as a float, exact for subnormal ones too. */
    private static FloatVector low(IntVector pair) {
        return high(pair.lanewise(VectorOperators.LSHL, 16));
    }

    private static FloatVector high(IntVector pair) {
        return pair.lanewise(VectorOperators.ASHR, 3)
                .and(HALF_BITS)
                .reinterpretAsFloats()
                .mul(BIAS);
    }

    private static FloatVector unsigned(IntVector bytes, int shift) {
        return (FloatVector)
                bytes.lanewise(VectorOperators.LSHR, shift).and(255).convert(VectorOperators.I2F, 0);
    }

    private static FloatVector signed(IntVector bytes, int left) {
        return (FloatVector) bytes.lanewise(VectorOperators.LSHL, left)
                .lanewise(VectorOperators.ASHR, 24)
                .convert(VectorOperators.I2F, 0);
    }
}
