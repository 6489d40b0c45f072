package dev.stoa.engine.grammar;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

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

    /** By the names of general categories; found by one look at all code points, at the first that is asked for. */
    private static final class Categories {
        private static final Map<String, CodePoints> IN = found();
        private static final Map<String, CodePoints> NOT_IN = new HashMap<>(IN);

        static {
            NOT_IN.replaceAll((_, set) -> set.complement());
        }

        private static Map<String, CodePoints> found() {
            Map<String, List<int[]>> ranges = new HashMap<>();
            int start = 0;
            String name = categoryName(0);
            for (int c = 1; c <= MAX + 1; c++) {
                String next = c > MAX ? "" : categoryName(c);
                if (!next.equals(name)) {
                    // In the category, and in the one of its first letter.
                    for (int length = 1; length <= name.length(); length++) {
                        String group = name.substring(0, length);
                        ranges.computeIfAbsent(group, _ -> new ArrayList<>()).add(new int[] {start, c - 1});
                    }
                    start = c;
                    name = next;
                }
            }
            Map<String, CodePoints> sets = new HashMap<>();
            ranges.forEach((group, list) -> sets.put(group, normal(list)));
            return sets;
        }
    }

    /**
     * The code points of a Unicode general category, such as {@code L} or {@code Lu}, or all others.
     *
     * @return of no code points if there is no such category
     */
    static CodePoints category(String name, boolean negated) {
        return (negated ? Categories.NOT_IN : Categories.IN).getOrDefault(name, NONE);
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

    static CodePoints union(List<CodePoints> sets) {
        return of(sets.stream().flatMapToInt(set -> Arrays.stream(set.ranges)).toArray());
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
        return union(List.of(complement(), other)).complement();
    }

    boolean isEmpty() {
        return ranges.length == 0;
    }

    boolean contains(int c) {
        for (int i = 0; i < ranges.length && ranges[i] <= c; i += 2) {
            if (c <= ranges[i + 1]) {
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
