package dev.stoa.engine.schedule;

import dev.stoa.engine.cache.BlockPool;
import dev.stoa.engine.cache.KvLayout;
import dev.stoa.engine.cache.KvSequence;
import dev.stoa.engine.model.StepBatch;
import dev.stoa.engine.model.Transformer;
import java.time.Duration;

/**
 * Runs the model on nothing, so that the just-in-time compiler is done with the kernels before the first request: its
 * first token would take most of a second more. Used once, before the engine thread starts.
 */
final class WarmUp {
    /** Long enough for the hot loops to be compiled on a small model; a large one makes its one step and is warm. */
    private static final Duration TIME_MAX = Duration.ofMillis(500);

    private static final int STEPS_MAX = 200;
    private static final int ROWS_MAX = 16;

    private final Transformer transformer;
    private final BlockPool pool;
    private final int rows;

    WarmUp(Transformer transformer, BlockPool pool, int maxRows) {
        this.transformer = transformer;
        this.pool = pool;
        this.rows = Math.min(Math.min(ROWS_MAX, maxRows), pool.total() * KvLayout.TOKENS);
    }

    void run() {
        long end = System.nanoTime() + TIME_MAX.toNanos();
        try (KvSequence sequence = new KvSequence(pool)) {
            boolean fits = sequence.grow(rows);
            assert fits : "the pool is used already";
            StepBatch batch = new StepBatch(rows);
            for (int step = 0; step < STEPS_MAX && (step < 2 || System.nanoTime() - end < 0); step++) {
                fill(batch, sequence, step % 2 == 0 ? rows : 1);
                transformer.forward(batch);
            }
        }
    }

    private static void fill(StepBatch batch, KvSequence sequence, int count) {
        batch.clear();
        for (int position = 0; position < count; position++) {
            batch.add(sequence, position, 0, position == count - 1);
        }
    }
}
