package dev.stoa.inference.routing;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How many retries this server may make: each first attempt earns a part of one, each retry spends one, and what is
 * saved up is bounded by the reserve that it begins with. When all that a server asks fails, it asks little more than
 * before. Thread-safe.
 */
final class RetryBudget {
    private static final long ONE = 1000;

    private final long earned;
    private final long max;
    private final AtomicLong saved;

    RetryBudget(double share, int reserve) {
        this.earned = Math.round(share * ONE);
        this.max = reserve * ONE;
        this.saved = new AtomicLong(max);
    }

    void firstAttempt() {
        if (earned > 0) {
            saved.accumulateAndGet(earned, (before, more) -> Math.min(max, before + more));
        }
    }

    boolean tryRetry() {
        return saved.getAndUpdate(before -> before >= ONE ? before - ONE : before) >= ONE;
    }
}
