package dev.stoa.engine.tokenizer;

/** The scanners behind {@link PreTokenizer}. Each looks at one piece of text only, up to its end. */
final class WordRules {
    private static final int OTHER = 0;
    private static final int LETTER = 1;
    private static final int NUMBER = 2;
    private static final int SPACE = 3;
    /** Beyond the end of the piece. */
    private static final int NOTHING = 4;

    private WordRules() {}

    /** Matches at one place. */
    @FunctionalInterface
    interface Rule {
        /** The end of the match that begins at {@code at}; {@code at} itself if there is none. */
        int matchEnd(String text, int at, int end);
    }

    /** {@code 's|'t|'re|'ve|'m|'ll|'d| ?L+| ?N+| ?[^sLN]+|s+(?!S)|s+} */
    static int gpt2(String text, int at, int end) {
        int contraction = contraction(text, at, end, false);
        if (contraction > at) {
            return contraction;
        }
        int start = text.charAt(at) == ' ' ? at + 1 : at;
        int kind = kind(text, start, end);
        if (kind != SPACE && kind != NOTHING) {
            return runEnd(text, start, end, kind);
        }
        return spaces(text, at, end);
    }

    /** See {@link PreTokenizer#LLAMA3}. */
    static int llama3(String text, int at, int end, int digitsMax) {
        int contraction = contraction(text, at, end, true);
        if (contraction > at) {
            return contraction;
        }
        int first = text.codePointAt(at);
        int afterFirst = at + Character.charCount(first);
        int kind = kind(text, at, end);
        if (kind == LETTER) {
            return runEnd(text, at, end, LETTER);
        }
        boolean lineBreak = isLineBreak(first);
        if (kind == NUMBER) {
            return numbers(text, at, end, digitsMax);
        }
        if (!lineBreak && kind(text, afterFirst, end) == LETTER) {
            return runEnd(text, afterFirst, end, LETTER);
        }
        int start = first == ' ' ? afterFirst : at;
        if (kind(text, start, end) == OTHER) {
            int stop = runEnd(text, start, end, OTHER);
            while (stop < end && isLineBreak(text.charAt(stop))) {
                stop++;
            }
            return stop;
        }
        int afterLineBreak = afterLastLineBreak(text, at, end);
        return afterLineBreak > at ? afterLineBreak : spaces(text, at, end);
    }

    /** One number character. */
    static int number(String text, int at, int end) {
        return numbers(text, at, end, 1);
    }

    /** {@code N+} */
    static int numbers(String text, int at, int end) {
        return runEnd(text, at, end, NUMBER);
    }

    /** {@code [0-9][0-9][0-9]} */
    static int threeDigits(String text, int at, int end) {
        for (int i = at; i < at + 3; i++) {
            if (i >= end || text.charAt(i) < '0' || text.charAt(i) > '9') {
                return at;
            }
        }
        return at + 3;
    }

    /** {@code [P$+<=>^~|]+} */
    static int punctuation(String text, int at, int end) {
        int stop = at;
        while (stop < end) {
            int c = text.codePointAt(stop);
            if ("$+<=>^~|".indexOf(c) < 0 && !isPunctuation(c)) {
                break;
            }
            stop += Character.charCount(c);
        }
        return stop;
    }

    private static int contraction(String text, int at, int end, boolean eitherCase) {
        if (text.charAt(at) != '\'' || at + 1 >= end) {
            return at;
        }
        char first = ascii(text.charAt(at + 1), eitherCase);
        if (first == 's' || first == 't' || first == 'm' || first == 'd') {
            return at + 2;
        }
        if (at + 2 < end) {
            char second = ascii(text.charAt(at + 2), eitherCase);
            if ((first == 'r' || first == 'v') && second == 'e' || first == 'l' && second == 'l') {
                return at + 3;
            }
        }
        return at;
    }

    private static char ascii(char c, boolean eitherCase) {
        return eitherCase && c >= 'A' && c <= 'Z' ? (char) (c + 'a' - 'A') : c;
    }

    /** {@code s+(?!S)|s+}: white space, leaving its last character to the word that follows. */
    private static int spaces(String text, int at, int end) {
        int stop = at;
        int last = at;
        while (kind(text, stop, end) == SPACE) {
            last = stop;
            stop++; // all of White_Space is in the basic plane
        }
        return stop == end || last == at ? stop : last;
    }

    /** {@code s*[\r\n]+}: white space up to its last line break; {@code at} if it has none. */
    private static int afterLastLineBreak(String text, int at, int end) {
        int after = at;
        for (int i = at; kind(text, i, end) == SPACE; i++) {
            if (isLineBreak(text.charAt(i))) {
                after = i + 1;
            }
        }
        return after;
    }

    private static int numbers(String text, int at, int end, int max) {
        int stop = at;
        for (int i = 0; i < max && kind(text, stop, end) == NUMBER; i++) {
            stop += Character.charCount(text.codePointAt(stop));
        }
        return stop;
    }

    private static int runEnd(String text, int at, int end, int kind) {
        int stop = at;
        while (kind(text, stop, end) == kind) {
            stop += Character.charCount(text.codePointAt(stop));
        }
        return stop;
    }

    private static boolean isLineBreak(int c) {
        return c == '\r' || c == '\n';
    }

    private static int kind(String text, int at, int end) {
        if (at >= end) {
            return NOTHING;
        }
        int c = text.codePointAt(at);
        if (isWhiteSpace(c)) {
            return SPACE;
        }
        return switch (Character.getType(c)) {
            case Character.UPPERCASE_LETTER,
                    Character.LOWERCASE_LETTER,
                    Character.TITLECASE_LETTER,
                    Character.MODIFIER_LETTER,
                    Character.OTHER_LETTER -> LETTER;
            case Character.DECIMAL_DIGIT_NUMBER, Character.LETTER_NUMBER, Character.OTHER_NUMBER -> NUMBER;
            default -> OTHER;
        };
    }

    /** Unicode's White_Space, which is neither of the JDK's two notions. */
    private static boolean isWhiteSpace(int c) {
        return c <= ' '
                ? c == ' ' || c >= '\t' && c <= '\r'
                : c >= 0x85
                        && (c == 0x85
                                || c == 0xA0
                                || c == 0x1680
                                || c >= 0x2000 && c <= 0x200A
                                || c == 0x2028
                                || c == 0x2029
                                || c == 0x202F
                                || c == 0x205F
                                || c == 0x3000);
    }

    private static boolean isPunctuation(int c) {
        return switch (Character.getType(c)) {
            case Character.CONNECTOR_PUNCTUATION,
                    Character.DASH_PUNCTUATION,
                    Character.START_PUNCTUATION,
                    Character.END_PUNCTUATION,
                    Character.INITIAL_QUOTE_PUNCTUATION,
                    Character.FINAL_QUOTE_PUNCTUATION,
                    Character.OTHER_PUNCTUATION -> true;
            default -> false;
        };
    }
}
