package dev.stoa.engine;

/** What keys and values are kept as. Arithmetic is in floats whatever the type. */
public enum KvType {
    /** As computed, 4 bytes a number. */
    F32(1, 0),
    /** Rounded to the upper half of a float, 2 bytes a number. */
    BF16(2, 0),
    /** Whole numbers up to 127 under one scale for each token and head, 1 byte a number. */
    INT8(4, 1);

    private final int perWord;
    private final int scales;

    KvType(int perWord, int scales) {
        this.perWord = perWord;
        this.scales = scales;
    }

    /** Numbers in a word of 32 bits. */
    public int perWord() {
        return perWord;
    }

    /** Words with a scale, for each token and head. */
    public int scales() {
        return scales;
    }
}
