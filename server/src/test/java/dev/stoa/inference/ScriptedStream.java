package dev.stoa.inference;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** A stream that says what it was told to, at once; a null in the script is a silence. */
public final class ScriptedStream implements TokenStream {
    private final List<? extends @Nullable Object> script;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final boolean finishes;
    private int next;

    /** @param script events, nulls, and exceptions to throw */
    public ScriptedStream(List<? extends @Nullable Object> script) {
        this(script, false);
    }

    /** @param finishes whether it is to be read to its end when its reader leaves */
    public ScriptedStream(List<? extends @Nullable Object> script, boolean finishes) {
        this.script = script;
        this.finishes = finishes;
    }

    @Override
    public boolean leave() {
        return finishes;
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
