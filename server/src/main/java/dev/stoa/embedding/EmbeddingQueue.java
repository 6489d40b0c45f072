package dev.stoa.embedding;

import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where texts of all requests wait for the model. One thread takes them in the order they came, puts those of similar
 * length together, so that little is computed for padding, and runs the model on each group. A text whose reader has gone
 * (its future is cancelled) is passed over. Bounded; thread-safe.
 */
final class EmbeddingQueue implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(EmbeddingQueue.class);
    /** Texts that are sorted by length together. */
    private static final int WINDOW_MAX = 64;
    /** Tokens of one run, padding included: more makes it no cheaper a token, and others wait longer. */
    private static final int RUN_TOKENS_MAX = 2048;

    /** The queue is drained at some hundred texts a second. */
    private static final Duration RETRY = Duration.ofSeconds(1);

    private final EmbeddingModel model;
    private final int textsMax;
    private final Deque<Text> waiting = new ArrayDeque<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Thread thread;
    private boolean closed;

    /** A text and who waits for its vector. */
    private record Text(long[] ids, CompletableFuture<float[]> vector) {}

    /** @param textsMax texts that wait at most; a request that would make more is refused whole */
    EmbeddingQueue(EmbeddingModel model, int textsMax) {
        this.model = model;
        this.textsMax = textsMax;
        this.thread = Thread.ofPlatform().name("stoa-embedding").daemon().start(this::run);
    }

    /**
     * Queues the texts of one request.
     *
     * @return their vectors, in order, each completed when it is there
     * @throws StoaException if the queue is full or closed
     */
    List<CompletableFuture<float[]>> submit(List<long[]> texts) {
        lock.lock();
        try {
            if (closed) {
                throw new StoaException(ErrorKind.OVERLOADED, "The server is shutting down.", RETRY, null);
            }
            if (waiting.size() + texts.size() > textsMax) {
                throw new StoaException(ErrorKind.OVERLOADED, "Too many texts wait to be embedded.", RETRY, null);
            }
            List<CompletableFuture<float[]>> vectors = new ArrayList<>(texts.size());
            for (long[] ids : texts) {
                CompletableFuture<float[]> vector = new CompletableFuture<>();
                waiting.add(new Text(ids, vector));
                vectors.add(vector);
            }
            changed.signalAll();
            return vectors;
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        List<Text> window = take();
        while (!window.isEmpty()) {
            window.sort(Comparator.comparingInt(text -> text.ids().length));
            int from = 0;
            while (from < window.size()) {
                int to = endOfRun(window, from);
                embed(window.subList(from, to));
                from = to;
            }
            window = take();
        }
    }

    /** Waits for texts; empty when the queue is closed. */
    private List<Text> take() {
        List<Text> window = new ArrayList<>();
        lock.lock();
        try {
            while (waiting.isEmpty() && !closed) {
                changed.awaitUninterruptibly();
            }
            while (!waiting.isEmpty() && window.size() < WINDOW_MAX) {
                window.add(waiting.remove());
            }
            return window;
        } finally {
            lock.unlock();
        }
    }

    /** Sorted by length, so the last of a run is its width. */
    private static int endOfRun(List<Text> window, int from) {
        int to = from + 1;
        while (to < window.size() && (to + 1 - from) * window.get(to).ids().length <= RUN_TOKENS_MAX) {
            to++;
        }
        return to;
    }

    private void embed(List<Text> run) {
        List<Text> wanted = run.stream().filter(text -> !text.vector().isDone()).toList();
        if (wanted.isEmpty()) {
            return;
        }
        try {
            float[][] vectors = model.embed(wanted.stream().map(Text::ids).toList());
            for (int i = 0; i < vectors.length; i++) {
                wanted.get(i).vector().complete(vectors[i]);
            }
        } catch (StoaException refusal) {
            // Said to the callers; nothing is wrong here.
            wanted.forEach(text -> text.vector().completeExceptionally(refusal));
        } catch (RuntimeException | Error e) {
            // These texts end, the thread and the others go on.
            log.error("A run of {} texts failed", wanted.size(), e);
            wanted.forEach(text -> text.vector().completeExceptionally(e));
        }
    }

    /** What waits is still embedded, nothing new is taken; returns when the thread has ended. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        try {
            thread.join();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
