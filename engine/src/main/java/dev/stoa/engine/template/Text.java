package dev.stoa.engine.template;

import java.util.BitSet;

/**
 * A string that knows which of its chars are the template's own (trusted) and which came from a message. Immutable.
 * Equal if the chars are equal, whoever wrote them.
 */
final class Text implements Comparable<Text> {
    static final Text EMPTY = new Text("", new BitSet(0));

    private final String value;
    /** Set where a char came from a message; never written after construction. */
    private final BitSet foreign;

    private Text(String value, BitSet foreign) {
        this.value = value;
        this.foreign = foreign;
    }

    static Text trusted(String value) {
        return value.isEmpty() ? EMPTY : new Text(value, EMPTY.foreign);
    }

    static Text foreign(String value) {
        BitSet all = new BitSet(value.length());
        all.set(0, value.length());
        return new Text(value, all);
    }

    /** A new string made from others in a way that loses the places: foreign if any of it was. */
    static Text madeFrom(String value, boolean anyForeign) {
        return anyForeign ? foreign(value) : trusted(value);
    }

    boolean isForeign() {
        return !foreign.isEmpty();
    }

    /** Whether every char from {@code from} to {@code to} is the template's own. */
    boolean isTrusted(int from, int to) {
        int next = foreign.nextSetBit(from);
        return next < 0 || next >= to;
    }

    int length() {
        return value.length();
    }

    boolean isEmpty() {
        return value.isEmpty();
    }

    Text substring(int from, int to) {
        if (from == 0 && to == value.length()) {
            return this;
        }
        return from >= to ? EMPTY : new Text(value.substring(from, to), foreign.get(from, to));
    }

    /** How many characters it has: code points, as Python counts. */
    int characters() {
        return value.codePointCount(0, value.length());
    }

    /** As {@link #substring}, by characters. */
    Text characters(int from, int to) {
        if (from >= to) {
            return EMPTY;
        }
        int begin = value.offsetByCodePoints(0, from);
        return substring(begin, value.offsetByCodePoints(begin, to - from));
    }

    /** Without the chars of {@code chars} (white space if that is empty) at either end as asked. */
    Text strip(String chars, boolean left, boolean right) {
        int from = 0;
        int to = value.length();
        while (left && from < to && strips(chars, value.charAt(from))) {
            from++;
        }
        while (right && from < to && strips(chars, value.charAt(to - 1))) {
            to--;
        }
        return substring(from, to);
    }

    private static boolean strips(String chars, char c) {
        return chars.isEmpty() ? isSpace(c) : chars.indexOf(c) >= 0;
    }

    /** What Python's {@code str.isspace} says. */
    static boolean isSpace(char c) {
        return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == 0x85;
    }

    @Override
    public int compareTo(Text other) {
        return value.compareTo(other.value);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Text text && text.value.equals(value);
    }

    @Override
    public int hashCode() {
        return value.hashCode();
    }

    @Override
    public String toString() {
        return value;
    }

    /** Puts texts together. */
    static final class Builder {
        private final StringBuilder chars = new StringBuilder();
        private final BitSet foreign = new BitSet();

        Builder append(Text text) {
            int start = chars.length();
            if (text.length() > TemplateLimits.TEXT_CHARS_MAX - start) {
                throw new TemplateException(
                        "the template writes more than " + TemplateLimits.TEXT_CHARS_MAX + " chars");
            }
            chars.append(text.value);
            for (int from = text.foreign.nextSetBit(0); from >= 0; ) {
                int to = text.foreign.nextClearBit(from);
                foreign.set(start + from, start + to);
                from = text.foreign.nextSetBit(to);
            }
            return this;
        }

        Text build() {
            return new Text(chars.toString(), foreign);
        }
    }
}
