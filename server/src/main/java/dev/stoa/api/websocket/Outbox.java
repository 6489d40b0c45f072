package dev.stoa.api.websocket;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
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
    private final LongSupplier nanoTime;
    private final Runnable filled;
    private long window;
    private boolean closed;
    /** The last word, should anything before it be dropped. */
    private @Nullable Message lastIfCut;
    /** Whether the client's window holds back the first one, and since when. */
    private boolean held;

    private long heldNanos;

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
     * @param patience how long a message waits for room, or for the client to ask for more; then this closes
     * @param window counted messages that the client takes before it asks for more
     * @param filled told whenever there may be something to take
     */
    Outbox(int most, Duration patience, long window, LongSupplier nanoTime, Runnable filled) {
        this.most = most;
        this.patience = patience;
        this.window = window;
        this.nanoTime = nanoTime;
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
            if (waiting.size() >= most) {
                drop();
            }
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

    /**
     * Says the last word, whatever waits before it.
     *
     * @param cut said in its place if this is closed, or has to drop what waits
     */
    void end(String last, String cut) {
        lock.lock();
        try {
            lastIfCut = new Message(cut, false, true);
            waiting.add(closed ? lastIfCut : new Message(last, false, true));
        } finally {
            lock.unlock();
        }
        filled.run();
    }

    /** The next one, if the client takes it now. */
    @Nullable Message poll() {
        lock.lock();
        try {
            if (heldTooLong()) {
                drop();
            }
            Message next = waiting.peek();
            if (next == null || beyondWindow(next)) {
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

    private boolean beyondWindow(Message next) {
        return next.counted() && window == 0;
    }

    /** Nobody else notices once the model has finished, as nothing waits for room any more. */
    private boolean heldTooLong() {
        Message next = waiting.peek();
        boolean before = held;
        held = next != null && beyondWindow(next);
        if (held && !before) {
            heldNanos = nanoTime.getAsLong();
        }
        return held && nanoTime.getAsLong() - heldNanos >= patience.toNanos();
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
            drop();
        } finally {
            lock.unlock();
        }
        filled.run();
    }

    private void drop() {
        closed = true;
        boolean cut = waiting.removeIf(message -> !message.last());
        if (cut && lastIfCut != null) {
            waiting.clear();
            waiting.add(lastIfCut);
        }
        room.signalAll();
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
