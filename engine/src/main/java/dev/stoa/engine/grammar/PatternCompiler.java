package dev.stoa.engine.grammar;

import dev.stoa.engine.ConstraintException;
import dev.stoa.engine.grammar.Pattern.Anchor;
import dev.stoa.engine.grammar.Pattern.Choice;
import dev.stoa.engine.grammar.Pattern.OneOf;
import dev.stoa.engine.grammar.Pattern.Repeat;
import dev.stoa.engine.grammar.Pattern.Sequence;
import dev.stoa.engine.json.Json;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Makes a {@link Dfa} over UTF-8 bytes of a {@link Pattern}: Thompson's construction (1968), then the subset
 * construction. Used once.
 */
final class PatternCompiler {
    /** How the characters of a pattern are written. */
    enum Form {
        /** As they are. */
        TEXT,
        /** As inside a JSON string, with those escapes only that JSON demands, in the shortest form. */
        JSON
    }

    private static final CodePoints ESCAPED = CodePoints.of(0, 0x1F, '"', '"', '\\', '\\');

    private final Form form;
    /** By state: first byte, last byte, target; three ints each. */
    private final List<int[]> edges = new ArrayList<>();
    /** By state: targets that take no byte. */
    private final List<int[]> jumps = new ArrayList<>();

    private PatternCompiler(Form form) {
        this.form = form;
    }

    /**
     * @return empty if the pattern matches nothing
     * @throws Dfa.TooLarge if it takes too many states
     */
    static Optional<Dfa> compile(Pattern pattern, Form form) {
        PatternCompiler compiler = new PatternCompiler(form);
        int start = compiler.state();
        int end = compiler.add(pattern, start);
        return compiler.determined(start, end);
    }

    /** As {@link #compile}, of a pattern that matches something. */
    static Dfa dfa(Pattern pattern, Form form) {
        return compile(pattern, form)
                .orElseThrow(() -> new ConstraintException("", "a text of the form is not well-formed Unicode"));
    }

    private int state() {
        if (edges.size() >= GrammarLimits.NFA_STATES_MAX) {
            throw new Dfa.TooLarge();
        }
        edges.add(new int[0]);
        jumps.add(new int[0]);
        return edges.size() - 1;
    }

    private void edge(int from, int first, int last, int to) {
        int[] old = edges.get(from);
        int[] more = Arrays.copyOf(old, old.length + 3);
        more[old.length] = first;
        more[old.length + 1] = last;
        more[old.length + 2] = to;
        edges.set(from, more);
    }

    private void jump(int from, int to) {
        int[] old = jumps.get(from);
        int[] more = Arrays.copyOf(old, old.length + 1);
        more[old.length] = to;
        jumps.set(from, more);
    }

    /** Adds the pattern behind {@code from}, and returns the state behind it. */
    private int add(Pattern pattern, int from) {
        return switch (pattern) {
            case OneOf(CodePoints set) -> addSet(set, from);
            case Sequence(List<Pattern> parts) -> {
                int at = from;
                for (Pattern part : parts) {
                    at = add(part, at);
                }
                yield at;
            }
            case Choice(List<Pattern> options) -> {
                int end = state();
                for (Pattern option : options) {
                    int begin = state();
                    jump(from, begin);
                    jump(add(option, begin), end);
                }
                yield end;
            }
            case Repeat(Pattern body, int min, int max) -> addRepeat(body, min, max, from);
            case Anchor _ -> throw new IllegalStateException("an anchor is left");
        };
    }

    private int addRepeat(Pattern body, int min, int max, int from) {
        int at = from;
        for (int i = 0; i < min; i++) {
            at = add(body, at);
        }
        if (max == Pattern.UNBOUNDED) {
            int loop = state();
            jump(at, loop);
            jump(add(body, loop), loop);
            return loop;
        }
        int end = state();
        jump(at, end);
        for (int i = min; i < max; i++) {
            at = add(body, at);
            jump(at, end);
        }
        return end;
    }

    private int addSet(CodePoints set, int from) {
        int end = state();
        CodePoints plain = form == Form.JSON ? set.minus(ESCAPED) : set;
        for (int i = 0; i < plain.count(); i++) {
            addRange(plain.first(i), plain.last(i), from, end);
        }
        if (form == Form.JSON) {
            for (int c = 0; c <= '\\'; c++) {
                if (set.contains(c) && ESCAPED.contains(c)) {
                    StringBuilder escaped = new StringBuilder();
                    Json.appendChar((char) c, escaped);
                    addBytes(escaped.toString(), from, end);
                }
            }
        }
        return end;
    }

    private void addBytes(String ascii, int from, int end) {
        int at = from;
        for (int i = 0; i < ascii.length(); i++) {
            int to = i == ascii.length() - 1 ? end : state();
            edge(at, ascii.charAt(i), ascii.charAt(i), to);
            at = to;
        }
    }

    /** UTF-8 of a range of code points: cut where the length changes, then where a continuation byte runs over. */
    private void addRange(int first, int last, int from, int end) {
        int[] bounds = {0x7F, 0x7FF, 0xFFFF, 0x10FFFF};
        int low = first;
        for (int i = 0; i < bounds.length && low <= last; i++) {
            if (low <= bounds[i]) {
                int high = Math.min(last, bounds[i]);
                addSameLength(low, high, i, from, end);
                low = high + 1;
            }
        }
    }

    /** @param continuations number of continuation bytes */
    private void addSameLength(int first, int last, int continuations, int from, int end) {
        if (continuations == 0) {
            edge(from, first, last, end);
            return;
        }
        int[] lead = {0, 0xC0, 0xE0, 0xF0};
        addBytes(first, last, continuations, lead[continuations], from, end);
    }

    private void addBytes(int first, int last, int left, int mark, int from, int end) {
        if (left == 0) {
            edge(from, mark | first, mark | last, end);
            return;
        }
        int shift = 6 * left;
        int mask = (1 << shift) - 1;
        int high = first >> shift;
        int lastHigh = last >> shift;
        if (high == lastHigh) {
            int to = state();
            edge(from, mark | high, mark | high, to);
            addBytes(first & mask, last & mask, left - 1, 0x80, to, end);
            return;
        }
        if ((first & mask) != 0) {
            int to = state();
            edge(from, mark | high, mark | high, to);
            addBytes(first & mask, mask, left - 1, 0x80, to, end);
            high++;
        }
        if ((last & mask) != mask) {
            int to = state();
            edge(from, mark | lastHigh, mark | lastHigh, to);
            addBytes(0, last & mask, left - 1, 0x80, to, end);
            lastHigh--;
        }
        if (high <= lastHigh) {
            int to = state();
            edge(from, mark | high, mark | lastHigh, to);
            addBytes(0, mask, left - 1, 0x80, to, end);
        }
    }

    /** A set of states that has equals. */
    private record States(int[] sorted) {
        @Override
        public boolean equals(Object other) {
            return other instanceof States states && Arrays.equals(sorted, states.sorted);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(sorted);
        }
    }

    private Optional<Dfa> determined(int start, int end) {
        Map<States, Integer> numbers = new HashMap<>();
        List<States> list = new ArrayList<>();
        List<int[]> rows = new ArrayList<>();
        BitSet accepting = new BitSet();
        States first = closed(new int[] {start});
        numbers.put(first, 0);
        list.add(first);
        for (int state = 0; state < list.size(); state++) {
            int[] members = list.get(state).sorted();
            if (Arrays.binarySearch(members, end) >= 0) {
                accepting.set(state);
            }
            rows.add(row(members, numbers, list));
        }
        return Dfa.of(rows, accepting);
    }

    private int[] row(int[] members, Map<States, Integer> numbers, List<States> list) {
        TreeSet<Integer> cuts = new TreeSet<>();
        for (int member : members) {
            int[] out = edges.get(member);
            for (int i = 0; i < out.length; i += 3) {
                cuts.add(out[i]);
                cuts.add(out[i + 1] + 1);
            }
        }
        int[] row = new int[256];
        Arrays.fill(row, -1);
        for (int cut : cuts) {
            if (cut > 255) {
                continue;
            }
            int[] targets = targets(members, cut);
            if (targets.length == 0) {
                continue;
            }
            States next = closed(targets);
            Integer number = numbers.get(next);
            if (number == null) {
                number = list.size();
                if (number >= GrammarLimits.DFA_STATES_MAX) {
                    throw new Dfa.TooLarge();
                }
                numbers.put(next, number);
                list.add(next);
            }
            Integer end = cuts.higher(cut);
            Arrays.fill(row, cut, end == null ? 256 : Math.min(256, end), number);
        }
        return row;
    }

    private int[] targets(int[] members, int b) {
        int[] found = new int[8];
        int count = 0;
        for (int member : members) {
            int[] out = edges.get(member);
            for (int i = 0; i < out.length; i += 3) {
                if (out[i] <= b && b <= out[i + 1]) {
                    if (count == found.length) {
                        found = Arrays.copyOf(found, 2 * count);
                    }
                    found[count++] = out[i + 2];
                }
            }
        }
        return Arrays.copyOf(found, count);
    }

    private States closed(int[] members) {
        BitSet all = new BitSet();
        int[] stack = Arrays.copyOf(members, Math.max(16, members.length));
        int size = members.length;
        for (int member : members) {
            all.set(member);
        }
        while (size > 0) {
            for (int to : jumps.get(stack[--size])) {
                if (!all.get(to)) {
                    all.set(to);
                    if (size == stack.length) {
                        stack = Arrays.copyOf(stack, 2 * size);
                    }
                    stack[size++] = to;
                }
            }
        }
        return new States(all.stream().toArray());
    }
}
