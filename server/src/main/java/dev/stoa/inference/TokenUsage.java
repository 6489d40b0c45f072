package dev.stoa.inference;

/** Tokens of one request. {@code inputTokens} includes the {@code cachedTokens} that were not computed again. */
public record TokenUsage(int inputTokens, int cachedTokens, int outputTokens) {
    public static final TokenUsage NONE = new TokenUsage(0, 0, 0);

    public TokenUsage plus(TokenUsage other) {
        return new TokenUsage(
                inputTokens + other.inputTokens, cachedTokens + other.cachedTokens, outputTokens + other.outputTokens);
    }

    /** What a part of a request adds whose prompt another part has counted. */
    public TokenUsage outputOnly() {
        return new TokenUsage(0, 0, outputTokens);
    }
}
