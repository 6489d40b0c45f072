package dev.stoa.engine.grammar;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The subset construction (Rabin and Scott 1959): makes a {@link Dfa} whose states are sets of an {@link Nfa}'s states. Of
 * a set, only those members are kept that tell it from others: the end, and those with edges. Used once.
 */
final class Subsets {
    private static final int BYTES = 256;

    private final Nfa nfa;
    private final int end;
    private final Work work;
    /** Sets of states, sorted, and their numbers. */
    private final Map<Ints, Integer> numbers = new HashMap<>();

    private final List<Ints> list = new ArrayList<>();
    private int members;

    /** By state: the last search that came to it. */
    private final int[] seen;

    private int search;
    /** States that the present search has come to. */
    private int[] found = new int[64];

    private int foundCount;

    /** By the first byte of a range that the present row doesn't tell apart: the targets of its edges. */
    private final int[][] targets = new int[BYTES][];

    private final int[] targetCounts = new int[BYTES];
    /** Of the present row: whether a range begins at a byte, and where the next one begins. */
    private final boolean[] begins = new boolean[BYTES + 1];

    private final int[] next = new int[BYTES];

    /** States from which every text leads to the end: all other members of a set lead to less. */
    private final BitSet open = new BitSet();
    /** The set that stands for all that hold an open state. */
    private @Nullable Ints everything;

    private Subsets(Nfa nfa, int end, Work work) {
        this.nfa = nfa;
        this.end = end;
        this.work = work;
        this.seen = new int[nfa.states()];
    }

    /**
     * @param loops states that every text leads back to
     * @return empty if no text leads from {@code start} to {@code end}
     * @throws Dfa.TooLarge if it takes too many states, or too many members of them
     */
    static Optional<Dfa> determined(Nfa nfa, int start, int end, BitSet loops, Work work) {
        Subsets subsets = new Subsets(nfa, end, work);
        loops.stream().forEach(subsets::open);
        return subsets.determined(start);
    }

    private void open(int loop) {
        Ints from = closed(new int[] {loop}, 1);
        if (accepts(from)) {
            open.set(loop);
            everything = from;
        }
    }

    private boolean accepts(Ints states) {
        return Arrays.binarySearch(states.values(), end) >= 0;
    }

    private Optional<Dfa> determined(int start) {
        List<int[]> rows = new ArrayList<>();
        BitSet accepting = new BitSet();
        number(closed(new int[] {start}, 1));
        for (int state = 0; state < list.size(); state++) {
            Ints states = list.get(state);
            accepting.set(state, accepts(states));
            rows.add(row(states.values()));
        }
        return Dfa.of(rows, accepting, work);
    }

    private int number(Ints states) {
        Integer known = numbers.get(states);
        if (known != null) {
            return known;
        }
        members += states.values().length;
        if (list.size() >= GrammarLimits.DFA_STATES_MAX || members > GrammarLimits.STATE_MEMBERS_MAX) {
            throw new Dfa.TooLarge();
        }
        numbers.put(states, list.size());
        list.add(states);
        return list.size() - 1;
    }

    private int[] row(int[] sorted) {
        findRanges(sorted);
        for (int member : sorted) {
            for (int edge = nfa.lastEdge(member); edge != Nfa.NONE; edge = nfa.edgeBefore(edge)) {
                for (int b = nfa.first(edge); b <= nfa.last(edge); b = next[b]) {
                    addTarget(b, nfa.target(edge));
                }
            }
        }
        int[] row = new int[BYTES];
        Arrays.fill(row, -1);
        for (int b = 0; b < BYTES; b = next[b]) {
            if (targetCounts[b] > 0) {
                work.spend(targetCounts[b]);
                Arrays.fill(row, b, next[b], number(closed(targets[b], targetCounts[b])));
                targetCounts[b] = 0;
            }
        }
        return row;
    }

    /** Cuts the bytes into ranges that no edge of the members tells apart. */
    private void findRanges(int[] sorted) {
        Arrays.fill(begins, false);
        int edges = 0;
        for (int member : sorted) {
            for (int edge = nfa.lastEdge(member); edge != Nfa.NONE; edge = nfa.edgeBefore(edge)) {
                begins[nfa.first(edge)] = true;
                begins[nfa.last(edge) + 1] = true;
                edges++;
            }
        }
        work.spend(BYTES + edges);
        int behind = BYTES;
        for (int b = BYTES - 1; b >= 0; b--) {
            next[b] = behind;
            behind = begins[b] ? b : behind;
        }
    }

    private void addTarget(int b, int to) {
        int count = targetCounts[b]++;
        int[] known = targets[b];
        if (known == null) {
            known = new int[8];
        } else if (count == known.length) {
            known = Arrays.copyOf(known, 2 * count);
        }
        known[count] = to;
        targets[b] = known;
    }

    /** What states lead to without a byte, themselves included. */
    private Ints closed(int[] states, int count) {
        search++;
        foundCount = 0;
        for (int i = 0; i < count; i++) {
            find(states[i]);
        }
        for (int i = 0; i < foundCount; i++) {
            int state = found[i];
            if (everything != null && open.get(state)) {
                return everything;
            }
            work.spend(1);
            for (int jump = nfa.lastJump(state); jump != Nfa.NONE; jump = nfa.jumpBefore(jump)) {
                work.spend(1);
                find(nfa.jumpTarget(jump));
            }
        }
        return new Ints(Arrays.stream(found, 0, foundCount)
                .filter(state -> state == end || nfa.lastEdge(state) != Nfa.NONE)
                .sorted()
                .toArray());
    }

    private void find(int state) {
        if (seen[state] == search) {
            return;
        }
        seen[state] = search;
        if (foundCount == found.length) {
            found = Arrays.copyOf(found, 2 * foundCount);
        }
        found[foundCount++] = state;
    }
}
