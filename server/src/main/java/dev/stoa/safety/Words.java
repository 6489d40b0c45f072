package dev.stoa.safety;

/** Where a word goes on. */
final class Words {
    private Words() {}

    /**
     * Whether two neighbours belong to one word: both letters or digits, of a script that puts blanks between words.
     * Surrogate halves (rare scripts, pictures) join nothing.
     */
    static boolean joins(char left, char right) {
        return inWord(left) && inWord(right);
    }

    private static boolean inWord(char c) {
        return Character.isLetterOrDigit(c)
                && !switch (Character.UnicodeScript.of(c)) {
                    case HAN, HIRAGANA, KATAKANA, THAI, LAO, KHMER, MYANMAR -> true;
                    default -> false;
                };
    }
}
