package dev.stoa.engine.schedule;

import dev.stoa.engine.EngineOptions;

/**
 * The scheduler's part of {@link EngineOptions}; times in nanoseconds.
 *
 * @param maxRunning requests that run at once
 * @param maxRows rows of a step
 * @param interTokenNanos how long a step may take while somebody reads
 * @param gatherNanos how long to wait for company when idle
 * @param agingNanos after which a priority counts as one higher
 */
record SchedulerLimits(int maxRunning, int maxRows, long interTokenNanos, long gatherNanos, long agingNanos) {
    static SchedulerLimits of(EngineOptions options) {
        return new SchedulerLimits(
                options.maxRunning(),
                options.maxBatchTokens(),
                options.interTokenTarget().toNanos(),
                options.gatherWait().toNanos(),
                options.agingInterval().toNanos());
    }
}
