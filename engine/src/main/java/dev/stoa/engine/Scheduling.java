package dev.stoa.engine;

import java.time.Duration;
import java.util.Optional;

/**
 * When a request is served, and for whom.
 *
 * @param priority goes before lower ones
 * @param tenant whose share the request counts against: inside a priority, tenants that wait are served evenly, whoever
 *     sends more. Tenants share no cached prefixes.
 * @param timeLimit from submission; what isn't finished by then ends as {@link Generation.Finish#EXPIRED}
 */
public record Scheduling(Priority priority, String tenant, Optional<Duration> timeLimit) {
    /** Standard priority, one tenant for all, no time limit. */
    public static final Scheduling DEFAULT = new Scheduling(Priority.STANDARD, "", Optional.empty());

    /** @throws IllegalArgumentException if the time limit isn't positive */
    public Scheduling {
        if (timeLimit.isPresent() && !timeLimit.get().isPositive()) {
            throw new IllegalArgumentException("a time limit must be positive");
        }
    }

    public Scheduling withPriority(Priority value) {
        return new Scheduling(value, tenant, timeLimit);
    }

    public Scheduling withTenant(String value) {
        return new Scheduling(priority, value, timeLimit);
    }

    public Scheduling withTimeLimit(Duration value) {
        return new Scheduling(priority, tenant, Optional.of(value));
    }
}
