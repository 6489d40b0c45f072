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
 * @param draftTokens guesses that are computed along with a request's next token
 */
record SchedulerLimits(
        int maxRunning, int maxRows, long interTokenNanos, long gatherNanos, long agingNanos, int draftTokens) {
    /**
     * Rows of a step up to which guesses are added to it. Few rows cost little more than one, as all weights are read
     * anyway; in a larger step a wrong guess costs what a right one saves.
     */
    static final int DRAFT_ROWS_MAX = 16;

    /** Without guesses. */
    SchedulerLimits(int maxRunning, int maxRows, long interTokenNanos, long gatherNanos, long agingNanos) {
        this(maxRunning, maxRows, interTokenNanos, gatherNanos, agingNanos, 0);
    }

    /** Rows of a step that can need logits. */
    int maxLogits() {
        return Math.min(maxRows, maxRunning + (draftTokens > 0 ? DRAFT_ROWS_MAX : 0));
    }

    static SchedulerLimits of(EngineOptions options) {
        return new SchedulerLimits(
                options.maxRunning(),
                options.maxBatchTokens(),
                options.interTokenTarget().toNanos(),
                options.gatherWait().toNanos(),
                options.agingInterval().toNanos(),
                options.speculativeTokens());
    }
}
