package dev.stoa.idempotency;

/** An answer, whole. */
public record KeptAnswer(int status, String contentType, byte[] body) {}
