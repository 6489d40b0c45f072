package dev.stoa.inference;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A stream around another one. All that it is asked beside its events goes on to the inner one, so that a layer can't
 * lose a figure of the ledger by leaving a method out.
 */
public abstract class ForwardingStream implements TokenStream {
    protected final TokenStream inner;

    protected ForwardingStream(TokenStream inner) {
        this.inner = inner;
    }

    @Override
    public String model() {
        return inner.model();
    }

    @Override
    public @Nullable Duration queued() {
        return inner.queued();
    }

    @Override
    public TokenUsage usage() {
        return inner.usage();
    }

    @Override
    public Reuse reuse() {
        return inner.reuse();
    }

    @Override
    public TokenUsage charged() {
        return inner.charged();
    }

    @Override
    public int[] tokensFrom(int from) {
        return inner.tokensFrom(from);
    }

    @Override
    public @Nullable Refusal refusal() {
        return inner.refusal();
    }

    @Override
    public boolean leave() {
        return inner.leave();
    }

    @Override
    public void close() {
        inner.close();
    }
}
