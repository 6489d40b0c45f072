package dev.stoa.admission;

import org.jspecify.annotations.Nullable;

/** What a caller may still ask within the minute, by the limit that is nearest; a part is null where nothing limits it. */
public record Allowance(
        @Nullable Part requests,
        @Nullable Part inputTokens,
        @Nullable Part outputTokens) {
    public static final Allowance UNKNOWN = new Allowance(null, null, null);

    /**
     * One limit.
     *
     * @param remaining what may begin now
     * @param atMillis when this was so; Unix time
     * @param fullMillis how long from then until the whole limit is free again, if nothing is asked meanwhile
     */
    public record Part(long limit, long remaining, long atMillis, long fullMillis) {}

    /** Of the tokens in and out the part with less left. */
    public @Nullable Part tokens() {
        return nearer(inputTokens, outputTokens);
    }

    /** Of each part the one with less left. */
    Allowance and(Allowance other) {
        return new Allowance(
                nearer(requests, other.requests),
                nearer(inputTokens, other.inputTokens),
                nearer(outputTokens, other.outputTokens));
    }

    private static @Nullable Part nearer(@Nullable Part one, @Nullable Part other) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        return other.remaining() < one.remaining() ? other : one;
    }
}
