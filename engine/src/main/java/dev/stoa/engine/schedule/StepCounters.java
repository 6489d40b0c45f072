package dev.stoa.engine.schedule;

import dev.stoa.engine.EngineMetrics;
import dev.stoa.engine.Generation.Finish;
import dev.stoa.engine.cache.BlockPool;
import dev.stoa.engine.cache.KvLayout;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.LongSupplier;

/** Counts what the engine thread does. Written by it alone, read by anyone. */
final class StepCounters {
    private final Arrivals arrivals;
    private final DrainRate drain;
    private final LongSupplier nanoTime;
    private final Map<Finish, Long> outcomes = new EnumMap<>(Finish.class);
    private int running;
    private int preempted;
    private int blocks;
    private int usedBlocks;
    /** See {@link EngineMetrics#stepsBySize}; as long as the largest step so far wants. */
    private long[] stepsBySize = {};

    private long steps;
    private long stepTokens;
    private long promptTokens;
    private long cachedTokens;
    private long generatedTokens;
    private long draftedTokens;
    private long acceptedTokens;
    private long preemptions;
    private long lastStepNanos;

    StepCounters(Arrivals arrivals, DrainRate drain, LongSupplier nanoTime) {
        this.arrivals = arrivals;
        this.drain = drain;
        this.nanoTime = nanoTime;
        this.lastStepNanos = nanoTime.getAsLong();
    }

    /**
     * After a forward pass.
     *
     * @param tokens all that it computed
     * @param prompt those of prompts that it computed for the first time
     */
    synchronized void step(int tokens, int prompt, int generated) {
        int size = Integer.SIZE - Integer.numberOfLeadingZeros(Math.max(0, tokens - 1));
        if (size >= stepsBySize.length) {
            stepsBySize = Arrays.copyOf(stepsBySize, size + 1);
        }
        stepsBySize[size]++;
        stepTokens += tokens;
        steps++;
        promptTokens += prompt;
        generatedTokens += generated;
        lastStepNanos = nanoTime.getAsLong();
    }

    /** So many tokens of a prompt were found. */
    synchronized void found(int tokens) {
        promptTokens += tokens;
        cachedTokens += tokens;
    }

    /** So many guesses were checked, and so many right. */
    synchronized void guessed(int drafted, int accepted) {
        draftedTokens += drafted;
        acceptedTokens += accepted;
    }

    synchronized void preempted() {
        preemptions++;
    }

    synchronized void ended(Finish finish) {
        outcomes.merge(finish, 1L, Long::sum);
        drain.ended(nanoTime.getAsLong());
    }

    /** After the requests that ended have left. */
    synchronized void update(int runningNow, int preemptedNow, BlockPool pool) {
        arrivals.running(runningNow);
        running = runningNow;
        preempted = preemptedNow;
        blocks = pool.total();
        usedBlocks = pool.used();
    }

    EngineMetrics snapshot() {
        int queued = arrivals.size();
        double rate = drain.perSecond(nanoTime.getAsLong());
        synchronized (this) {
            return new EngineMetrics(
                    running,
                    queued + preempted,
                    blocks == 0 ? 0 : (double) usedBlocks / blocks,
                    blocks,
                    KvLayout.TOKENS,
                    steps,
                    Arrays.stream(stepsBySize).boxed().toList(),
                    stepTokens,
                    promptTokens,
                    cachedTokens,
                    generatedTokens,
                    draftedTokens,
                    acceptedTokens,
                    preemptions,
                    outcomes,
                    arrivals.rejections(),
                    rate,
                    lastStepNanos);
        }
    }
}
