package dev.stoa.admission;

/**
 * What may begin within any 60 seconds, and what may be on its way at once. {@link #UNLIMITED} where there is no bound.
 *
 * @param requests at least 1
 * @param inputTokens of prompts, cached ones included
 * @param outputTokens of answers
 * @param inFlight requests at once, at least 1
 */
public record RateLimits(long requests, long inputTokens, long outputTokens, long inFlight) {
    public static final long UNLIMITED = Long.MAX_VALUE;
    public static final RateLimits NONE = new RateLimits(UNLIMITED, UNLIMITED, UNLIMITED, UNLIMITED);

    /** @throws IllegalArgumentException if a bound is below 1 */
    public RateLimits {
        if (requests < 1 || inputTokens < 1 || outputTokens < 1 || inFlight < 1) {
            throw new IllegalArgumentException("a limit must be at least 1");
        }
    }

    boolean isNone() {
        return equals(NONE);
    }
}
