package dev.stoa.engine.kernel;

/** How a {@link PackedMatrix} keeps scales and minimums: as the file does, in words of 32 bits for each row. */
enum ScaleForm {
    /** No scales. */
    NONE(1, 0),
    /** A half for each block of 32 columns, two blocks in a word. */
    HALF(2, 1),
    /** A half scale (low) and a half minimum (high) for each block. */
    PAIR(1, 1),
    /**
     * For 8 blocks a word with a half scale and a half minimum, which is taken away; then 4 words with a byte of scale and
     * a byte of minimum for each of two blocks.
     */
    BYTE_PAIR(8, 5),
    /** For 8 blocks a word with a half scale; then 4 words with signed bytes, a scale for each 16 columns. */
    SIGNED_BYTE(8, 5);

    private final int blocks;
    private final int words;

    ScaleForm(int blocks, int words) {
        this.blocks = blocks;
        this.words = words;
    }

    /** Words that hold the scales of so many blocks of a row. */
    int words(int count) {
        return (count + blocks - 1) / blocks * words;
    }

    /** The first word of the group of blocks that {@code block} is in. */
    int firstWord(int block) {
        return block / blocks * words;
    }

    /** Columns that share a scale. */
    int columns() {
        return this == SIGNED_BYTE ? Activations.BLOCK / 2 : Activations.BLOCK;
    }
}
