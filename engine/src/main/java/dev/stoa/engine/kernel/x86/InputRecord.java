package dev.stoa.engine.kernel.x86;

/**
 * How one block of one input row lies in memory for {@link DotProduct}: {@value #WORDS} words, a cache line. Numbers are
 * {@code x ≈ scale · q} with whole {@code q} from −127 to 127.
 */
public enum InputRecord {
    /**
     * For {@link dev.stoa.engine.kernel.Form#FOUR} and {@link dev.stoa.engine.kernel.Form#FIVE}: word {@code 4g + h} holds {@code q} of columns {@code 4g + h}, {@code 4g
     * + h + 2}, {@code 4g + h + 16} and {@code 4g + h + 18} for {@code g} from 0 to 3 and {@code h} 0 or 1. The scale and scale
     * times {@code Σ q}, both floats, are in the words between.
     */
    NIBBLES(2, 3),
    /**
     * For {@link dev.stoa.engine.kernel.Form#SIX} and {@link dev.stoa.engine.kernel.Form#EIGHT}: word {@code j} holds {@code
     * q} of columns {@code 4j … 4j + 3}. Then the floats, and what the offsets of unsigned weights take away.
     */
    BYTES(8, 9);

    /** Words of a record. */
    public static final int WORDS = 16;

    /** In {@link #NIBBLES}: where {@code −16 · Σ q} is. */
    public static final int MINUS_16 = 6;

    /** In {@link #NIBBLES}: where {@code −16 · Σ q} of columns 0–15 is, as a short, with that of the others above it. */
    public static final int MINUS_16_PAIR = 7;

    /** In {@link #BYTES}: where {@code −32 · Σ q} of columns 0–15 is; that of columns 16–31 follows. */
    public static final int MINUS_32 = 10;

    /**
     * In {@link #BYTES}: where {@code −32 · Σ q} of columns 0, 1, 4, 5, 8, … 13 is, as a short, with that of the others up to
     * 15 above it; those of columns 16–31 follow.
     */
    public static final int MINUS_32_PAIR = 13;

    /** In {@link #BYTES}: where {@code −128 · Σ q} is. */
    public static final int MINUS_128 = 12;

    private final int scaleWord;
    private final int sumWord;

    InputRecord(int scaleWord, int sumWord) {
        this.scaleWord = scaleWord;
        this.sumWord = sumWord;
    }

    /** Where the scale is. */
    public int scaleWord() {
        return scaleWord;
    }

    /** Where the scale times {@code Σ q} is. */
    public int sumWord() {
        return sumWord;
    }
}
