package dev.stoa.safety;

import dev.stoa.inference.Refusal;
import dev.stoa.inference.StopReason;
import dev.stoa.inference.TokenStream;
import dev.stoa.inference.TokenUsage;
import java.time.Duration;

/** The answer to a request that safety refused before any model saw it: it begins and ends, without text. */
final class RefusedStream implements TokenStream {
    private final TokenUsage usage;
    private final Refusal refusal;
    private int events;

    RefusedStream(int inputTokens, Refusal refusal) {
        this.usage = new TokenUsage(inputTokens, 0, 0);
        this.refusal = refusal;
    }

    @Override
    public Event next(Duration timeout) {
        return switch (events++) {
            case 0 -> new Started(usage.inputTokens(), 0);
            case 1 -> new Finished(StopReason.REFUSAL, null, usage);
            default -> throw new IllegalStateException("the stream has ended");
        };
    }

    @Override
    public TokenUsage usage() {
        return usage;
    }

    @Override
    public Refusal refusal() {
        return refusal;
    }

    @Override
    public void close() {
        // Nothing runs.
    }
}
