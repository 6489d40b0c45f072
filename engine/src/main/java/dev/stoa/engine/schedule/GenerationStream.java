package dev.stoa.engine.schedule;

import dev.stoa.engine.Generation;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
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
    private final int chunksMax;
    private final int promptTokens;
    /** Prompt and output. */
    private int[] tokens;

    private int length;
    private int cachedTokens;
    private Timing timing = new Timing(Duration.ZERO, Duration.ZERO, Duration.ZERO);
    private @Nullable Finish finish;
    private @Nullable String stopSequence;
    private volatile boolean full;
    private volatile boolean cancelled;

    GenerationStream(int[] prompt, Runnable wakeEngine) {
        this(prompt, wakeEngine, CHUNKS_MAX);
    }

    GenerationStream(int[] prompt, Runnable wakeEngine, int chunksMax) {
        this.chunksMax = chunksMax;
        this.wakeEngine = wakeEngine;
        this.promptTokens = prompt.length;
        this.tokens = prompt;
        this.length = prompt.length;
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
            wasFull = full;
            chunk = chunks.poll();
            full = chunks.size() >= chunksMax;
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
            return new Usage(promptTokens, cachedTokens, length - promptTokens);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Timing timing() {
        lock.lock();
        try {
            return timing;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public int[] tokens() {
        lock.lock();
        try {
            return Arrays.copyOf(tokens, length);
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
        return full;
    }

    /** Whether the last piece was put, read or not. */
    boolean ended() {
        lock.lock();
        try {
            return finish != null;
        } finally {
            lock.unlock();
        }
    }

    /** Says how many tokens of the prompt were found in the cache. */
    void started(int cached) {
        lock.lock();
        try {
            cachedTokens = cached;
        } finally {
            lock.unlock();
        }
    }

    /** Counts a token. */
    void token(int token) {
        lock.lock();
        try {
            if (length == tokens.length) {
                tokens = Arrays.copyOf(tokens, length + Math.max(16, length / 2));
            }
            tokens[length] = token;
            length++;
        } finally {
            lock.unlock();
        }
    }

    /** Adds a piece. */
    void put(Chunk chunk) {
        lock.lock();
        try {
            assert finish == null : "a piece after the end";
            chunks.add(chunk);
            full = chunks.size() >= chunksMax;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Ends the stream as failed if it hasn't ended. */
    void abandon() {
        lock.lock();
        try {
            if (finish == null) {
                finish = Finish.FAILED;
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Ends the stream. Called once. */
    void end(Finish reason, @Nullable String stop, Timing times) {
        lock.lock();
        try {
            assert finish == null : "a request ended twice";
            finish = reason;
            stopSequence = stop;
            timing = times;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
