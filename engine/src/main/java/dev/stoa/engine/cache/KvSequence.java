package dev.stoa.engine.cache;

import java.util.Arrays;

/**
 * The keys and values of one sequence: a table of blocks in the order of its tokens. Owned by the engine thread; while a
 * step runs, workers read blocks and write the places of their own rows.
 */
public final class KvSequence implements AutoCloseable {
    private final KvPool pool;
    private final int[] ids;
    private final float[][] data;
    private int taken;
    private boolean closed;

    KvSequence(KvPool pool, int reservedBlocks) {
        this.pool = pool;
        this.ids = new int[reservedBlocks];
        this.data = new float[reservedBlocks][];
    }

    /** Makes sure that positions below {@code tokens} have a block. */
    public void grow(int tokens) {
        int needed = KvLayout.blocks(tokens);
        if (closed || needed > ids.length) {
            throw new IllegalStateException(tokens + " tokens don't fit " + ids.length + " reserved blocks");
        }
        while (taken < needed) {
            ids[taken] = pool.take();
            data[taken] = pool.data(ids[taken]);
            taken++;
        }
    }

    /** The block that holds positions {@code 16·index} to {@code 16·index + 15}; laid out as {@link KvLayout} says. */
    public float[] block(int index) {
        return data[index];
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
            data[i] = new float[0];
        }
        taken = 0;
    }
}
