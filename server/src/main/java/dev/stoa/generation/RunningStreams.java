package dev.stoa.generation;

import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * The streams that run, and the door that they come through. A stop shuts the door and waits for the streams, and for the
 * requests that were through it but have no stream yet: one that was overlooked would run on after the stop. Thread-safe.
 */
final class RunningStreams {
    /** By then another server has taken over, or this one is back. */
    private static final Duration STOPPING_RETRY = Duration.ofSeconds(5);

    /** For the surfaces to write the error to their clients. */
    private static final Duration FAREWELL = Duration.ofSeconds(2);

    /** A request on its way to its streams; closed once they are here or will not come. */
    interface Beginning extends AutoCloseable {
        @Override
        void close();
    }

    private enum State {
        OPEN,
        /** Nobody comes in. */
        DRAINING,
        /** And whatever still comes is ended. */
        ENDING
    }

    // All guarded by this object.
    private final Set<SettledStream> streams = new HashSet<>();
    private int beginnings;
    private State state = State.OPEN;

    /** @throws StoaException OVERLOADED while the server stops */
    synchronized Beginning begin() {
        if (state != State.OPEN) {
            throw stopping();
        }
        beginnings++;
        return this::begun;
    }

    private synchronized void begun() {
        beginnings--;
        notifyAll();
    }

    /** Ends it at once if it comes after the time to drain. */
    void add(SettledStream stream) {
        boolean late;
        synchronized (this) {
            streams.add(stream);
            late = state == State.ENDING;
        }
        if (late) {
            stream.abort(stopping());
        }
    }

    synchronized void remove(SettledStream stream) {
        streams.remove(stream);
        notifyAll();
    }

    synchronized boolean draining() {
        return state != State.OPEN;
    }

    synchronized void open() {
        state = State.OPEN;
    }

    /** Lets nobody in; ends what is not done within a time with an error that tells the client to come back. */
    void drain(Duration time) {
        shut();
        try {
            if (!awaitNone(time)) {
                endAll();
                awaitNone(FAREWELL);
            }
        } catch (InterruptedException _) {
            endAll();
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void shut() {
        state = State.DRAINING;
    }

    private synchronized boolean awaitNone(Duration max) throws InterruptedException {
        long until = System.nanoTime() + max.toNanos();
        long left = max.toNanos();
        while ((beginnings > 0 || !streams.isEmpty()) && left > 0) {
            TimeUnit.NANOSECONDS.timedWait(this, left);
            left = until - System.nanoTime();
        }
        return beginnings == 0 && streams.isEmpty();
    }

    private void endAll() {
        List<SettledStream> left;
        synchronized (this) {
            state = State.ENDING;
            left = List.copyOf(streams);
        }
        left.forEach(stream -> stream.abort(stopping()));
    }

    static StoaException stopping() {
        return new StoaException(ErrorKind.OVERLOADED, "The server is shutting down.", STOPPING_RETRY, null);
    }
}
