package dev.stoa.engine.grammar;

import java.util.ArrayList;
import java.util.List;

/** A set of Unicode code points without surrogates: sorted, disjoint ranges. Immutable. */
final class CodePoints {
    private static final int MAX = 0x10FFFF;
    private static final int SURROGATES = 0xD800;
    private static final int AFTER_SURROGATES = 0xE000;

    /** Pairs of first and last. */
    private final int[] ranges;

    private CodePoints(int[] ranges) {
        this.ranges = ranges;
    }

    static final CodePoints NONE = new CodePoints(new int[0]);
    static final CodePoints ALL = NONE.complement();

    static CodePoints of(int... ranges) {
        List<int[]> list = new ArrayList<>();
        for (int i = 0; i < ranges.length; i += 2) {
            list.add(new int[] {ranges[i], ranges[i + 1]});
        }
        return normal(list);
    }

    static CodePoints single(int c) {
        return of(c, c);
    }

    /** The code points of a Unicode general category, such as {@code L} or {@code Lu}. */
    static CodePoints category(String name) {
        List<int[]> list = new ArrayList<>();
        int start = -1;
        for (int c = 0; c <= MAX + 1; c++) {
            boolean in = c <= MAX && categoryName(c).startsWith(name);
            if (in && start < 0) {
                start = c;
            } else if (!in && start >= 0) {
                list.add(new int[] {start, c - 1});
                start = -1;
            }
        }
        return normal(list);
    }

    private static String categoryName(int c) {
        return switch (Character.getType(c)) {
            case Character.UPPERCASE_LETTER -> "Lu";
            case Character.LOWERCASE_LETTER -> "Ll";
            case Character.TITLECASE_LETTER -> "Lt";
            case Character.MODIFIER_LETTER -> "Lm";
            case Character.OTHER_LETTER -> "Lo";
            case Character.NON_SPACING_MARK -> "Mn";
            case Character.ENCLOSING_MARK -> "Me";
            case Character.COMBINING_SPACING_MARK -> "Mc";
            case Character.DECIMAL_DIGIT_NUMBER -> "Nd";
            case Character.LETTER_NUMBER -> "Nl";
            case Character.OTHER_NUMBER -> "No";
            case Character.SPACE_SEPARATOR -> "Zs";
            case Character.LINE_SEPARATOR -> "Zl";
            case Character.PARAGRAPH_SEPARATOR -> "Zp";
            case Character.DASH_PUNCTUATION -> "Pd";
            case Character.START_PUNCTUATION -> "Ps";
            case Character.END_PUNCTUATION -> "Pe";
            case Character.CONNECTOR_PUNCTUATION -> "Pc";
            case Character.OTHER_PUNCTUATION -> "Po";
            case Character.INITIAL_QUOTE_PUNCTUATION -> "Pi";
            case Character.FINAL_QUOTE_PUNCTUATION -> "Pf";
            case Character.MATH_SYMBOL -> "Sm";
            case Character.CURRENCY_SYMBOL -> "Sc";
            case Character.MODIFIER_SYMBOL -> "Sk";
            case Character.OTHER_SYMBOL -> "So";
            default -> "C";
        };
    }

    private static CodePoints normal(List<int[]> list) {
        list.sort((a, b) -> Integer.compare(a[0], b[0]));
        List<int[]> out = new ArrayList<>();
        for (int[] range : list) {
            addPart(out, range[0], Math.min(range[1], SURROGATES - 1));
            addPart(out, Math.max(range[0], AFTER_SURROGATES), range[1]);
        }
        int[] flat = new int[2 * out.size()];
        for (int i = 0; i < out.size(); i++) {
            flat[2 * i] = out.get(i)[0];
            flat[2 * i + 1] = out.get(i)[1];
        }
        return new CodePoints(flat);
    }

    private static void addPart(List<int[]> out, int from, int to) {
        if (from > to) {
            return;
        }
        int[] last = out.isEmpty() ? null : out.getLast();
        if (last != null && from <= last[1] + 1) {
            last[1] = Math.max(last[1], to);
        } else {
            out.add(new int[] {from, to});
        }
    }

    CodePoints or(CodePoints other) {
        int[] both = java.util.Arrays.copyOf(ranges, ranges.length + other.ranges.length);
        System.arraycopy(other.ranges, 0, both, ranges.length, other.ranges.length);
        return of(both);
    }

    CodePoints complement() {
        List<int[]> list = new ArrayList<>();
        int next = 0;
        for (int i = 0; i < ranges.length; i += 2) {
            if (next < ranges[i]) {
                list.add(new int[] {next, ranges[i] - 1});
            }
            next = ranges[i + 1] + 1;
        }
        if (next <= MAX) {
            list.add(new int[] {next, MAX});
        }
        return normal(list);
    }

    CodePoints minus(CodePoints other) {
        return complement().or(other).complement();
    }

    boolean isEmpty() {
        return ranges.length == 0;
    }

    boolean contains(int c) {
        for (int i = 0; i < ranges.length; i += 2) {
            if (c >= ranges[i] && c <= ranges[i + 1]) {
                return true;
            }
        }
        return false;
    }

    int count() {
        return ranges.length / 2;
    }

    int first(int range) {
        return ranges[2 * range];
    }

    int last(int range) {
        return ranges[2 * range + 1];
    }
}
