package dev.stoa.engine.kernel;

/**
 * How a {@link PackedMatrix} keeps the numbers of 32 columns: {@link #bits} words of 32 bits for each row. The low half
 * of a word belongs to columns 0–15, the high half to columns 16–31, unless said otherwise.
 */
public enum Form {
    /** Word {@code g}: unsigned 4-bit numbers of columns {@code 4g … 4g + 3} in each half, the lowest bits first. */
    FOUR(4, 0),
    /** As {@link #FOUR}, then a word of inverted fifth bits: bit {@link #fifthAt} takes 16 from its column. */
    FIVE(5, 16),
    /**
     * Byte {@code b} of word {@code g}: low bits of columns {@code 4g + b} (low nibble) and {@code 4g + b + 16}; then a word
     * of two upper bits for each of columns 0–15 and one for 16–31, from bit {@code 8b + 2g}. Less 32.
     */
    SIX(6, 32),
    /** Word {@code j}: signed bytes of columns {@code 4j … 4j + 3}. */
    EIGHT(8, 0),
    /** Word {@code j}: IEEE halves of columns {@code 2j} and {@code 2j + 1}. */
    HALF(16, 0),
    /** As {@link #HALF}, with bfloat16. */
    BFLOAT(16, 0),
    /** Word {@code k}: the float of column {@code k}. */
    FLOAT(32, 0);

    private final int bits;
    private final int offset;

    Form(int bits, int offset) {
        this.bits = bits;
        this.offset = offset;
    }

    /** Bits of a weight, and words of a row's 32 columns. */
    public int bits() {
        return bits;
    }

    /** What is taken from a stored number. */
    int offset() {
        return offset;
    }

    /** Whether the numbers are whole, so that the input is quantised too; else it is taken as it is. */
    boolean whole() {
        return bits <= 8;
    }

    /** Whether 16 products fit in 15 bits. */
    boolean narrow() {
        return bits <= 5;
    }

    /** Packs the numbers of 32 columns, {@code q[at …]}, into the words of a row. */
    void pack(int[] q, int at, int[] words) {
        switch (this) {
            case FOUR, FIVE -> packHalves(q, at, words);
            case SIX -> packSix(q, at, words);
            case EIGHT -> packPlain(q, at, words, 4);
            case HALF, BFLOAT -> packPlain(q, at, words, 2);
            case FLOAT -> packPlain(q, at, words, 1);
        }
    }

    private void packHalves(int[] q, int at, int[] words) {
        java.util.Arrays.fill(words, 0);
        for (int k = 0; k < Activations.BLOCK; k++) {
            int half = k / 16 * 16;
            int p = k % 16;
            words[p / 4] |= (q[at + k] & 15) << half + p % 4 * 4;
            if (this == FIVE) {
                words[4] |= (~q[at + k] >> 4 & 1) << fifthAt(k);
            }
        }
    }

    /**
     * The bit of {@link #FIVE}'s last word for column {@code k}: each byte has the fifth bits of those columns whose nibbles
     * lie in the same byte of the words before it, so that one shift takes four of them to their places.
     */
    static int fifthAt(int k) {
        return k / 16 * 16 + k % 4 / 2 * 8 + k % 16 / 4 * 2 + k % 2;
    }

    private static void packSix(int[] q, int at, int[] words) {
        java.util.Arrays.fill(words, 0);
        for (int k = 0; k < Activations.BLOCK; k++) {
            int half = k / 16;
            int word = k % 16 / 4;
            int bit = k % 4 * 8;
            words[word] |= (q[at + k] & 15) << bit + 4 * half;
            words[4 + half] |= (q[at + k] >> 4 & 3) << bit + 2 * word;
        }
    }

    private static void packPlain(int[] q, int at, int[] words, int perWord) {
        int width = Integer.SIZE / perWord;
        int mask = perWord == 1 ? -1 : (1 << width) - 1;
        java.util.Arrays.fill(words, 0);
        for (int k = 0; k < Activations.BLOCK; k++) {
            words[k / perWord] |= (q[at + k] & mask) << k % perWord * width;
        }
    }
}
