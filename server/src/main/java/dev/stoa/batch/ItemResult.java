package dev.stoa.batch;

import org.jspecify.annotations.Nullable;

/**
 * How an item ended.
 *
 * @param state one of the ends
 * @param requestId of its last try; null if it never ran
 * @param status the protocol's HTTP status; 0 if it never ran
 * @param body what the protocol answered, a JSON object; null if it never ran
 */
public record ItemResult(
        String customId,
        ItemState state,
        @Nullable String requestId,
        int status,
        @Nullable String body) {}
