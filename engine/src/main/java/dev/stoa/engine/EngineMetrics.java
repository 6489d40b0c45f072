package dev.stoa.engine;

/**
 * A snapshot of the engine's counters, for gauges and health checks.
 *
 * @param running requests that compute now
 * @param waiting requests in the queue
 * @param kvCacheUsage used share of the key and value memory, 0 to 1
 * @param steps forward passes made since load
 * @param promptTokens prompt tokens computed since load
 * @param generatedTokens tokens generated since load
 * @param lastStepNanos {@link System#nanoTime} at the end of the last step
 */
public record EngineMetrics(
        int running,
        int waiting,
        double kvCacheUsage,
        long steps,
        long promptTokens,
        long generatedTokens,
        long lastStepNanos) {}
