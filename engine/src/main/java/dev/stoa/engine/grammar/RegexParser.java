package dev.stoa.engine.grammar;

import dev.stoa.engine.ConstraintException;
import dev.stoa.engine.grammar.Pattern.Anchor;
import dev.stoa.engine.grammar.Pattern.Choice;
import dev.stoa.engine.grammar.Pattern.OneOf;
import dev.stoa.engine.grammar.Pattern.Repeat;
import dev.stoa.engine.grammar.Pattern.Sequence;
import java.util.ArrayList;
import java.util.List;

/** Reads the regular expressions of ECMA-262 that are regular; see the package description. */
final class RegexParser {
    private static final CodePoints DIGIT = CodePoints.of('0', '9');
    private static final CodePoints WORD = CodePoints.of('0', '9', 'A', 'Z', '_', '_', 'a', 'z');
    private static final CodePoints SPACE = CodePoints.of(
            '\t', '\r', ' ', ' ', 0xA0, 0xA0, 0x1680, 0x1680, 0x2000, 0x200A, 0x2028, 0x2029, 0x202F, 0x202F, 0x205F,
            0x205F, 0x3000, 0x3000, 0xFEFF, 0xFEFF);
    private static final CodePoints DOT =
            CodePoints.of('\n', '\n', '\r', '\r', 0x2028, 0x2029).complement();
    private static final Pattern ANYTHING = Pattern.any(new OneOf(CodePoints.ALL));

    private final String source;
    private final String pointer;
    private final Work work;
    private int at;
    private int depth;

    private RegexParser(String source, String pointer, Work work) {
        this.source = source;
        this.pointer = pointer;
        this.work = work;
    }

    /**
     * The texts that the expression matches as a whole.
     *
     * @throws ConstraintException at {@code pointer}, if it is no such expression
     * @throws Dfa.TooLarge if it takes too much work
     */
    static Pattern whole(String source, String pointer, Work work) {
        return new RegexParser(source, pointer, work).parse(false);
    }

    /** The texts in which the expression matches somewhere, as {@code pattern} in JSON Schema means it. */
    static Pattern search(String source, String pointer, Work work) {
        return new RegexParser(source, pointer, work).parse(true);
    }

    private Pattern parse(boolean search) {
        if (source.length() > GrammarLimits.SOURCE_CHARS_MAX) {
            throw error("the expression is longer than " + GrammarLimits.SOURCE_CHARS_MAX + " chars");
        }
        work.spend(8L * source.length());
        Pattern all = choice();
        if (at < source.length()) {
            throw error("unmatched ')'");
        }
        return anchored(all, search, search);
    }

    /**
     * Makes anchors good: what isn't tied to an end may have anything before or behind it.
     *
     * @param before whether there may be text before it where no anchor forbids it
     */
    private Pattern anchored(Pattern pattern, boolean before, boolean behind) {
        if (pattern instanceof Choice(List<Pattern> options)) {
            return new Choice(options.stream()
                    .map(option -> anchored(option, before, behind))
                    .toList());
        }
        List<Pattern> all = pattern instanceof Sequence(List<Pattern> list) ? list : List.of(pattern);
        int from = 0;
        int to = all.size();
        while (from < to && all.get(from) == Anchor.BEGIN) {
            from++;
        }
        while (from < to && all.get(to - 1) == Anchor.END) {
            to--;
        }
        boolean open = before && from == 0;
        boolean openEnd = behind && to == all.size();
        List<Pattern> parts = new ArrayList<>(all.subList(from, to));
        if (parts.size() == 1 && isGroup(parts.getFirst()) && hasAnchor(parts.getFirst())) {
            return anchored(parts.getFirst(), open, openEnd);
        }
        if (parts.stream().anyMatch(RegexParser::hasAnchor)) {
            throw error("'^' and '$' are supported at the ends of an expression only");
        }
        if (open) {
            parts.addFirst(ANYTHING);
        }
        if (openEnd) {
            parts.addLast(ANYTHING);
        }
        return new Sequence(parts);
    }

    /** Whether the ends of a pattern are those of its parts; those of a repetition's body may be in its middle. */
    private static boolean isGroup(Pattern pattern) {
        return pattern instanceof Choice || pattern instanceof Sequence;
    }

    private static boolean hasAnchor(Pattern pattern) {
        return switch (pattern) {
            case Anchor _ -> true;
            case OneOf _ -> false;
            case Sequence(List<Pattern> parts) -> parts.stream().anyMatch(RegexParser::hasAnchor);
            case Choice(List<Pattern> options) -> options.stream().anyMatch(RegexParser::hasAnchor);
            case Repeat repeat -> hasAnchor(repeat.body());
        };
    }

    private Pattern choice() {
        if (++depth > GrammarLimits.NESTING_MAX) {
            throw error("nested deeper than " + GrammarLimits.NESTING_MAX);
        }
        List<Pattern> options = new ArrayList<>();
        options.add(sequence());
        while (at < source.length() && source.charAt(at) == '|') {
            at++;
            options.add(sequence());
        }
        depth--;
        return options.size() == 1 ? options.getFirst() : new Choice(options);
    }

    private Pattern sequence() {
        List<Pattern> parts = new ArrayList<>();
        while (at < source.length() && source.charAt(at) != '|' && source.charAt(at) != ')') {
            parts.add(quantified(atom()));
        }
        return parts.size() == 1 ? parts.getFirst() : new Sequence(parts);
    }

    private Pattern quantified(Pattern atom) {
        if (at >= source.length()) {
            return atom;
        }
        int min;
        int max;
        switch (source.charAt(at)) {
            case '*' -> {
                min = 0;
                max = Pattern.UNBOUNDED;
            }
            case '+' -> {
                min = 1;
                max = Pattern.UNBOUNDED;
            }
            case '?' -> {
                min = 0;
                max = 1;
            }
            case '{' -> {
                at++;
                min = number();
                max = min;
                if (at < source.length() && source.charAt(at) == ',') {
                    at++;
                    max = at < source.length() && source.charAt(at) == '}' ? Pattern.UNBOUNDED : number();
                }
                if (at >= source.length() || source.charAt(at) != '}' || max < min) {
                    throw error("a bad repetition");
                }
            }
            default -> {
                return atom;
            }
        }
        at++;
        if (atom instanceof Anchor) {
            throw error("an anchor can't be repeated");
        }
        if (at < source.length() && source.charAt(at) == '?') {
            at++; // lazy or greedy: the texts are the same
        }
        if (at < source.length() && "*+?{".indexOf(source.charAt(at)) >= 0) {
            throw error("nothing to repeat");
        }
        return new Repeat(atom, min, max);
    }

    private int number() {
        int start = at;
        while (at < source.length() && Character.isDigit(source.charAt(at)) && at - start < 7) {
            at++;
        }
        if (at == start) {
            throw error("a bad repetition");
        }
        int value = Integer.parseInt(source, start, at, 10);
        if (value > GrammarLimits.REPEAT_MAX) {
            throw error("a repetition of more than " + GrammarLimits.REPEAT_MAX);
        }
        return value;
    }

    private Pattern atom() {
        int c = next();
        return switch (c) {
            case '(' -> group();
            case '[' -> new OneOf(set());
            case '.' -> new OneOf(DOT);
            case '^' -> Anchor.BEGIN;
            case '$' -> Anchor.END;
            case '\\' -> new OneOf(escape(false));
            case '*', '+', '?', '{' -> throw error("nothing to repeat");
            default -> new OneOf(CodePoints.single(c));
        };
    }

    private Pattern group() {
        if (source.startsWith("?:", at)) {
            at += 2;
        } else if (source.startsWith("?<", at) && !source.startsWith("?<=", at) && !source.startsWith("?<!", at)) {
            int end = source.indexOf('>', at);
            if (end < 0) {
                throw error("a group's name isn't closed");
            }
            at = end + 1;
        } else if (source.startsWith("?", at)) {
            throw error("look-around is not supported");
        }
        Pattern inner = choice();
        if (at >= source.length()) {
            throw error("unmatched '('");
        }
        at++;
        return inner;
    }

    private CodePoints set() {
        boolean negated = at < source.length() && source.charAt(at) == '^';
        if (negated) {
            at++;
        }
        List<CodePoints> members = new ArrayList<>();
        while (peek() != ']') {
            CodePoints low = member();
            boolean range = peek() == '-' && at + 1 < source.length() && source.charAt(at + 1) != ']';
            if (range) {
                at++;
                CodePoints high = member();
                if (!single(low) || !single(high) || low.first(0) > high.first(0)) {
                    throw error("a bad range");
                }
                low = CodePoints.of(low.first(0), high.first(0));
            }
            work.spend((long) Work.RANGE * low.count());
            members.add(low);
        }
        at++;
        CodePoints all = CodePoints.union(members);
        CodePoints result = negated ? all.complement() : all;
        if (result.isEmpty()) {
            throw error("a set of no characters");
        }
        return result;
    }

    private static boolean single(CodePoints set) {
        return set.count() == 1 && set.first(0) == set.last(0);
    }

    private CodePoints member() {
        int c = next();
        return c == '\\' ? escape(true) : CodePoints.single(c);
    }

    private CodePoints escape(boolean inSet) {
        int c = next();
        return switch (c) {
            case 'd' -> DIGIT;
            case 'D' -> DIGIT.complement();
            case 'w' -> WORD;
            case 'W' -> WORD.complement();
            case 's' -> SPACE;
            case 'S' -> SPACE.complement();
            case 'n' -> CodePoints.single('\n');
            case 'r' -> CodePoints.single('\r');
            case 't' -> CodePoints.single('\t');
            case 'f' -> CodePoints.single('\f');
            case 'v' -> CodePoints.single(0x0B);
            case '0' -> CodePoints.single(0);
            case 'x' -> CodePoints.single(hex(2));
            case 'u' -> CodePoints.single(unicode());
            case 'p', 'P' -> category(c == 'P');
            case 'b' -> {
                if (!inSet) {
                    throw error("'\\b' is not supported");
                }
                yield CodePoints.single('\b');
            }
            default -> {
                if (c < 0x80 && Character.isLetterOrDigit(c)) {
                    throw error("'\\" + (char) c + "' is not supported");
                }
                yield CodePoints.single(c);
            }
        };
    }

    private CodePoints category(boolean negated) {
        int end = source.indexOf('}', at);
        if (peek() != '{' || end < 0) {
            throw error("a bad category");
        }
        String name = source.substring(at + 1, end);
        at = end + 1;
        CodePoints set = CodePoints.category(name, negated);
        if (set.isEmpty() || name.startsWith("C")) {
            throw error("the category '" + name + "' is not supported");
        }
        return set;
    }

    private int unicode() {
        if (peek() == '{') {
            int end = source.indexOf('}', at);
            int digits = end - at - 1;
            if (digits < 1 || digits > 6) {
                throw error("a bad escape");
            }
            at++;
            int code = hex(digits);
            at++;
            return code;
        }
        int code = hex(4);
        if (Character.isHighSurrogate((char) code) && source.startsWith("\\u", at)) {
            at += 2;
            code = Character.toCodePoint((char) code, (char) hex(4));
        }
        return code;
    }

    private int hex(int digits) {
        int code = 0;
        for (int i = 0; i < digits; i++) {
            int digit = Character.digit(next(), 16);
            if (digit < 0) {
                throw error("a bad escape");
            }
            code = 16 * code + digit;
        }
        if (code > 0x10FFFF) {
            throw error("a bad escape");
        }
        return code;
    }

    private int peek() {
        if (at >= source.length()) {
            throw error("the expression ends early");
        }
        return source.codePointAt(at);
    }

    private int next() {
        int c = peek();
        at += Character.charCount(c);
        return c;
    }

    private ConstraintException error(String what) {
        return new ConstraintException(pointer, "the regular expression '" + shortened() + "': " + what);
    }

    private String shortened() {
        return source.length() <= 100 ? source : source.substring(0, 100) + "…";
    }
}
