package dev.stoa.engine.grammar;

import dev.stoa.engine.ConstraintException;
import dev.stoa.engine.grammar.Pattern.Anchor;
import dev.stoa.engine.grammar.Pattern.Choice;
import dev.stoa.engine.grammar.Pattern.OneOf;
import dev.stoa.engine.grammar.Pattern.Repeat;
import dev.stoa.engine.grammar.Pattern.Sequence;
import dev.stoa.engine.json.Json;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/**
 * Makes a {@link Dfa} over UTF-8 bytes of a {@link Pattern}: Thompson's construction (1968), then {@link Subsets}. Used
 * once.
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
    private final Work work;
    private final Nfa nfa;
    /** States that every text leads back to. */
    private final BitSet loops = new BitSet();

    private PatternCompiler(Form form, Work work) {
        this.form = form;
        this.work = work;
        this.nfa = new Nfa(work);
    }

    /**
     * @return empty if the pattern matches nothing
     * @throws Dfa.TooLarge if it takes too many states, or too much work
     */
    static Optional<Dfa> compile(Pattern pattern, Form form, Work work) {
        PatternCompiler compiler = new PatternCompiler(form, work);
        int start = compiler.nfa.state();
        int end = compiler.add(pattern, start);
        return Subsets.determined(compiler.nfa, start, end, compiler.loops, work);
    }

    /** As {@link #compile}, of a pattern that matches something. */
    static Dfa dfa(Pattern pattern, Form form, Work work) {
        return compile(pattern, form, work)
                .orElseThrow(() -> new ConstraintException("", "a text of the form is not well-formed Unicode"));
    }

    /** As {@link #dfa(Pattern, Form, Work)}, of a pattern that isn't a client's. */
    static Dfa dfa(Pattern pattern, Form form) {
        return dfa(pattern, form, new Work());
    }

    /** Adds the pattern behind {@code from}, and returns the state behind it. */
    private int add(Pattern pattern, int from) {
        work.spend(Work.OBJECT); // a repetition of nothing makes no states
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
                int end = nfa.state();
                for (Pattern option : options) {
                    int begin = nfa.state();
                    nfa.jump(from, begin);
                    nfa.jump(add(option, begin), end);
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
            int loop = nfa.state();
            loops.set(loop, body instanceof OneOf(CodePoints set) && set == CodePoints.ALL);
            nfa.jump(at, loop);
            nfa.jump(add(body, loop), loop);
            return loop;
        }
        int end = nfa.state();
        nfa.jump(at, end);
        for (int i = min; i < max; i++) {
            at = add(body, at);
            nfa.jump(at, end);
        }
        return end;
    }

    private int addSet(CodePoints set, int from) {
        work.spend((long) Work.RANGE * set.count());
        int end = nfa.state();
        CodePoints plain = form == Form.JSON ? set.minus(ESCAPED) : set;
        for (int i = 0; i < plain.count(); i++) {
            addRange(plain.first(i), plain.last(i), from, end);
        }
        if (form == Form.JSON) {
            for (int c = 0; c <= '\\'; c++) {
                if (ESCAPED.contains(c) && set.contains(c)) {
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
            int to = i == ascii.length() - 1 ? end : nfa.state();
            nfa.edge(at, ascii.charAt(i), ascii.charAt(i), to);
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
            nfa.edge(from, first, last, end);
            return;
        }
        int[] lead = {0, 0xC0, 0xE0, 0xF0};
        addBytes(first, last, continuations, lead[continuations], from, end);
    }

    private void addBytes(int first, int last, int left, int mark, int from, int end) {
        if (left == 0) {
            nfa.edge(from, mark | first, mark | last, end);
            return;
        }
        int shift = 6 * left;
        int mask = (1 << shift) - 1;
        int high = first >> shift;
        int lastHigh = last >> shift;
        if (high == lastHigh) {
            int to = nfa.state();
            nfa.edge(from, mark | high, mark | high, to);
            addBytes(first & mask, last & mask, left - 1, 0x80, to, end);
            return;
        }
        if ((first & mask) != 0) {
            int to = nfa.state();
            nfa.edge(from, mark | high, mark | high, to);
            addBytes(first & mask, mask, left - 1, 0x80, to, end);
            high++;
        }
        if ((last & mask) != mask) {
            int to = nfa.state();
            nfa.edge(from, mark | lastHigh, mark | lastHigh, to);
            addBytes(0, last & mask, left - 1, 0x80, to, end);
            lastHigh--;
        }
        if (high <= lastHigh) {
            int to = nfa.state();
            nfa.edge(from, mark | high, mark | lastHigh, to);
            addBytes(0, mask, left - 1, 0x80, to, end);
        }
    }
}
