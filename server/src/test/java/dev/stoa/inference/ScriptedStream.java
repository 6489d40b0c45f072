package dev.stoa.inference;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** A stream that says what it was told to, at once; a null in the script is a silence. */
public final class ScriptedStream implements TokenStream {
    private final List<? extends @Nullable Object> script;
    private final AtomicBoolean closed = new AtomicBoolean();
    private int next;

    /** @param script events, nulls, and exceptions to throw */
    public ScriptedStream(List<? extends @Nullable Object> script) {
        this.script = script;
    }

    public boolean closed() {
        return closed.get();
    }

    @Override
    public @Nullable Event next(Duration timeout) {
        if (closed.get() || next >= script.size()) {
            throw new IllegalStateException("the stream has ended");
        }
        Object step = script.get(next++);
        if (step instanceof RuntimeException failure) {
            throw failure;
        }
        return (Event) step;
    }

    @Override
    public TokenUsage usage() {
        return new TokenUsage(7, 0, next);
    }

    @Override
    public void close() {
        closed.set(true);
    }
}
