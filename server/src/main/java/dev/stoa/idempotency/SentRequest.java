package dev.stoa.idempotency;

/**
 * What makes a request the same as another.
 *
 * @param target method, path and query
 * @param digest SHA-256 of the body
 * @param bytes of the body
 */
public record SentRequest(String target, byte[] digest, long bytes) {}
