package dev.stoa.engine.cache;

import java.util.Arrays;

/**
 * Where the keys and values of one sequence are: a table of blocks in the order of its tokens. Changed by the engine
 * thread between steps, read by workers while a step runs.
 */
public final class KvSequence implements AutoCloseable {
    private final BlockPool pool;
    private final int[] ids;
    private int taken;
    private boolean closed;

    KvSequence(BlockPool pool, int reservedBlocks) {
        this.pool = pool;
        this.ids = new int[reservedBlocks];
    }

    /** Makes sure that positions below {@code tokens} have a block. */
    public void grow(int tokens) {
        int needed = KvLayout.blocks(tokens);
        if (closed || needed > ids.length) {
            throw new IllegalStateException(tokens + " tokens don't fit " + ids.length + " reserved blocks");
        }
        while (taken < needed) {
            ids[taken] = pool.take();
            taken++;
        }
    }

    /** The id of the block that holds positions {@code 16·index} to {@code 16·index + 15}. */
    public int block(int index) {
        assert index < taken : "block " + index + " of " + taken;
        return ids[index];
    }

    int[] blockIds() {
        return Arrays.copyOf(ids, taken);
    }

    int reservedBlocks() {
        return closed ? 0 : ids.length - taken;
    }

    /** Gives every block and reservation back; a second call does nothing. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        pool.cancelReservation(reservedBlocks());
        closed = true;
        for (int i = taken - 1; i >= 0; i--) {
            pool.release(ids[i]);
        }
        taken = 0;
    }
}
