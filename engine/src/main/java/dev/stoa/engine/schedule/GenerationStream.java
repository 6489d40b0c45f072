package dev.stoa.engine.schedule;

import dev.stoa.engine.Generation;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The two ends of a request's output: the engine thread puts, one reader takes.
 *
 * <p>At most {@value #CHUNKS_MAX} pieces wait; while it is full the scheduler leaves the request out of its steps. The
 * engine thread never blocks on it.
 */
final class GenerationStream implements Generation {
    /** Pieces that wait for a slow reader: some seconds of output, and little memory. */
    static final int CHUNKS_MAX = 256;

    private final Runnable wakeEngine;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<Chunk> chunks = new ArrayDeque<>();
    private @Nullable Finish finish;
    private @Nullable String stopSequence;
    private Usage usage;
    private volatile boolean cancelled;

    GenerationStream(int promptTokens, Runnable wakeEngine) {
        this.wakeEngine = wakeEngine;
        this.usage = new Usage(promptTokens, 0, 0);
    }

    @Override
    public @Nullable Chunk next(Duration timeout) throws InterruptedException {
        long left = timeout.toNanos();
        boolean wasFull;
        Chunk chunk;
        lock.lockInterruptibly();
        try {
            while (chunks.isEmpty() && finish == null && left > 0) {
                left = changed.awaitNanos(left);
            }
            wasFull = chunks.size() >= CHUNKS_MAX;
            chunk = chunks.poll();
        } finally {
            lock.unlock();
        }
        if (wasFull) {
            wakeEngine.run();
        }
        return chunk;
    }

    @Override
    public @Nullable Finish finish() {
        lock.lock();
        try {
            return chunks.isEmpty() ? finish : null;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public @Nullable String stopSequence() {
        lock.lock();
        try {
            return stopSequence;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Usage usage() {
        lock.lock();
        try {
            return usage;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void cancel() {
        cancelled = true;
        wakeEngine.run();
    }

    boolean cancelled() {
        return cancelled;
    }

    boolean full() {
        lock.lock();
        try {
            return chunks.size() >= CHUNKS_MAX;
        } finally {
            lock.unlock();
        }
    }

    /** Adds a piece and counts its tokens. */
    void put(Chunk chunk, int outputTokens) {
        lock.lock();
        try {
            assert finish == null : "a piece after the end";
            chunks.add(chunk);
            usage = new Usage(usage.promptTokens(), usage.cachedTokens(), outputTokens);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Ends the stream. Called once. */
    void end(Finish reason, @Nullable String stop, int outputTokens) {
        lock.lock();
        try {
            assert finish == null : "a request ended twice";
            finish = reason;
            stopSequence = stop;
            usage = new Usage(usage.promptTokens(), usage.cachedTokens(), outputTokens);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
