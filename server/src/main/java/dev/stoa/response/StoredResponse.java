package dev.stoa.response;

import org.jspecify.annotations.Nullable;

/**
 * A response that is kept.
 *
 * @param previousId of the one that it was built upon
 * @param input the items it was asked with, a JSON list in ASCII
 * @param body as the protocol shows it, a JSON object in ASCII
 * @param eventsKept whether its events can be read again
 */
public record StoredResponse(
        String id,
        @Nullable String previousId,
        boolean background,
        ResponseStatus status,
        String input,
        String body,
        boolean eventsKept) {}
