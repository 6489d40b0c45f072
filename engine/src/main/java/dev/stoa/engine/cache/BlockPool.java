package dev.stoa.engine.cache;

import java.util.Arrays;
import java.util.Collection;
import java.util.function.IntConsumer;

/**
 * Who owns which block of {@link KvLayout#TOKENS} tokens. Blocks are ids here; what they hold is in {@link KvStorage}.
 *
 * <p>A block has as many owners as sequences hold it. One without owners is free, and is in the list of free blocks: at
 * its front if its content is worth nothing, at its end if a later request may find it there. {@link #take} takes from
 * the front, so what was used longest ago is forgotten first.
 *
 * <p>Invariant: {@code free + used = total}. Owned by the engine thread; not thread-safe, but {@link #used} may be read
 * from anywhere.
 */
public final class BlockPool {
    private static final int NONE = -1;

    private final int total;
    /** Sequences that hold a block, by id. */
    private final int[] owners;
    /** The list of free blocks, doubly linked; the entry {@code total} is its head and tail. */
    private final int[] next;

    private final int[] previous;
    private IntConsumer forget = id -> {};
    private int free;
    private volatile int used;

    /** @param total blocks, at least 1 */
    public BlockPool(int total) {
        if (total < 1) {
            throw new IllegalArgumentException("a pool needs at least one block");
        }
        this.total = total;
        this.free = total;
        this.owners = new int[total];
        this.next = new int[total + 1];
        this.previous = new int[total + 1];
        for (int id = 0; id <= total; id++) {
            next[id] = id == total ? 0 : id + 1;
            previous[id] = id == 0 ? total : id - 1;
        }
    }

    /** Calls {@code listener} with each block that {@link #take} hands out, before its old content is lost. */
    void onReuse(IntConsumer listener) {
        forget = listener;
    }

    /** Blocks in all. */
    public int total() {
        return total;
    }

    /** Blocks that a sequence holds. */
    public int used() {
        return used;
    }

    /** Blocks that can be taken. */
    public int free() {
        return free;
    }

    /** Sequences that hold this block. */
    int owners(int id) {
        return owners[id];
    }

    /** A block for one owner, its content undefined; -1 if none is free. */
    int take() {
        int id = next[total];
        if (id == total) {
            return NONE;
        }
        forget.accept(id);
        retain(id);
        assert owners[id] == 1 : "block " + id + " was free but has owners";
        return id;
    }

    /** Adds an owner, to a free block too. */
    void retain(int id) {
        if (owners[id] == 0) {
            unlink(id);
            free--;
            used = total - free;
        }
        owners[id]++;
    }

    /**
     * Takes an owner away.
     *
     * @param keep whether the content may be of use once nobody holds the block
     */
    void release(int id, boolean keep) {
        assert owners[id] > 0 : "block " + id + " is released but has no owner";
        owners[id]--;
        if (owners[id] == 0) {
            link(id, keep ? previous[total] : total);
            free++;
            used = total - free;
        }
    }

    private void unlink(int id) {
        next[previous[id]] = next[id];
        previous[next[id]] = previous[id];
        next[id] = NONE;
        previous[id] = NONE;
    }

    private void link(int id, int behind) {
        next[id] = next[behind];
        previous[id] = behind;
        previous[next[id]] = id;
        next[behind] = id;
    }

    /**
     * Checks the whole pool against the sequences that should hold its blocks.
     *
     * @throws IllegalStateException naming what is wrong
     */
    public void validate(Collection<KvSequence> sequences) {
        int[] held = new int[total];
        for (KvSequence sequence : sequences) {
            for (int i = 0; i < sequence.blocks(); i++) {
                held[sequence.block(i)]++;
            }
        }
        for (int id = 0; id < total; id++) {
            require(held[id] == owners[id], "block " + id + " counts " + owners[id] + " owners but has " + held[id]);
        }
        int listed = 0;
        for (int id = next[total]; id != total; id = next[id]) {
            require(owners[id] == 0, "block " + id + " is free and held");
            require(previous[next[id]] == id, "the list of free blocks is broken at " + id);
            listed++;
            require(listed <= total, "the list of free blocks runs in a circle");
        }
        int taken = (int) Arrays.stream(owners).filter(count -> count > 0).count();
        require(listed == free, free + " blocks are counted as free, but " + listed + " are");
        require(listed + taken == total, "free " + listed + " + used " + taken + " is not " + total);
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new IllegalStateException(message);
        }
    }
}
