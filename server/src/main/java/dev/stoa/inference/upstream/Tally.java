package dev.stoa.inference.upstream;

import dev.stoa.inference.TokenUsage;

/**
 * Tokens of one answer: what the upstream reports, and until it does (or where it never does, or the answer is cut off) a
 * count of our own: the estimated prompt, and a token for every piece of text, or for every four characters where pieces
 * are larger, never more than were asked for. One writer, any readers.
 */
final class Tally {
    private static final int CHARACTERS_PER_TOKEN = 4;

    private final int estimatedInput;
    private final int maxOutput;
    private long pieces;
    private long characters;
    private long thoughtPieces;
    private boolean thinkingKnown;
    private boolean inputKnown;
    private boolean outputKnown;
    private volatile TokenUsage usage;

    /** @param maxOutput the most tokens of the answer */
    Tally(int estimatedInput, int maxOutput) {
        this.estimatedInput = estimatedInput;
        this.maxOutput = maxOutput;
        this.usage = new TokenUsage(estimatedInput, 0, 0);
    }

    /** A piece of output, shown or not. */
    void piece(String text) {
        pieces++;
        characters += text.length();
        if (!outputKnown) {
            int counted = (int) Math.min(maxOutput, Math.max(pieces, characters / CHARACTERS_PER_TOKEN));
            usage = usage.withOutput(counted, usage.thinkingTokens());
        }
    }

    /** A piece of what the model thinks. */
    void thought(String text) {
        piece(text);
        thoughtPieces++;
        if (!thinkingKnown) {
            thinking(thoughtPieces);
        }
    }

    /** What of the answer so far was thinking, as the upstream counts it. */
    void thoughtTokens(long tokens) {
        if (tokens >= 0 && tokens <= usage.outputTokens()) {
            thinkingKnown = true;
            thinking(tokens);
        }
    }

    private void thinking(long tokens) {
        usage = usage.withOutput(usage.outputTokens(), (int) Math.min(usage.outputTokens(), tokens));
    }

    /** The prompt as the upstream counts it, where it doesn't tell what it remembers. */
    void input(long tokens, long cached) {
        input(tokens, cached, 0);
    }

    /** The prompt as the upstream counts it; a nonsensical count is not taken. */
    void input(long tokens, long cached, long written) {
        if (tokens > 0 && tokens <= Integer.MAX_VALUE && cached >= 0 && written >= 0 && cached + written <= tokens) {
            inputKnown = true;
            usage = new TokenUsage(
                    (int) tokens, (int) cached, (int) written, usage.outputTokens(), usage.thinkingTokens());
        }
    }

    /** The answer so far as the upstream counts it, final ones only: a stream's first count is a placeholder. */
    void output(long tokens) {
        if (tokens >= 0 && tokens <= Integer.MAX_VALUE) {
            outputKnown = true;
            usage = usage.withOutput((int) tokens, (int) Math.min(tokens, usage.thinkingTokens()));
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
