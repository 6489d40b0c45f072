package dev.stoa.api.openai;

import dev.stoa.inference.TokenStream;
import dev.stoa.response.BackgroundStore.Event;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A response that this server writes in the background: the events that its log lacks, and who wants it to end. One thread
 * writes ({@link BackgroundResponses}), one moves events to the log, any number wait. Thread-safe.
 */
final class BackgroundRun {
    private final String id;
    private final TokenStream stream;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<Event> unlogged = new ArrayDeque<>();
    /** Number of the last event that the log has. */
    private int loggedLast = -1;

    private boolean cancelled;
    private boolean lost;
    private boolean over;

    BackgroundRun(String id, TokenStream stream) {
        this.id = id;
        this.stream = stream;
    }

    String id() {
        return id;
    }

    TokenStream stream() {
        return stream;
    }

    void add(Event event) {
        locked(() -> unlogged.add(event));
    }

    /** At most {@code max} events that the log lacks. */
    List<Event> unlogged(int max) {
        lock.lock();
        try {
            List<Event> events = new ArrayList<>(Math.min(max, unlogged.size()));
            for (Event event : unlogged) {
                if (events.size() == max) {
                    break;
                }
                events.add(event);
            }
            return events;
        } finally {
            lock.unlock();
        }
    }

    /** The log has these, and readers may see them. */
    void logged(List<Event> events) {
        locked(() -> {
            loggedLast = events.getLast().sequence();
            unlogged.removeIf(event -> event.sequence() <= loggedLast);
        });
    }

    /** Its caller no longer wants it. */
    void cancel() {
        locked(() -> cancelled = true);
        stream.close();
    }

    /** It is no longer this server's, or no longer at all. */
    void lose() {
        locked(() -> lost = true);
        stream.close();
    }

    boolean cancelled() {
        lock.lock();
        try {
            return cancelled;
        } finally {
            lock.unlock();
        }
    }

    boolean lost() {
        lock.lock();
        try {
            return lost;
        } finally {
            lock.unlock();
        }
    }

    /** Its last state is stored, or isn't this server's to store. */
    void end() {
        locked(() -> over = true);
    }

    private void locked(Runnable change) {
        lock.lock();
        try {
            change.run();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until the log has an event behind this number, or it is over. @return false if neither came in time */
    boolean await(int sequence, Duration timeout) throws InterruptedException {
        long left = timeout.toNanos();
        lock.lockInterruptibly();
        try {
            while (!over && loggedLast <= sequence && left > 0) {
                left = changed.awaitNanos(left);
            }
            return over || loggedLast > sequence;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until it is over; whether it is. */
    boolean awaitEnd(Duration timeout) throws InterruptedException {
        return await(Integer.MAX_VALUE, timeout);
    }
}
