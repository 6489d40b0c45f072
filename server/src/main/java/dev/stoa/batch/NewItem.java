package dev.stoa.batch;

/**
 * An item that comes in.
 *
 * @param customId the caller's own name for it, once in a batch
 * @param body the request, a JSON object
 */
public record NewItem(String customId, String body) {}
