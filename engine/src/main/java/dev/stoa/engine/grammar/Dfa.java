package dev.stoa.engine.grammar;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** A deterministic automaton over bytes, without states that lead nowhere; state 0 is the start. */
final class Dfa implements Terminal {
    private static final int BYTES = 256;

    /** Ints of each byte: bytes that no state tells apart share one. */
    private final byte[] columnOf;

    private final int columns;
    /** Shape {@code [states][columns]}; -1 for none. */
    private final int[] table;

    private final BitSet accepting;

    private Dfa(byte[] columnOf, int columns, int[] table, BitSet accepting) {
        this.columnOf = columnOf;
        this.columns = columns;
        this.table = table;
        this.accepting = accepting;
    }

    int states() {
        return table.length / columns;
    }

    @Override
    public long start() {
        return 0;
    }

    @Override
    public long next(long state, int unsignedByte) {
        return step((int) state, unsignedByte);
    }

    int step(int state, int unsignedByte) {
        return table[state * columns + (columnOf[unsignedByte] & 0xff)];
    }

    @Override
    public boolean accepts(long state) {
        return accepting.get((int) state);
    }

    @Override
    public boolean ends(long state) {
        int at = (int) state * columns;
        for (int i = at; i < at + columns; i++) {
            if (table[i] >= 0) {
                return false;
            }
        }
        return true;
    }

    @Override
    public long likeness(long state, int bytes) {
        return state;
    }

    boolean matches(byte[] bytes) {
        int state = 0;
        for (byte b : bytes) {
            state = step(state, b & 0xff);
            if (state < 0) {
                return false;
            }
        }
        return accepting.get(state);
    }

    /** How {@link #explore} moves through states of any kind. */
    @FunctionalInterface
    interface Step<S> {
        /** The state after a byte; empty for none. */
        Optional<S> next(S state, int unsignedByte);
    }

    /**
     * The automaton of states that can be reached from {@code start}.
     *
     * @param <S> has equals and hashCode
     * @param cuts bytes that are told from the byte before
     * @return empty if it accepts nothing
     * @throws TooLarge if it has more than {@link GrammarLimits#DFA_STATES_MAX} states, or takes too much work
     */
    static <S> Optional<Dfa> explore(S start, BitSet cuts, Step<S> step, Predicate<S> accepts, Work work) {
        Map<S, Integer> numbers = new HashMap<>();
        List<int[]> rows = new ArrayList<>();
        BitSet accepting = new BitSet();
        Deque<S> todo = new ArrayDeque<>();
        numbers.put(start, 0);
        todo.add(start);
        while (!todo.isEmpty()) {
            S state = todo.remove();
            work.spend(BYTES + (long) Work.TRY * cuts.cardinality());
            int[] row = new int[BYTES];
            for (int b = 0; b < BYTES; b++) {
                if (b > 0 && !cuts.get(b)) {
                    row[b] = row[b - 1];
                    continue;
                }
                Optional<S> next = step.next(state, b);
                if (next.isEmpty()) {
                    row[b] = -1;
                    continue;
                }
                Integer known = numbers.get(next.get());
                if (known == null) {
                    known = numbers.size();
                    if (known >= GrammarLimits.DFA_STATES_MAX) {
                        throw new TooLarge();
                    }
                    numbers.put(next.get(), known);
                    todo.add(next.get());
                }
                row[b] = known;
            }
            if (accepts.test(state)) {
                accepting.set(rows.size());
            }
            rows.add(row);
        }
        return of(rows, accepting, work);
    }

    /** Bytes that are told from the byte before: here, and these. */
    BitSet cuts(int... bytes) {
        BitSet cuts = new BitSet();
        for (int b = 1; b < BYTES; b++) {
            cuts.set(b, columnOf[b] != columnOf[b - 1]);
        }
        for (int b : bytes) {
            cuts.set(b, b + 2);
        }
        return cuts;
    }

    /** More states or work than a form may take. */
    static final class TooLarge extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    /** Both: the strings of this that are strings of the other too. */
    Optional<Dfa> and(Dfa other, Work work) {
        return product(other, true, work);
    }

    /** The strings of this that aren't strings of the other. */
    Optional<Dfa> minus(Dfa other, Work work) {
        return product(other, false, work);
    }

    private Optional<Dfa> product(Dfa other, boolean both, Work work) {
        BitSet cuts = cuts();
        cuts.or(other.cuts());
        return explore(
                0L,
                cuts,
                (pair, b) -> {
                    int mine = step((int) (pair >> 32), b);
                    int theirState = pair.intValue();
                    int theirs = theirState < 0 ? -1 : other.step(theirState, b);
                    boolean gone = mine < 0 || both && theirs < 0;
                    return gone ? Optional.empty() : Optional.of((long) mine << 32 | theirs & 0xffffffffL);
                },
                pair -> {
                    int theirs = pair.intValue();
                    boolean theirsAccepts = theirs >= 0 && other.accepting.get(theirs);
                    return accepting.get((int) (pair >> 32)) && theirsAccepts == both;
                },
                work);
    }

    /** @param rows shape {@code [states][256]}; -1 for none */
    static Optional<Dfa> of(List<int[]> rows, BitSet accepting, Work work) {
        work.spend((long) rows.size() * BYTES);
        BitSet live = live(rows, accepting);
        if (!live.get(0)) {
            return Optional.empty();
        }
        int[] kept = live.stream().toArray();
        int[] number = new int[rows.size()];
        Arrays.fill(number, -1);
        BitSet keptAccepting = new BitSet();
        for (int state = 0; state < kept.length; state++) {
            number[kept[state]] = state;
            keptAccepting.set(state, accepting.get(kept[state]));
        }
        return Optional.of(compressed(rows, kept, number, keptAccepting, work));
    }

    private static BitSet live(List<int[]> rows, BitSet accepting) {
        List<List<Integer>> before = new ArrayList<>();
        rows.forEach(_ -> before.add(new ArrayList<>()));
        for (int state = 0; state < rows.size(); state++) {
            int last = -1;
            for (int to : rows.get(state)) {
                if (to >= 0 && to != last) {
                    before.get(to).add(state);
                    last = to;
                }
            }
        }
        BitSet live = (BitSet) accepting.clone();
        Deque<Integer> todo = new ArrayDeque<>();
        accepting.stream().forEach(todo::add);
        while (!todo.isEmpty()) {
            for (int state : before.get(todo.remove())) {
                if (!live.get(state)) {
                    live.set(state);
                    todo.add(state);
                }
            }
        }
        return live;
    }

    /** Whether no kept row tells a byte from the one before. */
    private static boolean alike(List<int[]> rows, int[] kept, int b) {
        for (int row : kept) {
            if (rows.get(row)[b] != rows.get(row)[b - 1]) {
                return false;
            }
        }
        return true;
    }

    /**
     * @param kept the rows that are kept, in their order
     * @param number by row: its number among those; -1 if it isn't kept
     */
    private static Dfa compressed(List<int[]> rows, int[] kept, int[] number, BitSet accepting, Work work) {
        Map<Ints, Integer> numbers = new HashMap<>();
        byte[] columnOf = new byte[BYTES];
        List<int[]> columns = new ArrayList<>();
        for (int b = 0; b < BYTES; b++) {
            if (b > 0 && alike(rows, kept, b)) {
                columnOf[b] = columnOf[b - 1];
                continue;
            }
            int[] column = new int[kept.length];
            for (int state = 0; state < kept.length; state++) {
                int to = rows.get(kept[state])[b];
                column[state] = to < 0 ? -1 : number[to];
            }
            Integer known = numbers.putIfAbsent(new Ints(column), columns.size());
            if (known == null) {
                work.spend((long) Work.CELL * kept.length);
                columns.add(column);
            }
            columnOf[b] = (byte) (known == null ? columns.size() - 1 : known);
        }
        int width = columns.size();
        int[] table = new int[kept.length * width];
        for (int state = 0; state < kept.length; state++) {
            for (int c = 0; c < width; c++) {
                table[state * width + c] = columns.get(c)[state];
            }
        }
        return new Dfa(columnOf, width, table, accepting);
    }
}
