package dev.stoa.engine.cache;

import java.util.Arrays;
import java.util.function.IntPredicate;

/**
 * Where the keys and values of one sequence are: a table of blocks in the order of its tokens. The first ones may belong
 * to other sequences as well; they are full, and nobody writes them. Changed by the engine thread between steps, read by
 * workers while a step runs.
 */
public final class KvSequence implements AutoCloseable {
    private final BlockPool pool;
    private int[] ids = new int[4];
    private int count;
    private boolean closed;

    public KvSequence(BlockPool pool) {
        this.pool = pool;
    }

    /**
     * Makes sure that positions below {@code tokens} have a block.
     *
     * @return false, and nothing is taken, if there are not enough free blocks
     */
    public boolean grow(int tokens) {
        if (closed) {
            throw new IllegalStateException("the sequence was closed");
        }
        int needed = KvLayout.blocks(tokens) - count;
        if (needed > pool.free()) {
            return false;
        }
        for (int i = 0; i < needed; i++) {
            append(pool.take());
        }
        return true;
    }

    /** Appends a block that others may hold too. */
    void share(int id) {
        pool.retain(id);
        append(id);
    }

    private void append(int id) {
        if (count == ids.length) {
            ids = Arrays.copyOf(ids, 2 * count);
        }
        ids[count] = id;
        count++;
    }

    /** Blocks that the sequence holds. */
    public int blocks() {
        return count;
    }

    /** The id of the block that holds positions {@code 16·index} to {@code 16·index + 15}. */
    public int block(int index) {
        assert index < count : "block " + index + " of " + count;
        return ids[index];
    }

    /** Gives every block back, to be reused at once; a second call does nothing. */
    @Override
    public void close() {
        release(_ -> false);
    }

    /** Gives every block back, the last one first, so that of a chain the tail is forgotten first. */
    void release(IntPredicate keep) {
        for (int i = count - 1; i >= 0; i--) {
            pool.release(ids[i], keep.test(ids[i]));
        }
        count = 0;
        closed = true;
    }
}
