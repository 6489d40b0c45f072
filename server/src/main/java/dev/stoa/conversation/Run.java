package dev.stoa.conversation;

import dev.stoa.inference.TokenStream;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The live state of one answer: its text so far, who wants it to end, and how it ended.
 *
 * <p>One thread writes ({@link RunTask}); any number read by offset, each at its own pace, so that a slow one holds up
 * nobody and costs no copy of its own. Thread-safe.
 */
final class Run {

    /** Why a run should end before its model does. */
    enum Cause {
        /** The user. */
        STOP,
        /** The server shuts down. */
        SHUTDOWN,
        /** The row belongs to this run no more: reaped, or deleted with its conversation. */
        LOST
    }

    private final UUID messageId;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final StringBuilder text = new StringBuilder();
    private @Nullable Cause cause;
    private @Nullable TokenStream stream;
    private boolean over;
    private @Nullable Message last;

    Run(UUID messageId) {
        this.messageId = messageId;
    }

    UUID messageId() {
        return messageId;
    }

    /** Hands the stream over, so that a request to end closes it; closes it at once if there was one. */
    void attach(TokenStream opened) {
        boolean close;
        lock.lock();
        try {
            stream = opened;
            close = cause != null;
        } finally {
            lock.unlock();
        }
        if (close) {
            opened.close();
        }
    }

    /** The first cause holds. Does not wait. */
    void requestEnd(Cause why) {
        TokenStream close = null;
        lock.lock();
        try {
            if (cause == null && !over) {
                cause = why;
                close = stream;
            }
        } finally {
            lock.unlock();
        }
        if (close != null) {
            close.close();
        }
    }

    @Nullable Cause cause() {
        lock.lock();
        try {
            return cause;
        } finally {
            lock.unlock();
        }
    }

    void append(String more) {
        lock.lock();
        try {
            text.append(more);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    String text() {
        lock.lock();
        try {
            return text.toString();
        } finally {
            lock.unlock();
        }
    }

    /** @param message as stored; null if it is there no more */
    void end(@Nullable Message message) {
        lock.lock();
        try {
            over = true;
            last = message;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits for text past {@code offset} or for the end; {@link Chunk.Silence} if there is neither in time. */
    Chunk await(int offset, Duration timeout) throws InterruptedException {
        long left = timeout.toNanos();
        lock.lockInterruptibly();
        try {
            while (true) {
                if (over) {
                    return last == null ? new Chunk.Gone() : Chunk.of(last, offset);
                }
                if (text.length() > offset) {
                    return new Chunk.Text(text.substring(offset), text.length());
                }
                if (left <= 0) {
                    return new Chunk.Silence();
                }
                left = changed.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Waits until it is over; whether it is. */
    boolean awaitEnd(Duration timeout) throws InterruptedException {
        long left = TimeUnit.NANOSECONDS.convert(timeout);
        lock.lockInterruptibly();
        try {
            while (!over && left > 0) {
                left = changed.awaitNanos(left);
            }
            return over;
        } finally {
            lock.unlock();
        }
    }

    /** The message as it was left, once it is over. */
    Optional<Message> last() {
        lock.lock();
        try {
            return Optional.ofNullable(last);
        } finally {
            lock.unlock();
        }
    }
}
