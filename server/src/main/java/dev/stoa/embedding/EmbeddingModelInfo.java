package dev.stoa.embedding;

import java.time.Instant;

/** An embedding model as callers see it: {@code tokensMax} is its longest text, {@code createdAt} when it was published. */
public record EmbeddingModelInfo(String id, int dimensions, int tokensMax, Instant createdAt) {}
