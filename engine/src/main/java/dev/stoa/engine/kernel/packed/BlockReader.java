package dev.stoa.engine.kernel.packed;

import dev.stoa.engine.gguf.TensorType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Takes the blocks of a ggml tensor apart (block layouts: {@code ggml-common.h}): 32 columns at a time, as stored, with
 * no arithmetic. Not thread-safe.
 */
final class BlockReader {
    private static final ValueLayout.OfShort HALF = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt WORD = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final MemorySegment data;

    /** The numbers as {@link TileFormat.Numbers} has them: shape {@code [32]}. */
    final int[] numbers = new int[TileFormat.BLOCK];
    /** A half: the scale, or the one that is common to 256 columns. */
    short scale;
    /** A half: the minimum; for 256 columns it is to be subtracted. */
    short minimum;
    /** Scale and minimum of a block within 256 columns, or two scales. */
    int innerScale;

    int innerMinimum;

    BlockReader(MemorySegment data) {
        this.data = data;
    }

    /** Reads 32 columns of the ggml block that begins at {@code at}; {@code part} is 0 unless it holds 256. */
    void read(TensorType type, long at, int part) {
        switch (type) {
            case Q4_0 -> readFour(at, -1, 2);
            case Q4_1 -> readFour(at, 2, 4);
            case Q5_0 -> readFive(at, -1, 2);
            case Q5_1 -> readFive(at, 2, 4);
            case Q8_0 -> readEight(at);
            case Q4_K -> readFourOf256(at, at + 16, part);
            case Q5_K -> readFiveOf256(at, part);
            case Q6_K -> readSixOf256(at, part);
            default -> throw new IllegalArgumentException(type + " has no tiles");
        }
    }

    private void readFour(long at, int minimumAt, int nibblesAt) {
        scale = data.get(HALF, at);
        minimum = minimumAt < 0 ? 0 : data.get(HALF, at + minimumAt);
        nibbles(at + nibblesAt);
    }

    private void readFive(long at, int minimumAt, int bitsAt) {
        readFour(at, minimumAt, bitsAt + 4);
        int bits = data.get(WORD, at + bitsAt);
        for (int k = 0; k < numbers.length; k++) {
            numbers[k] |= (bits >>> k & 1) << 4;
        }
    }

    private void readEight(long at) {
        scale = data.get(HALF, at);
        for (int k = 0; k < numbers.length; k++) {
            numbers[k] = data.get(ValueLayout.JAVA_BYTE, at + 2 + k);
        }
    }

    /** Byte {@code j} holds number {@code j} in its low and number {@code j + 16} in its high half. */
    private void nibbles(long at) {
        int half = numbers.length / 2;
        for (int j = 0; j < half; j++) {
            int pair = unsigned(at + j);
            numbers[j] = pair & 15;
            numbers[j + half] = pair >> 4;
        }
    }

    /** Byte {@code k} of 32 holds number {@code k} of an even part in its low half, and of the next part in its high. */
    private void readFourOf256(long at, long nibblesAt, int part) {
        readSixBitScales(at, part);
        for (int k = 0; k < numbers.length; k++) {
            numbers[k] = unsigned(nibblesAt + part / 2 * 32 + k) >> part % 2 * 4 & 15;
        }
    }

    private void readFiveOf256(long at, int part) {
        readFourOf256(at, at + 48, part);
        for (int k = 0; k < numbers.length; k++) {
            numbers[k] |= (unsigned(at + 16 + k) >> part & 1) << 4;
        }
    }

    /**
     * Parts 0–3 have their scale in the low 6 bits of bytes 0–3, the minimum in those of bytes 4–7. For parts 4–7 the
     * low 4 bits lie in the halves of bytes 8–11, the upper 2 bits atop bytes 0–3 and 4–7.
     */
    private void readSixBitScales(long at, int part) {
        scale = data.get(HALF, at);
        minimum = data.get(HALF, at + 2);
        int first = unsigned(at + 4 + part % 4);
        int second = unsigned(at + 8 + part % 4);
        if (part < 4) {
            innerScale = first & 63;
            innerMinimum = second & 63;
        } else {
            int third = unsigned(at + 12 + part % 4);
            innerScale = third & 15 | first >> 6 << 4;
            innerMinimum = third >> 4 | second >> 6 << 4;
        }
    }

    /**
     * In each half of the 256, byte {@code k} of the first 32 holds the low 4 bits of number {@code k} of quarters 0 and
     * 2, of the second 32 those of quarters 1 and 3; the upper 2 bits of all four quarters share a byte.
     */
    private void readSixOf256(long at, int part) {
        int half = part / 4;
        int quarter = part % 4;
        long low = at + half * 64 + quarter % 2 * 32;
        long upper = at + 128 + half * 32;
        for (int k = 0; k < numbers.length; k++) {
            numbers[k] = unsigned(low + k) >> quarter / 2 * 4 & 15 | (unsigned(upper + k) >> 2 * quarter & 3) << 4;
        }
        innerScale = data.get(ValueLayout.JAVA_BYTE, at + 192 + 2 * part);
        innerMinimum = data.get(ValueLayout.JAVA_BYTE, at + 193 + 2 * part);
        scale = data.get(HALF, at + 208);
    }

    private int unsigned(long at) {
        return data.get(ValueLayout.JAVA_BYTE, at) & 0xff;
    }
}
