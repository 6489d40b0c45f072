package dev.stoa.api.websocket;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What one request has to say to its client. Its thread puts messages in and waits while there are too many; the
 * connection's writer takes them, as far as the client's window allows. Thread-safe.
 */
final class Outbox {
    /** A client that names no window takes whatever comes. */
    static final long NO_WINDOW = Long.MAX_VALUE;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition room = lock.newCondition();
    private final ArrayDeque<Message> waiting = new ArrayDeque<>();
    private final int most;
    private final Duration patience;
    private final Runnable filled;
    private long window;
    private boolean closed;

    /**
     * @param counted whether the client's window counts it: events are, what begins and ends an answer isn't
     * @param last whether nothing follows it
     */
    record Message(String text, boolean counted, boolean last) {
        Message(String text, boolean counted) {
            this(text, counted, false);
        }
    }

    /**
     * @param patience how long a message waits for room
     * @param window counted messages that the client takes before it asks for more
     * @param filled told whenever there may be something to take
     */
    Outbox(int most, Duration patience, long window, Runnable filled) {
        this.most = most;
        this.patience = patience;
        this.window = window;
        this.filled = filled;
    }

    /** @throws IOException if nobody will take it */
    void put(Message message) throws IOException {
        lock.lock();
        try {
            long left = patience.toNanos();
            while (!closed && waiting.size() >= most && left > 0) {
                left = room.awaitNanos(left);
            }
            // One that nobody reads for so long holds its place in vain.
            closed |= waiting.size() >= most;
            if (closed) {
                throw new IOException("the request was cancelled, or its connection has ended");
            }
            waiting.add(message);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("the server is shutting down", e);
        } finally {
            lock.unlock();
        }
        filled.run();
    }

    /** Says the last word, whatever waits before it. */
    void end(String last) {
        lock.lock();
        try {
            waiting.add(new Message(last, false, true));
        } finally {
            lock.unlock();
        }
        filled.run();
    }

    /** The next one, if the client takes it now. */
    @Nullable Message poll() {
        lock.lock();
        try {
            Message next = waiting.peek();
            if (next == null || next.counted() && window == 0) {
                return null;
            }
            if (next.counted() && window != NO_WINDOW) {
                window--;
            }
            room.signal();
            return waiting.poll();
        } finally {
            lock.unlock();
        }
    }

    void widen(long more) {
        lock.lock();
        try {
            window = window > NO_WINDOW - more ? NO_WINDOW : window + more;
        } finally {
            lock.unlock();
        }
        filled.run();
    }

    /** Nothing more but an {@link #end}; what waits is no longer wanted. */
    void close() {
        lock.lock();
        try {
            closed = true;
            waiting.removeIf(message -> !message.last());
            room.signalAll();
        } finally {
            lock.unlock();
        }
        filled.run();
    }

    boolean closed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }
}
