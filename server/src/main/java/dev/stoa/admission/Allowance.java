package dev.stoa.admission;

import java.util.function.Function;
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

    /** Of each part the one with less left. */
    Allowance and(Allowance other) {
        return new Allowance(
                nearer(other, Allowance::requests),
                nearer(other, Allowance::inputTokens),
                nearer(other, Allowance::outputTokens));
    }

    private @Nullable Part nearer(Allowance other, Function<Allowance, @Nullable Part> part) {
        Part mine = part.apply(this);
        Part theirs = part.apply(other);
        if (mine == null || theirs == null) {
            return mine == null ? theirs : mine;
        }
        return theirs.remaining() < mine.remaining() ? theirs : mine;
    }
}
