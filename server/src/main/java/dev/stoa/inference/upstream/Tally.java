package dev.stoa.inference.upstream;

import dev.stoa.inference.TokenUsage;

/**
 * Tokens of one answer: what the upstream reports, and until it does (or where it never does, or the answer is cut off) a
 * count of our own: the estimated prompt, and a token for every piece of text, or for every four characters where pieces
 * are larger. One writer, any readers.
 */
final class Tally {
    private static final int CHARACTERS_PER_TOKEN = 4;

    private final int estimatedInput;
    private long pieces;
    private long characters;
    private boolean inputKnown;
    private boolean outputKnown;
    private volatile TokenUsage usage;

    Tally(int estimatedInput) {
        this.estimatedInput = estimatedInput;
        this.usage = new TokenUsage(estimatedInput, 0, 0);
    }

    /** A piece of output, shown or not. */
    void piece(String text) {
        pieces++;
        characters += text.length();
        if (!outputKnown) {
            int counted = (int) Math.min(Integer.MAX_VALUE, Math.max(pieces, characters / CHARACTERS_PER_TOKEN));
            usage = new TokenUsage(usage.inputTokens(), usage.cachedTokens(), counted);
        }
    }

    /** The prompt as the upstream counts it; a nonsensical count is not taken. */
    void input(long tokens, long cached) {
        if (tokens > 0 && tokens <= Integer.MAX_VALUE && cached >= 0 && cached <= tokens) {
            inputKnown = true;
            usage = new TokenUsage((int) tokens, (int) cached, usage.outputTokens());
        }
    }

    /** The answer so far as the upstream counts it, final ones only: a stream's first count is a placeholder. */
    void output(long tokens) {
        if (tokens >= 0 && tokens <= Integer.MAX_VALUE) {
            outputKnown = true;
            usage = new TokenUsage(usage.inputTokens(), usage.cachedTokens(), (int) tokens);
        }
    }

    /** The estimate, or the upstream's count where it came. */
    int inputTokens() {
        return inputKnown ? usage.inputTokens() : estimatedInput;
    }

    TokenUsage usage() {
        return usage;
    }
}
