package dev.stoa.admission;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * What was counted in the last 60 seconds, by the second. A limit that is held against {@link #sum} is never exceeded
 * within any 60 seconds, wherever they begin: the second in which they begin counts whole. A token bucket would let
 * through twice its limit in its first minute. Not thread-safe.
 *
 * <p>Layout when stored: the newest second as a long, a count, then for each second with anything in it its age and its
 * amount.
 */
final class SlidingWindow {
    /** Sixty, and the one that the beginning of the window cuts through. */
    static final int SLOTS = 61;

    private static final long SLOT_MILLIS = 1000;

    private final long[] used = new long[SLOTS];
    private long newest;
    private long sum;

    /** Moves on to now; a clock that goes back is not followed. */
    private void advance(long nowMillis) {
        long slot = Math.floorDiv(nowMillis, SLOT_MILLIS);
        if (slot <= newest) {
            return;
        }
        if (slot - newest >= SLOTS) {
            Arrays.fill(used, 0);
            sum = 0;
        } else {
            for (long gone = newest + 1; gone <= slot; gone++) {
                sum -= used[index(gone)];
                used[index(gone)] = 0;
            }
        }
        newest = slot;
    }

    private static int index(long slot) {
        return (int) Math.floorMod(slot, SLOTS);
    }

    /** What counts now. */
    long sum(long nowMillis) {
        advance(nowMillis);
        return sum;
    }

    void add(long nowMillis, long amount) {
        advance(nowMillis);
        put(newest, amount);
    }

    /**
     * Corrects what was added at {@code thenMillis}: what was too much is taken back if it still counts, what was too
     * little counts from now.
     */
    void correct(long nowMillis, long thenMillis, long difference) {
        advance(nowMillis);
        if (difference > 0) {
            put(newest, difference);
            return;
        }
        long then = Math.floorDiv(thenMillis, SLOT_MILLIS);
        if (then <= newest && newest - then < SLOTS) {
            put(then, Math.max(difference, -used[index(then)]));
        }
    }

    private void put(long slot, long amount) {
        used[index(slot)] += amount;
        sum += amount;
        assert used[index(slot)] >= 0 && sum >= 0;
    }

    /** How long until {@code amount}, at most {@code limit}, would keep to the limit. */
    long millisUntil(long nowMillis, long amount, long limit) {
        advance(nowMillis);
        long toGo = sum + amount - limit;
        long oldest = newest - SLOTS + 1;
        for (long slot = oldest; slot <= newest && toGo > 0; slot++) {
            toGo -= used[index(slot)];
            if (toGo <= 0) {
                return Math.max(1, (slot + SLOTS) * SLOT_MILLIS - nowMillis);
            }
        }
        return 0;
    }

    /** How long until nothing counts any more, if nothing is added. */
    long millisUntilEmpty(long nowMillis) {
        advance(nowMillis);
        for (long slot = newest; slot > newest - SLOTS; slot--) {
            if (used[index(slot)] > 0) {
                return Math.max(1, (slot + SLOTS) * SLOT_MILLIS - nowMillis);
            }
        }
        return 0;
    }

    void write(DataOutput out) throws IOException {
        out.writeLong(newest);
        out.writeByte((int) Arrays.stream(used).filter(amount -> amount > 0).count());
        for (int age = 0; age < SLOTS; age++) {
            long amount = used[index(newest - age)];
            if (amount > 0) {
                out.writeByte(age);
                out.writeLong(amount);
            }
        }
    }

    static SlidingWindow read(DataInput in) throws IOException {
        SlidingWindow window = new SlidingWindow();
        window.newest = in.readLong();
        for (int left = in.readByte(); left > 0; left--) {
            int age = in.readByte();
            window.put(window.newest - age, in.readLong());
        }
        return window;
    }
}
