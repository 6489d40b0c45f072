package dev.stoa.engine.cache;

import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Who owns which block of {@link KvLayout#TOKENS} tokens. Blocks are ids here; what they hold is in {@link KvStorage}.
 *
 * <p>A sequence first reserves all the blocks that it can ever need, then takes them one by one as it grows. So a running
 * sequence never finds the pool empty.
 *
 * <p>Invariants: {@code free + used = total}; {@code used + outstanding reservations ≤ total}. Owned by the engine
 * thread; not thread-safe, but {@link #used} may be read from anywhere.
 */
public final class BlockPool {
    private final int total;
    private final Deque<Integer> free = new ArrayDeque<>();
    private final BitSet taken = new BitSet();
    private int reserved;
    private volatile int used;

    /** @param total blocks, at least 1 */
    public BlockPool(int total) {
        if (total < 1) {
            throw new IllegalArgumentException("a pool needs at least one block");
        }
        this.total = total;
        for (int id = 0; id < total; id++) {
            free.add(id);
        }
    }

    /** Blocks in all. */
    public int total() {
        return total;
    }

    /** Blocks that hold tokens now. */
    public int used() {
        return used;
    }

    /** Reserves blocks for {@code tokens}; empty if there are not enough left. */
    public Optional<KvSequence> reserve(int tokens) {
        int count = KvLayout.blocks(tokens);
        if (used + reserved + count > total) {
            return Optional.empty();
        }
        reserved += count;
        return Optional.of(new KvSequence(this, count));
    }

    /** Turns one reserved block into a used one. */
    int take() {
        assert reserved > 0 : "no block is reserved";
        int id = free.removeFirst();
        assert !taken.get(id) : "block " + id + " was taken twice";
        taken.set(id);
        reserved--;
        used = total - free.size();
        return id;
    }

    /** Most recently used first, as those are warm in the processor's caches and have their memory. */
    void release(int id) {
        assert taken.get(id) : "block " + id + " is freed but was not taken";
        taken.clear(id);
        free.addFirst(id);
        used = total - free.size();
    }

    void cancelReservation(int count) {
        reserved -= count;
        assert reserved >= 0 : "more reservations were returned than made";
    }

    /**
     * Checks the whole pool against the sequences that should hold its blocks.
     *
     * @throws IllegalStateException naming what is wrong
     */
    public void validate(List<KvSequence> sequences) {
        Set<Integer> seen = new HashSet<>();
        int reservations = 0;
        for (KvSequence sequence : sequences) {
            for (int id : sequence.blockIds()) {
                require(seen.add(id), "block " + id + " is in two places");
            }
            reservations += sequence.reservedBlocks();
        }
        require(seen.size() == used, used + " blocks are used, but sequences hold " + seen.size());
        require(reservations == reserved, reserved + " blocks are reserved, but sequences know of " + reservations);
        for (int id : free) {
            require(seen.add(id), "block " + id + " is in two places");
        }
        require(seen.size() == total, "free + used is " + seen.size() + ", not " + total);
        require(used + reserved <= total, "more is promised than there is");
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new IllegalStateException(message);
        }
    }
}
