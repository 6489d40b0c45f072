package dev.stoa.engine.kernel;

/**
 * How a {@link PackedMatrix} keeps scales and minimums: with as many bits as the file does, those of a panel's 32 rows
 * behind each other, so that one instruction takes those of a register.
 */
enum ScaleForm {
    /** No scales. */
    NONE(1, 0),
    /** For each block of 32 columns 32 halves, its scales. */
    HALF(1, 16),
    /** For each block 32 halves, its scales, then 32 halves, its minimums. */
    PAIR(1, 32),
    /**
     * For 8 blocks 32 half scales and 32 half minimums; then for each block 32 bytes with which the ones are multiplied, and
     * 32 for the others.
     */
    BYTE_PAIR(8, 32 + 8 * 16),
    /** For 8 blocks 32 half scales; then for each block 32 signed bytes for its first 16 columns, and 32 for the others. */
    SIGNED_BYTE(8, 16 + 8 * 16);

    /** Words of 32 halves, and of 32 bytes. */
    static final int HALVES = 16;

    static final int BYTES = 8;

    private final int blocks;
    private final int words;

    /** @param words of 32 bits, for so many blocks of a panel */
    ScaleForm(int blocks, int words) {
        this.blocks = blocks;
        this.words = words;
    }

    /** Words that hold the scales of so many blocks of a panel. */
    int words(int count) {
        return (count + blocks - 1) / blocks * words;
    }

    /** The first word of the group of blocks that {@code block} is in. */
    int firstWord(int block) {
        return block / blocks * words;
    }

    /** Where a block's bytes begin in its group. */
    int bytesAt(int block) {
        return (this == BYTE_PAIR ? 2 * HALVES : HALVES) + block % blocks * 2 * BYTES;
    }

    /** Columns that share a scale. */
    int columns() {
        return this == SIGNED_BYTE ? Activations.BLOCK / 2 : Activations.BLOCK;
    }

    /** Sets a row's half among those of 32 rows, which were zero. */
    static void putHalf(int[] words, int at, int row, int half) {
        words[at + row / 2] |= (half & 0xffff) << row % 2 * 16;
    }

    static void putByte(int[] words, int at, int row, int value) {
        words[at + row / 4] |= (value & 0xff) << row % 4 * 8;
    }

    static float half(int[] words, int at, int row) {
        return Float.float16ToFloat((short) (words[at + row / 2] >>> row % 2 * 16));
    }

    /** The byte as a signed one. */
    static byte signedByte(int[] words, int at, int row) {
        return (byte) (words[at + row / 4] >>> row % 4 * 8);
    }
}
