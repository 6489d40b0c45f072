package dev.stoa.usage;

import dev.stoa.identity.Caller;
import dev.stoa.inference.Outcome;
import dev.stoa.inference.Reuse;
import dev.stoa.inference.StopReason;
import dev.stoa.inference.TokenUsage;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a request was, once it has ended: the ledger's entry.
 *
 * @param at when it came
 * @param requestedModel as the caller named it, an alias perhaps; {@link #UNKNOWN_MODEL} as for {@code model}
 * @param model the model's own name; {@link #UNKNOWN_MODEL} where the caller named none that exists
 * @param stopReason why the model stopped, where it did
 * @param tokens what was computed for it
 * @param reusedTokens of its answer, prompt included, that were not: they came from the cache, or were computed for
 *     another request
 * @param cost in billionths of a dollar, at the prices of the time
 * @param queued in the worker's own queue; null where it does not tell
 * @param accepted from {@code at} until a worker had taken it; null if none did
 * @param firstToken from {@code at} until its first text; null if there was none
 * @param total from {@code at} until the end
 */
public record UsageEvent(
        String requestId,
        Instant at,
        Caller caller,
        String surface,
        Operation operation,
        String requestedModel,
        String model,
        Outcome outcome,
        @Nullable StopReason stopReason,
        TokenUsage tokens,
        Reuse reuse,
        int reusedTokens,
        long cost,
        @Nullable Duration queued,
        @Nullable Duration accepted,
        @Nullable Duration firstToken,
        Duration total) {

    /** Stands for whatever a caller may have invented, so that labels and ledger stay bounded. */
    public static final String UNKNOWN_MODEL = "unknown";
}
