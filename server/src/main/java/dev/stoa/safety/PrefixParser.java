package dev.stoa.safety;

import dev.stoa.safety.Shape.Choice;
import dev.stoa.safety.Shape.OneOf;
import dev.stoa.safety.Shape.Repeat;
import dev.stoa.safety.Shape.Sequence;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Reads the {@link Shape} of an expression that RE2 has accepted. Where it can't be exact it takes more texts, never
 * fewer: borders of words are everywhere, case never counts, a property of Unicode is every character. Characters are
 * those of Java, so one beyond the basic plane is two. For one expression; not thread-safe.
 */
final class PrefixParser {
    private static final int ASCII_END = 0x80;
    private static final Shape NOTHING = new Sequence(List.of());
    private static final IntPredicate ALL = _ -> true;

    private final String source;
    private int at;

    private PrefixParser(String source) {
        this.source = source;
    }

    /** @throws IllegalArgumentException if something in it is not understood */
    static Shape parse(String expression) {
        PrefixParser parser = new PrefixParser(expression);
        Shape all = parser.choice();
        if (parser.at < expression.length()) {
            throw new IllegalArgumentException("not understood from " + parser.at + " on: " + expression);
        }
        return all;
    }

    private Shape choice() {
        List<Shape> options = new ArrayList<>(List.of(sequence()));
        while (skip("|")) {
            options.add(sequence());
        }
        return options.size() == 1 ? options.getFirst() : new Choice(options);
    }

    private Shape sequence() {
        List<Shape> parts = new ArrayList<>();
        while (at < source.length() && source.charAt(at) != '|' && source.charAt(at) != ')') {
            if (skip("\\Q")) {
                quoted(parts);
            } else {
                parts.add(atom());
            }
            repeat(parts);
        }
        return new Sequence(parts);
    }

    private void quoted(List<Shape> parts) {
        int end = source.indexOf("\\E", at);
        String text = source.substring(at, end < 0 ? source.length() : end);
        at = end < 0 ? source.length() : end + 2;
        text.codePoints().forEach(each -> parts.add(letter(each)));
    }

    /** Puts the last part as often as what follows it says. */
    private void repeat(List<Shape> parts) {
        while (at < source.length() && !parts.isEmpty()) {
            int begin = at;
            Shape part = parts.getLast();
            @Nullable Shape repeated = null;
            if (skip("*")) {
                repeated = new Repeat(part, 0, Repeat.NO_END);
            } else if (skip("+")) {
                repeated = new Repeat(part, 1, Repeat.NO_END);
            } else if (skip("?")) {
                repeated = new Repeat(part, 0, 1);
            } else if (skip("{")) {
                repeated = counted(part);
            }
            if (repeated == null) {
                at = begin;
                return;
            }
            skip("?");
            parts.set(parts.size() - 1, repeated);
        }
    }

    /** Behind a brace; null if it is one that means itself. */
    private @Nullable Repeat counted(Shape part) {
        int end = source.indexOf('}', at);
        String[] counts = source.substring(at, Math.max(at, end)).split(",", -1);
        boolean open = counts.length == 2 && counts[1].isEmpty();
        if (!isNumber(counts[0]) || counts.length > 2 || counts.length == 2 && !open && !isNumber(counts[1])) {
            return null;
        }
        at = end + 1;
        int least = Integer.parseInt(counts[0]);
        return new Repeat(part, least, open ? Repeat.NO_END : Integer.parseInt(counts[counts.length - 1]));
    }

    private static boolean isNumber(String text) {
        return text.matches("[0-9]{1,4}");
    }

    private Shape atom() {
        if (skip("(")) {
            return group();
        }
        if (skip("[")) {
            return new ClassReader().read();
        }
        if (skip(".")) {
            return character(ALL);
        }
        if (skip("\\")) {
            return escape();
        }
        return letter(next());
    }

    /** Behind its bracket. Flags change nothing here, and names neither. */
    private Shape group() {
        if (skip("?")) {
            while (at < source.length() && "):".indexOf(source.charAt(at)) < 0 && source.charAt(at) != '>') {
                at++;
            }
            if (skip(")")) {
                return NOTHING;
            }
            next();
        }
        Shape inner = choice();
        if (!skip(")")) {
            throw new IllegalArgumentException("a group has no end: " + source);
        }
        return inner;
    }

    private Shape escape() {
        int code = next();
        return switch (code) {
            case 'b', 'B' -> NOTHING;
            case 'd', 'w', 's', 'D', 'W', 'S' -> character(perl(code));
            case 'p', 'P' -> {
                property();
                yield character(ALL);
            }
            case 'C' -> character(ALL);
            default -> letter(escaped(code));
        };
    }

    private void property() {
        if (next() == '{') {
            skipBehind("}");
        }
    }

    private static IntPredicate perl(int code) {
        IntPredicate is = switch (Character.toLowerCase(code)) {
            case 'd' -> c -> c >= '0' && c <= '9';
            case 's' -> c -> c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r';
            default -> c -> c == '_' || c < ASCII_END && Character.isLetterOrDigit(c);
        };
        return Character.isUpperCase(code) ? is.negate() : is;
    }

    /** The character that an escape stands for, from what follows the backslash. */
    private int escaped(int code) {
        return switch (code) {
            case 'a' -> 7;
            case 't' -> '\t';
            case 'n' -> '\n';
            case 'v' -> 11;
            case 'f' -> '\f';
            case 'r' -> '\r';
            case 'x' -> skip("{") ? hexadecimal(source.indexOf('}', at), 1) : hexadecimal(at + 2, 0);
            case '0', '1', '2', '3', '4', '5', '6', '7' -> octal(code - '0');
            default -> {
                if (code < ASCII_END && Character.isLetterOrDigit(code)) {
                    throw new IllegalArgumentException("\\" + (char) code + " is not understood: " + source);
                }
                yield code;
            }
        };
    }

    private int hexadecimal(int end, int behind) {
        int code = Integer.parseInt(source.substring(at, end), 16);
        at = end + behind;
        return code;
    }

    private int octal(int first) {
        int code = first;
        for (int i = 0; i < 2 && at < source.length() && "01234567".indexOf(source.charAt(at)) >= 0; i++) {
            code = 8 * code + next() - '0';
        }
        return code;
    }

    /** One character, in any case; of a pair both halves in turn. */
    private static Shape letter(int code) {
        if (Character.isSupplementaryCodePoint(code)) {
            return new Sequence(Character.toString(code)
                    .chars()
                    .mapToObj(half -> (Shape) new OneOf(c -> c == half))
                    .toList());
        }
        int small = small(code);
        return new OneOf(c -> small(c) == small);
    }

    /** As {@link String#equalsIgnoreCase} compares. */
    private static int small(int code) {
        return Character.toLowerCase(Character.toUpperCase(code));
    }

    /** A character that may be a pair: its second half then belongs to it. */
    private static Shape character(IntPredicate is) {
        Shape one = new OneOf(is);
        boolean pairs = is.test(Character.MIN_HIGH_SURROGATE);
        return pairs
                ? new Sequence(List.of(one, new Repeat(new OneOf(c -> Character.isLowSurrogate((char) c)), 0, 1)))
                : one;
    }

    private int next() {
        if (at >= source.length()) {
            throw new IllegalArgumentException("ends too early: " + source);
        }
        int code = source.codePointAt(at);
        at += Character.charCount(code);
        return code;
    }

    private void skipBehind(String text) {
        int found = source.indexOf(text, at);
        if (found < 0) {
            throw new IllegalArgumentException("no " + text + " from " + at + " on: " + source);
        }
        at = found + text.length();
    }

    private boolean skip(String text) {
        boolean there = source.startsWith(text, at);
        at += there ? text.length() : 0;
        return there;
    }

    /** A class in brackets, from behind the first. */
    private final class ClassReader {
        private IntPredicate is = _ -> false;

        Shape read() {
            boolean negated = skip("^");
            boolean first = true;
            while (first || !skip("]")) {
                item(negated);
                first = false;
            }
            return character(negated ? is.negate() : is);
        }

        /** What is named has no place in a negated class: it would have to be exact. */
        private void item(boolean negated) {
            if (skip("[:")) {
                skipBehind(":]");
                add(negated ? _ -> false : ALL);
                return;
            }
            int from = next();
            if (from == '\\') {
                from = next();
                if ("dwsDWS".indexOf(from) >= 0) {
                    add(perl(from));
                    return;
                }
                if (from == 'p' || from == 'P') {
                    property();
                    add(negated ? _ -> false : ALL);
                    return;
                }
                from = escaped(from);
            }
            range(from, negated);
        }

        private void range(int from, boolean negated) {
            int to = from;
            if (source.startsWith("-", at) && !source.startsWith("-]", at)) {
                at++;
                to = next();
                to = to == '\\' ? escaped(next()) : to;
            }
            int end = to;
            if (negated) {
                add(c -> c >= from && c <= end);
            } else if (end < ASCII_END) {
                add(c -> c >= from && c <= end
                        || Character.toUpperCase(c) >= from && Character.toUpperCase(c) <= end
                        || small(c) >= from && small(c) <= end);
            } else {
                // Some letters beyond ASCII are k and s in another case.
                add(c -> c >= from && c <= end
                        || c >= ASCII_END
                        || small(c) == 'k'
                        || small(c) == 's'
                        || Character.toUpperCase(c) >= from && Character.toUpperCase(c) <= end
                        || small(c) >= from && small(c) <= end);
            }
        }

        private void add(IntPredicate more) {
            is = is.or(more);
        }
    }
}
