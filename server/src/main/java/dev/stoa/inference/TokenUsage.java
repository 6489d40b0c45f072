package dev.stoa.inference;

/**
 * Tokens of one request.
 *
 * @param inputTokens with the {@code cachedTokens} that were not computed again, and the {@code writtenTokens} that were
 *     and are remembered for later requests; what is neither was computed and is not remembered, or nobody says
 * @param outputTokens with the {@code thinkingTokens} that the model thought before it answered
 */
public record TokenUsage(int inputTokens, int cachedTokens, int writtenTokens, int outputTokens, int thinkingTokens) {
    public static final TokenUsage NONE = new TokenUsage(0, 0, 0);

    /** Where nobody says what is remembered. */
    public TokenUsage(int inputTokens, int cachedTokens, int outputTokens, int thinkingTokens) {
        this(inputTokens, cachedTokens, 0, outputTokens, thinkingTokens);
    }

    /** Of an answer without thinking. */
    public TokenUsage(int inputTokens, int cachedTokens, int outputTokens) {
        this(inputTokens, cachedTokens, outputTokens, 0);
    }

    public TokenUsage plus(TokenUsage other) {
        return new TokenUsage(
                inputTokens + other.inputTokens,
                cachedTokens + other.cachedTokens,
                writtenTokens + other.writtenTokens,
                outputTokens + other.outputTokens,
                thinkingTokens + other.thinkingTokens);
    }

    /** What came after {@code earlier}. */
    public TokenUsage minus(TokenUsage earlier) {
        return new TokenUsage(
                inputTokens - earlier.inputTokens,
                cachedTokens - earlier.cachedTokens,
                writtenTokens - earlier.writtenTokens,
                outputTokens - earlier.outputTokens,
                thinkingTokens - earlier.thinkingTokens);
    }

    /** The same prompt with another count of the answer. */
    public TokenUsage withOutput(int output, int thinking) {
        return new TokenUsage(inputTokens, cachedTokens, writtenTokens, output, thinking);
    }

    /** What a part of a request adds whose prompt another part has counted. */
    public TokenUsage outputOnly() {
        return new TokenUsage(0, 0, outputTokens, thinkingTokens);
    }
}
