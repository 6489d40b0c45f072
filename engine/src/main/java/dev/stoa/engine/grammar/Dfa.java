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

    /** Column of each byte: bytes that no state tells apart share one. */
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
     * @return empty if it accepts nothing
     * @throws TooLarge if it has more than {@link GrammarLimits#DFA_STATES_MAX} states
     */
    static <S> Optional<Dfa> explore(S start, Step<S> step, Predicate<S> accepts) {
        Map<S, Integer> numbers = new HashMap<>();
        List<int[]> rows = new ArrayList<>();
        BitSet accepting = new BitSet();
        Deque<S> todo = new ArrayDeque<>();
        numbers.put(start, 0);
        todo.add(start);
        while (!todo.isEmpty()) {
            S state = todo.remove();
            int[] row = new int[BYTES];
            for (int b = 0; b < BYTES; b++) {
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
        return of(rows, accepting);
    }

    /** More states than a form may have. */
    static final class TooLarge extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    /** Both: the strings of this that are strings of the other too. */
    Optional<Dfa> and(Dfa other) {
        return product(other, true);
    }

    /** The strings of this that aren't strings of the other. */
    Optional<Dfa> minus(Dfa other) {
        return product(other, false);
    }

    private Optional<Dfa> product(Dfa other, boolean both) {
        return explore(
                0L,
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
                });
    }

    /** @param rows shape {@code [states][256]}; -1 for none */
    static Optional<Dfa> of(List<int[]> rows, BitSet accepting) {
        BitSet live = live(rows, accepting);
        if (!live.get(0)) {
            return Optional.empty();
        }
        int[] number = new int[rows.size()];
        int states = 0;
        for (int state = 0; state < number.length; state++) {
            number[state] = live.get(state) ? states++ : -1;
        }
        int[][] kept = new int[states][BYTES];
        BitSet keptAccepting = new BitSet();
        for (int state = 0; state < number.length; state++) {
            if (number[state] < 0) {
                continue;
            }
            for (int b = 0; b < BYTES; b++) {
                int to = rows.get(state)[b];
                kept[number[state]][b] = to < 0 ? -1 : number[to];
            }
            keptAccepting.set(number[state], accepting.get(state));
        }
        return Optional.of(compressed(kept, keptAccepting));
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

    private record Row(int[] values) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Row row && Arrays.equals(values, row.values);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(values);
        }
    }

    private static Dfa compressed(int[][] rows, BitSet accepting) {
        Map<Row, Integer> columns = new HashMap<>();
        byte[] columnOf = new byte[BYTES];
        List<int[]> kept = new ArrayList<>();
        for (int b = 0; b < BYTES; b++) {
            int[] column = new int[rows.length];
            for (int state = 0; state < rows.length; state++) {
                column[state] = rows[state][b];
            }
            int number = columns.computeIfAbsent(new Row(column), _ -> columns.size());
            if (number == kept.size()) {
                kept.add(column);
            }
            columnOf[b] = (byte) number;
        }
        int width = kept.size();
        int[] table = new int[rows.length * width];
        for (int state = 0; state < rows.length; state++) {
            for (int c = 0; c < width; c++) {
                table[state * width + c] = kept.get(c)[state];
            }
        }
        return new Dfa(columnOf, width, table, accepting);
    }
}
