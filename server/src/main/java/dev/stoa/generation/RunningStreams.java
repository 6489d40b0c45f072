package dev.stoa.generation;

import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

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

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition fewer = lock.newCondition();
    // Guarded by the lock.
    private final Set<SettledStream> streams = new HashSet<>();
    private int beginnings;
    private boolean ending;

    private volatile boolean draining;

    /** @throws StoaException OVERLOADED while the server stops */
    Beginning begin() {
        lock.lock();
        try {
            if (draining) {
                throw stopping();
            }
            beginnings++;
            return this::begun;
        } finally {
            lock.unlock();
        }
    }

    private void begun() {
        lock.lock();
        try {
            beginnings--;
            fewer.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Ends it at once if it comes after the time to drain. */
    void add(SettledStream stream) {
        boolean late;
        lock.lock();
        try {
            streams.add(stream);
            late = ending;
        } finally {
            lock.unlock();
        }
        if (late) {
            stream.abort(stopping());
        }
    }

    void remove(SettledStream stream) {
        lock.lock();
        try {
            streams.remove(stream);
            fewer.signalAll();
        } finally {
            lock.unlock();
        }
    }

    void open() {
        lock.lock();
        try {
            draining = false;
            ending = false;
        } finally {
            lock.unlock();
        }
    }

    boolean draining() {
        return draining;
    }

    /** Lets nobody in; ends what is not done within a time with an error that tells the client to come back. */
    void drain(Duration time) {
        lock.lock();
        try {
            draining = true;
        } finally {
            lock.unlock();
        }
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

    private void endAll() {
        List<SettledStream> left;
        lock.lock();
        try {
            ending = true;
            left = List.copyOf(streams);
        } finally {
            lock.unlock();
        }
        left.forEach(stream -> stream.abort(stopping()));
    }

    private boolean awaitNone(Duration max) throws InterruptedException {
        long left = max.toNanos();
        lock.lock();
        try {
            while ((beginnings > 0 || !streams.isEmpty()) && left > 0) {
                left = fewer.awaitNanos(left);
            }
            return beginnings == 0 && streams.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    static StoaException stopping() {
        return new StoaException(ErrorKind.OVERLOADED, "The server is shutting down.", STOPPING_RETRY, null);
    }
}
