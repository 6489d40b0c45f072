package dev.stoa.engine.model;

import dev.stoa.engine.cache.KvLayout;
import dev.stoa.engine.cache.KvSequence;

/**
 * The rows of a step in groups for attention. Those of one sequence that follow each other see the same pages. So do, up
 * to a point, single rows of sequences that share their first blocks, as questions of one thread do: what is read and
 * widened once serves them all (Hydragen, arXiv 2402.05099). No number that comes out depends on the groups.
 *
 * <p>Filled by the engine thread before a step, read by the workers.
 */
final class AttentionTiles {
    /** With fewer blocks in common, two sequences are no gain together. */
    private static final int SHARED_MIN = 4;

    private final int rowsMax;
    private final boolean joins;
    /** Rows of the batch, tile after tile. */
    private final int[] order;
    /** Where each tile begins in {@link #order}; behind the last one, where that ends. */
    private final int[] begins;
    /** Tokens that all rows of a tile see in the same blocks. */
    private final int[] shared;

    private final int[] singles;
    private StepBatch batch = new StepBatch(0);
    private int tiles;
    private int ordered;

    /**
     * @param maxRows of a batch
     * @param rowsMax of a tile
     * @param joins whether to group rows of several sequences
     */
    AttentionTiles(int maxRows, int rowsMax, boolean joins) {
        this.rowsMax = rowsMax;
        this.joins = joins && rowsMax > 1;
        this.order = new int[maxRows];
        this.begins = new int[maxRows + 1];
        this.shared = new int[maxRows];
        this.singles = new int[maxRows];
    }

    /** Groups the rows of a batch. */
    void plan(StepBatch batch) {
        this.batch = batch;
        tiles = 0;
        ordered = 0;
        int alone = 0;
        for (int row = 0; row < batch.rows(); ) {
            int end = row + 1;
            while (end < batch.rows() && end - row < rowsMax && batch.sequence(end) == batch.sequence(row)) {
                assert batch.position(end) == batch.position(end - 1) + 1 : "row " + end + " leaves a gap";
                end++;
            }
            if (joins && end == row + 1) {
                singles[alone++] = row;
            } else {
                begin();
                for (; row < end; row++) {
                    order[ordered++] = row;
                }
                end(batch.position(end - 1) + 1);
            }
            row = end;
        }
        join(alone);
    }

    private void begin() {
        begins[tiles] = ordered;
    }

    private void end(int tokens) {
        shared[tiles++] = tokens;
        begins[tiles] = ordered;
    }

    /** Each single row that is left takes those along that share half of what it or they see. */
    private void join(int alone) {
        for (int i = 0; i < alone; i++) {
            int leader = singles[i];
            if (leader < 0) {
                continue;
            }
            begin();
            order[ordered++] = leader;
            int common = fullBlocks(leader);
            for (int j = i + 1; j < alone && ordered - begins[tiles] < rowsMax && common >= SHARED_MIN; j++) {
                int both = singles[j] < 0 ? 0 : common(leader, singles[j], common);
                if (both > 0) {
                    order[ordered++] = singles[j];
                    singles[j] = -1;
                    common = both;
                }
            }
            boolean joined = ordered - begins[tiles] > 1;
            end(joined ? common * KvLayout.TOKENS : batch.position(leader) + 1);
        }
    }

    /** Blocks that a row sees whole. */
    private int fullBlocks(int row) {
        return (batch.position(row) + 1) / KvLayout.TOKENS;
    }

    /** Blocks that two rows have in common, {@code most} at most, or 0 where they are too few. */
    private int common(int row, int other, int most) {
        KvSequence one = batch.sequence(row);
        KvSequence two = batch.sequence(other);
        int end = Math.min(most, fullBlocks(other));
        int least = Math.max(SHARED_MIN, Math.min(fullBlocks(row), fullBlocks(other)) / 2);
        // Most have nothing in common, or no more than a system prompt: one look is enough for them.
        if (end < least || one.block(least - 1) != two.block(least - 1)) {
            return 0;
        }
        int count = 0;
        while (count < end && one.block(count) == two.block(count)) {
            count++;
        }
        return count < least ? 0 : count;
    }

    int count() {
        return tiles;
    }

    /** Rows of a tile. */
    int rows(int tile) {
        return begins[tile + 1] - begins[tile];
    }

    /** The i-th row of a tile, as the batch counts them. */
    int row(int tile, int i) {
        return order[begins[tile] + i];
    }

    /** Tokens that all rows of a tile see in the same blocks, as far as each sees. */
    int shared(int tile) {
        return shared[tile];
    }

    KvSequence sequence(int tile, int i) {
        return batch.sequence(row(tile, i));
    }

    int position(int tile, int i) {
        return batch.position(row(tile, i));
    }
}
