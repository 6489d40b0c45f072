package dev.stoa.admission;

import java.util.concurrent.atomic.AtomicBoolean;

/** A place for one request, given back by {@link #close}; a second close does nothing. Thread-safe. */
public final class Permit implements AutoCloseable {
    private final Runnable release;
    private final AtomicBoolean released = new AtomicBoolean();

    Permit(Runnable release) {
        this.release = release;
    }

    @Override
    public void close() {
        if (released.compareAndSet(false, true)) {
            release.run();
        }
    }
}
