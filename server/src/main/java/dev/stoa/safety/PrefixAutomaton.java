package dev.stoa.safety;

import dev.stoa.safety.Shape.Choice;
import dev.stoa.safety.Shape.OneOf;
import dev.stoa.safety.Shape.Repeat;
import dev.stoa.safety.Shape.Sequence;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * Tells of a text that comes character by character from where on it may still become a match of a regular expression,
 * and whether one may have ended: RE2 says neither. It may take too many texts for beginnings of a match, never too few.
 *
 * <p>A position automaton (Glushkov 1961): a state is a place in the expression whose character has just come. Immutable.
 */
final class PrefixAutomaton {
    /** More would cost too much for each character. */
    private static final int POSITIONS_MAX = 500;

    private static final int FOLLOWING_MAX = 5_000;
    private static final int NOWHERE = Integer.MAX_VALUE;
    private static final int[] NONE = {};

    private final List<IntPredicate> characters = new ArrayList<>();
    private final List<BitSet> following = new ArrayList<>();
    private final int[] first;
    private final int[][] follow;
    private final boolean[] ends;

    private PrefixAutomaton(Shape shape) {
        Part all = build(shape);
        this.first = all.first.stream().toArray();
        this.follow = following.stream().map(set -> set.stream().toArray()).toArray(int[][]::new);
        if (Arrays.stream(follow).mapToInt(each -> each.length).sum() > FOLLOWING_MAX) {
            throw new IllegalArgumentException("more than " + FOLLOWING_MAX + " ways from one position to the next");
        }
        this.ends = new boolean[follow.length];
        all.last.stream().forEach(position -> ends[position] = true);
    }

    /** One for an expression of RE2 without anchors; where it is too large or not understood, {@link #ALWAYS}. */
    static PrefixAutomaton of(String expression) {
        try {
            return new PrefixAutomaton(PrefixParser.parse(expression));
        } catch (IllegalArgumentException | IndexOutOfBoundsException _) {
            return ALWAYS;
        }
    }

    /** Takes every text for the beginning and the end of a match. */
    static final PrefixAutomaton ALWAYS = new PrefixAutomaton(new Repeat(new OneOf(_ -> true), 1, Repeat.NO_END));

    /** Where a part can begin and end. */
    private record Part(boolean empty, BitSet first, BitSet last) {}

    private Part build(Shape shape) {
        return switch (shape) {
            case OneOf(IntPredicate is) -> position(is);
            case Sequence(List<Shape> parts) -> {
                Part all = new Part(true, new BitSet(), new BitSet());
                for (Shape part : parts) {
                    all = join(all, build(part));
                }
                yield all;
            }
            case Choice(List<Shape> options) -> {
                Part all = new Part(false, new BitSet(), new BitSet());
                for (Shape option : options) {
                    Part part = build(option);
                    all = new Part(all.empty || part.empty, union(all.first, part.first), union(all.last, part.last));
                }
                yield all;
            }
            case Repeat repeat -> repeated(repeat);
        };
    }

    private Part position(IntPredicate is) {
        int position = characters.size();
        if (position >= POSITIONS_MAX) {
            throw new IllegalArgumentException("more than " + POSITIONS_MAX + " positions");
        }
        characters.add(is);
        following.add(new BitSet());
        BitSet self = new BitSet();
        self.set(position);
        return new Part(false, self, self);
    }

    private Part join(Part left, Part right) {
        left.last.stream().forEach(position -> following.get(position).or(right.first));
        return new Part(
                left.empty && right.empty,
                left.empty ? union(left.first, right.first) : left.first,
                right.empty ? union(left.last, right.last) : right.last);
    }

    /** As often as it must be, then as often as it may, one inside the other; without an end, over and over. */
    private Part repeated(Repeat repeat) {
        Part all = new Part(true, new BitSet(), new BitSet());
        for (int i = 0; i < repeat.least(); i++) {
            all = join(all, build(repeat.part()));
        }
        if (repeat.most() == Repeat.NO_END) {
            Part more = build(repeat.part());
            return join(all, optional(join(more, optional(more))));
        }
        Part rest = new Part(true, new BitSet(), new BitSet());
        for (int i = repeat.least(); i < repeat.most(); i++) {
            rest = optional(join(build(repeat.part()), rest));
        }
        return join(all, rest);
    }

    private static Part optional(Part part) {
        return new Part(true, part.first, part.last);
    }

    private static BitSet union(BitSet a, BitSet b) {
        BitSet both = (BitSet) a.clone();
        both.or(b);
        return both;
    }

    /** Room to work in, for the watches of one text. Not thread-safe. */
    static final class Room {
        /** By position; {@link #NOWHERE} between two characters. */
        private final int[] begins = new int[POSITIONS_MAX];

        private final int[] reached = new int[POSITIONS_MAX];
        private int count;

        Room() {
            Arrays.fill(begins, NOWHERE);
        }
    }

    /** One text's. Not thread-safe. */
    final class Watch {
        private final Room room;
        /** The positions whose character was the last one, and where the earliest possible match began that led there. */
        private int[] positions = NONE;

        private int[] begins = NONE;
        private int count;
        private boolean endsHere;
        private boolean ended;

        Watch(Room room) {
            this.room = room;
        }

        /** Takes the character at a place. */
        void take(char c, int place) {
            endsHere = false;
            for (int i = 0; i < count; i++) {
                for (int next : follow[positions[i]]) {
                    reach(next, c, begins[i]);
                }
            }
            for (int next : first) {
                reach(next, c, place);
            }
            keep();
            ended |= endsHere;
        }

        private void reach(int position, char c, int begin) {
            if (begin < room.begins[position] && characters.get(position).test(c)) {
                if (room.begins[position] == NOWHERE) {
                    room.reached[room.count] = position;
                    room.count++;
                }
                room.begins[position] = begin;
                endsHere |= ends[position];
            }
        }

        private void keep() {
            count = room.count;
            if (count > positions.length) {
                positions = new int[Math.min(follow.length, 2 * count)];
                begins = new int[positions.length];
            }
            for (int i = 0; i < count; i++) {
                positions[i] = room.reached[i];
                begins[i] = room.begins[positions[i]];
                room.begins[positions[i]] = NOWHERE;
            }
            room.count = 0;
        }

        /**
         * Whether a match may have ended, or one that ended with the last character may have become certain by the next, since
         * this was last asked.
         */
        boolean mayHaveEnded() {
            boolean may = ended;
            ended = endsHere;
            return may;
        }

        /** Where the earliest match may begin that more characters complete or make certain; {@code end} if there is none. */
        int from(int end) {
            int from = end;
            for (int i = 0; i < count; i++) {
                from = Math.min(from, begins[i]);
            }
            return from;
        }
    }
}
