package dev.stoa.engine;

import java.util.List;
import java.util.Map;

/**
 * A snapshot of the engine's counters, for gauges and health checks. Counts are since load.
 *
 * @param running requests that compute now
 * @param waiting requests in the queue, preempted ones included
 * @param kvCacheUsage used share of the key and value memory, 0 to 1; what is only remembered counts as unused
 * @param kvBlocks blocks of key and value memory in all
 * @param kvBlockTokens tokens of a block
 * @param steps forward passes made
 * @param stepsBySize of the steps, at {@code i} those that computed more than 2ⁱ⁻¹ tokens and at most 2ⁱ
 * @param stepTokens tokens that all steps computed
 * @param promptTokens prompt tokens computed or found in the cache, each once
 * @param cachedTokens those of them that were found in the cache
 * @param generatedTokens tokens generated
 * @param draftedTokens tokens that were guessed
 * @param acceptedTokens those of them that were right
 * @param preemptions times that a running request had to make room
 * @param outcomes requests that ended, by how
 * @param rejections requests that were refused, by why
 * @param drainPerSecond requests that ended in a second lately; 0 if that isn't known
 * @param lastStepNanos {@link System#nanoTime} at the end of the last step
 */
public record EngineMetrics(
        int running,
        int waiting,
        double kvCacheUsage,
        int kvBlocks,
        int kvBlockTokens,
        long steps,
        List<Long> stepsBySize,
        long stepTokens,
        long promptTokens,
        long cachedTokens,
        long generatedTokens,
        long draftedTokens,
        long acceptedTokens,
        long preemptions,
        Map<Generation.Finish, Long> outcomes,
        Map<EngineRejectedException.Reason, Long> rejections,
        double drainPerSecond,
        long lastStepNanos) {
    /** Of an engine that has done nothing yet. */
    public static final EngineMetrics NONE =
            new EngineMetrics(0, 0, 0, 0, 0, 0, List.of(), 0, 0, 0, 0, 0, 0, 0, Map.of(), Map.of(), 0, 0);

    public EngineMetrics {
        stepsBySize = List.copyOf(stepsBySize);
        outcomes = Map.copyOf(outcomes);
        rejections = Map.copyOf(rejections);
    }
}
