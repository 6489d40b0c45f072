package dev.stoa.inference;

/** Tokens of one request. {@code inputTokens} includes the {@code cachedTokens} that were not computed again. */
public record TokenUsage(int inputTokens, int cachedTokens, int outputTokens) {
    public static final TokenUsage NONE = new TokenUsage(0, 0, 0);
}
