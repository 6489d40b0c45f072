package dev.stoa.engine.cache;

/**
 * The numbers of keys and values, one array for each block of a {@link BlockPool}, laid out as {@link KvLayout} says. It
 * knows nothing of who owns a block. Memory is touched only once it is used: a block's array is made when it is first
 * written, and kept for its next owner.
 *
 * <p>For the engine thread; while a step runs, workers read blocks and write the places of their own rows.
 */
public final class KvStorage {
    private final KvLayout layout;
    private final int[][] blocks;

    /** @param count blocks of the pool */
    public KvStorage(KvLayout layout, int count) {
        this.layout = layout;
        this.blocks = new int[count][];
    }

    public KvLayout layout() {
        return layout;
    }

    /** Makes sure that a block can be written. */
    public void prepare(int id) {
        if (blocks[id] == null) {
            blocks[id] = new int[layout.blockWords()];
        }
    }

    /** A block that was {@link #prepare prepared}. */
    public int[] block(int id) {
        return blocks[id];
    }

    /** Copies all tokens of one block to another. */
    public void copy(int from, int to) {
        prepare(to);
        System.arraycopy(blocks[from], 0, blocks[to], 0, layout.blockWords());
    }
}
