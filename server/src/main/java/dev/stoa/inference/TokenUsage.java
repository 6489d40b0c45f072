package dev.stoa.inference;

/**
 * Tokens of one request.
 *
 * @param inputTokens with the {@code cachedTokens} that were not computed again
 * @param outputTokens with the {@code thinkingTokens} that the model thought before it answered
 */
public record TokenUsage(int inputTokens, int cachedTokens, int outputTokens, int thinkingTokens) {
    public static final TokenUsage NONE = new TokenUsage(0, 0, 0);

    /** Of an answer without thinking. */
    public TokenUsage(int inputTokens, int cachedTokens, int outputTokens) {
        this(inputTokens, cachedTokens, outputTokens, 0);
    }

    public TokenUsage plus(TokenUsage other) {
        return new TokenUsage(
                inputTokens + other.inputTokens,
                cachedTokens + other.cachedTokens,
                outputTokens + other.outputTokens,
                thinkingTokens + other.thinkingTokens);
    }

    /** What came after {@code earlier}. */
    public TokenUsage minus(TokenUsage earlier) {
        return new TokenUsage(
                inputTokens - earlier.inputTokens,
                cachedTokens - earlier.cachedTokens,
                outputTokens - earlier.outputTokens,
                thinkingTokens - earlier.thinkingTokens);
    }

    /** What a part of a request adds whose prompt another part has counted. */
    public TokenUsage outputOnly() {
        return new TokenUsage(0, 0, outputTokens, thinkingTokens);
    }
}
