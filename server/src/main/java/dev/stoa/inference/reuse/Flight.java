package dev.stoa.inference.reuse;

import dev.stoa.inference.Reuse;
import dev.stoa.inference.TokenStream;
import dev.stoa.inference.TokenStream.Event;
import dev.stoa.inference.TokenStream.Finished;
import dev.stoa.inference.TokenUsage;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One run and those who follow it, each from the beginning and at their own pace. The run goes on while anybody follows
 * it; when the last has left it is cancelled. All its events are held, no more than the answer is long.
 *
 * <p>It is paid for once. Whoever has followed it longest pays for what it has used when they leave, or for all of it at
 * the end, but for what those before have paid. So whoever leaves pays for no more than was used by then, and the sum is
 * what the run has used. Thread-safe.
 */
final class Flight {
    /** How long the run is waited for at once; it bounds nothing but the loop. */
    private static final Duration POLL = Duration.ofSeconds(1);

    private volatile @Nullable TokenStream run;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition more = lock.newCondition();

    // Guarded by the lock:
    private final List<Event> events = new ArrayList<>();
    /** Those who have not left, by how long they are here: the first pays. */
    private final SequencedSet<Follower> followers = new LinkedHashSet<>();

    private TokenUsage paid = TokenUsage.NONE;
    private @Nullable RuntimeException fault;
    private boolean abandoned;
    /** Whether it goes on for the worker's count alone; nobody joins any more. */
    private boolean unread;

    private @Nullable Finished end;

    /** Joins; null if it is over, one way or another. The first one to join is the one it runs for. */
    @Nullable Follower join() {
        lock.lock();
        try {
            if (abandoned || unread || fault != null || end != null) {
                return null;
            }
            Follower follower = new Follower(followers.isEmpty() ? Reuse.MISS : Reuse.SHARED);
            followers.add(follower);
            return follower;
        } finally {
            lock.unlock();
        }
    }

    /** The run has begun, and is to be carried to its followers. */
    void begins(TokenStream begun) {
        lock.lock();
        try {
            run = begun;
            if (abandoned) {
                begun.close();
            }
        } finally {
            lock.unlock();
        }
    }

    /** It can't run, or not on. */
    void failed(Throwable cause) {
        lock.lock();
        try {
            fault = cause instanceof RuntimeException known
                    ? known
                    : new StoaException(ErrorKind.INTERNAL, "The server failed on this request.", null, cause);
            more.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Reads the run to its end; false if there is none. */
    boolean carry(TokenStream source) throws InterruptedException {
        try (source) {
            Event event;
            do {
                event = source.next(POLL);
                if (event != null) {
                    add(event);
                }
            } while (!(event instanceof Finished));
            return true;
        } catch (RuntimeException e) {
            failed(e);
            return false;
        } catch (Error e) {
            failed(e);
            throw e;
        }
    }

    private void add(Event event) {
        lock.lock();
        try {
            events.add(event);
            if (event instanceof Finished finished) {
                end = finished;
            }
            more.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** What it came to, once it has finished. */
    @Nullable List<Event> answer() {
        lock.lock();
        try {
            return end == null ? null : List.copyOf(events);
        } finally {
            lock.unlock();
        }
    }

    /** So far; called with the lock held. */
    private TokenUsage used() {
        TokenStream source = run;
        return end != null ? end.usage() : source == null ? TokenUsage.NONE : source.usage();
    }

    /** One who reads it. One reader thread; {@link #close} from any. */
    final class Follower implements TokenStream {
        private final Reuse how;
        private int read;

        // Guarded by the lock:
        private boolean left;
        private TokenUsage charge = TokenUsage.NONE;

        private Follower(Reuse how) {
            this.how = how;
        }

        @Override
        public @Nullable Event next(Duration timeout) throws InterruptedException {
            long nanos = timeout.toNanos();
            lock.lockInterruptibly();
            try {
                while (true) {
                    if (left) {
                        throw new IllegalStateException("the stream has ended");
                    }
                    if (read < events.size()) {
                        Event event = events.get(read++);
                        if (event instanceof Finished) {
                            part();
                        }
                        return event;
                    }
                    if (fault != null) {
                        throw fault;
                    }
                    if (nanos <= 0) {
                        return null;
                    }
                    nanos = more.awaitNanos(nanos);
                }
            } finally {
                lock.unlock();
            }
        }

        /** The last one reads on where the run is to be read to its end. */
        @Override
        public boolean leave() {
            lock.lock();
            try {
                TokenStream source = run;
                if (left || end != null || followers.size() > 1 || source == null || !source.leave()) {
                    return false;
                }
                unread = true;
                return true;
            } finally {
                lock.unlock();
            }
        }

        /** With the lock held. */
        private void part() {
            if (left) {
                return;
            }
            left = true;
            boolean pays = followers.getFirst() == this;
            followers.remove(this);
            if (pays) {
                TokenUsage now = used();
                charge = now.minus(paid);
                paid = now;
            }
            more.signalAll();
            if (followers.isEmpty() && end == null && !abandoned) {
                abandoned = true;
                TokenStream source = run;
                if (source != null) {
                    source.close();
                }
            }
        }

        @Override
        public TokenUsage usage() {
            lock.lock();
            try {
                return used();
            } finally {
                lock.unlock();
            }
        }

        @Override
        public TokenUsage charged() {
            lock.lock();
            try {
                if (left) {
                    return charge;
                }
                return followers.getFirst() == this ? used().minus(paid) : TokenUsage.NONE;
            } finally {
                lock.unlock();
            }
        }

        @Override
        public Reuse reuse() {
            return how;
        }

        @Override
        public String model() {
            TokenStream source = run;
            return source == null ? "" : source.model();
        }

        @Override
        public @Nullable Duration queued() {
            TokenStream source = run;
            return source == null || how != Reuse.MISS ? null : source.queued();
        }

        @Override
        public void close() {
            lock.lock();
            try {
                part();
            } finally {
                lock.unlock();
            }
        }
    }
}
