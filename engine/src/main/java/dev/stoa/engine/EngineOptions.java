package dev.stoa.engine;

import java.time.Duration;
import java.util.OptionalInt;

/**
 * What an engine may use, and what it aims at. Every option has a default; {@link #builder} begins with them.
 *
 * @param threads threads that compute, at least 1
 * @param contextLength the longest prompt plus output in tokens; absent means the model's own, capped by memory
 * @param maxRunning the most requests that run at once
 * @param maxQueued the most requests that wait for a place; one more is refused. One tenant alone can have three
 *     quarters of them, so that others still get in.
 * @param maxQueuedTokens the most prompt tokens that wait
 * @param kvCacheBytes memory for keys and values of all running requests together
 * @param kvType what keys and values are kept as
 * @param maxBatchTokens the most token rows computed in one step
 * @param interTokenTarget how long a step may take while somebody reads a stream: prompts are computed in pieces small
 *     enough for it, by what steps have taken so far
 * @param gatherWait how long an idle engine waits after a first request for others to join it
 * @param agingInterval how long a priority waits at most for a turn, for each priority above it
 * @param speculativeTokens how many next tokens are guessed from the text so far and checked in the same step, 0 to 8;
 *     with few requests at once that is faster where answers repeat their prompts, and never changes an output
 * @param prefixCache whether keys and values are remembered after a request, for others of its tenant that begin alike
 */
public record EngineOptions(
        int threads,
        OptionalInt contextLength,
        int maxRunning,
        int maxQueued,
        int maxQueuedTokens,
        long kvCacheBytes,
        KvType kvType,
        int maxBatchTokens,
        Duration interTokenTarget,
        Duration gatherWait,
        Duration agingInterval,
        int speculativeTokens,
        boolean prefixCache) {

    /** More gain little on a processor, and each would read slower. */
    private static final int MAX_RUNNING = 16;

    /** At the usual seconds for an answer nobody would wait for a longer queue. */
    private static final int MAX_QUEUED = 256;

    /** 4 MB, and minutes of work for any processor. */
    private static final int MAX_QUEUED_TOKENS = 1 << 20;

    private static final long KV_CACHE_BYTES = 1L << 30;

    /** Where a matrix product is as fast as it gets. */
    private static final int MAX_BATCH_TOKENS = 256;

    /** Ten tokens a second: faster than people read. */
    private static final Duration INTER_TOKEN_TARGET = Duration.ofMillis(100);

    /** Several short answers long, so that the classes still matter; short enough that a job's progress can be seen. */
    private static final Duration AGING_INTERVAL = Duration.ofSeconds(5);

    /** Longer guesses are seldom right to their end. */
    public static final int SPECULATIVE_TOKENS_MAX = 8;

    /** @throws IllegalArgumentException naming the option that is out of range */
    public EngineOptions {
        require(threads >= 1, "threads must be at least 1");
        require(contextLength.isEmpty() || contextLength.getAsInt() >= 2, "contextLength must be at least 2");
        require(maxRunning >= 1, "maxRunning must be at least 1");
        require(maxQueued >= 0, "maxQueued must not be negative");
        require(maxQueuedTokens >= 1, "maxQueuedTokens must be at least 1");
        require(kvCacheBytes >= 1, "kvCacheBytes must be at least 1");
        require(maxBatchTokens >= 1, "maxBatchTokens must be at least 1");
        require(interTokenTarget.isPositive(), "interTokenTarget must be positive");
        require(!gatherWait.isNegative(), "gatherWait must not be negative");
        require(agingInterval.isPositive(), "agingInterval must be positive");
        require(
                speculativeTokens >= 0 && speculativeTokens <= SPECULATIVE_TOKENS_MAX,
                "speculativeTokens must be between 0 and " + SPECULATIVE_TOKENS_MAX);
    }

    /** With the default targets. */
    public EngineOptions(
            int threads,
            OptionalInt contextLength,
            int maxRunning,
            int maxQueued,
            long kvCacheBytes,
            int maxBatchTokens) {
        this(
                threads,
                contextLength,
                maxRunning,
                maxQueued,
                MAX_QUEUED_TOKENS,
                kvCacheBytes,
                KvType.BF16,
                maxBatchTokens,
                INTER_TOKEN_TARGET,
                Duration.ZERO,
                AGING_INTERVAL,
                0,
                true);
    }

    /** All cores, 16 running and 256 waiting requests, 1 GiB of keys and values, 256 rows a step, 100 ms a token. */
    public static EngineOptions defaults() {
        return builder().build();
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }

    /** A builder that holds the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** Collects options; each is described at {@link EngineOptions}. Not thread-safe. */
    public static final class Builder {
        private int threads = Runtime.getRuntime().availableProcessors();
        private OptionalInt contextLength = OptionalInt.empty();
        private int maxRunning = MAX_RUNNING;
        private int maxQueued = MAX_QUEUED;
        private int maxQueuedTokens = MAX_QUEUED_TOKENS;
        private long kvCacheBytes = KV_CACHE_BYTES;
        private KvType kvType = KvType.BF16;
        private int maxBatchTokens = MAX_BATCH_TOKENS;
        private Duration interTokenTarget = INTER_TOKEN_TARGET;
        private Duration gatherWait = Duration.ZERO;
        private Duration agingInterval = AGING_INTERVAL;
        private int speculativeTokens;
        private boolean prefixCache = true;

        private Builder() {}

        public Builder threads(int value) {
            threads = value;
            return this;
        }

        public Builder contextLength(int value) {
            contextLength = OptionalInt.of(value);
            return this;
        }

        public Builder maxRunning(int value) {
            maxRunning = value;
            return this;
        }

        public Builder maxQueued(int value) {
            maxQueued = value;
            return this;
        }

        public Builder maxQueuedTokens(int value) {
            maxQueuedTokens = value;
            return this;
        }

        public Builder kvCacheBytes(long value) {
            kvCacheBytes = value;
            return this;
        }

        public Builder maxBatchTokens(int value) {
            maxBatchTokens = value;
            return this;
        }

        public Builder interTokenTarget(Duration value) {
            interTokenTarget = value;
            return this;
        }

        public Builder gatherWait(Duration value) {
            gatherWait = value;
            return this;
        }

        public Builder agingInterval(Duration value) {
            agingInterval = value;
            return this;
        }

        public Builder kvType(KvType value) {
            kvType = value;
            return this;
        }

        public Builder speculativeTokens(int value) {
            speculativeTokens = value;
            return this;
        }

        public Builder prefixCache(boolean value) {
            prefixCache = value;
            return this;
        }

        /** @throws IllegalArgumentException naming the option that is out of range */
        public EngineOptions build() {
            return new EngineOptions(
                    threads,
                    contextLength,
                    maxRunning,
                    maxQueued,
                    maxQueuedTokens,
                    kvCacheBytes,
                    kvType,
                    maxBatchTokens,
                    interTokenTarget,
                    gatherWait,
                    agingInterval,
                    speculativeTokens,
                    prefixCache);
        }
    }
}
