package dev.stoa.engine.schedule;

import dev.stoa.engine.EngineMetrics;
import dev.stoa.engine.cache.BlockPool;
import java.util.function.LongSupplier;

/** Counts what the engine thread does. Written by it alone, read by anyone. */
final class StepCounters {
    private final Arrivals arrivals;
    private final LongSupplier nanoTime;
    private EngineMetrics last;

    StepCounters(Arrivals arrivals, LongSupplier nanoTime) {
        this.arrivals = arrivals;
        this.nanoTime = nanoTime;
        this.last = new EngineMetrics(0, 0, 0, 0, 0, 0, nanoTime.getAsLong());
    }

    /** After a forward pass. */
    synchronized void step(int promptTokens, int generatedTokens) {
        last = new EngineMetrics(
                last.running(),
                0,
                last.kvCacheUsage(),
                last.steps() + 1,
                last.promptTokens() + promptTokens,
                last.generatedTokens() + generatedTokens,
                nanoTime.getAsLong());
    }

    /** After the requests that ended have left. */
    synchronized void update(int running, BlockPool pool) {
        arrivals.running(running);
        last = new EngineMetrics(
                running,
                0,
                (double) pool.used() / pool.total(),
                last.steps(),
                last.promptTokens(),
                last.generatedTokens(),
                last.lastStepNanos());
    }

    EngineMetrics snapshot() {
        int waiting = arrivals.size();
        synchronized (this) {
            return new EngineMetrics(
                    last.running(),
                    waiting,
                    last.kvCacheUsage(),
                    last.steps(),
                    last.promptTokens(),
                    last.generatedTokens(),
                    last.lastStepNanos());
        }
    }
}
