package dev.stoa.admission;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/**
 * Carries what was spent past the shared book to where it is kept for good, on a thread of its own: what was let through
 * while that book was away, and all of it where the book is not the database itself. Summed up by scope, so that waiting
 * takes no more memory the longer it lasts. At the stop what waits is written. Thread-safe.
 */
final class SpendingWriter implements SmartLifecycle {
    /** How long the first waits for others: they are summed up. */
    private static final Duration COMPANY = Duration.ofMillis(20);

    private static final Duration RETRY = Duration.ofMillis(500);
    /** Behind the keeper, whose last settlements come here. */
    private static final int PHASE = -1;

    private static final Logger log = LoggerFactory.getLogger(SpendingWriter.class);

    private final SpendingBook book;
    private final Object lock = new Object();
    private Map<Scope, Spending> waiting = new HashMap<>();
    private CountDownLatch stopping = new CountDownLatch(1);
    private boolean warned;
    private @Nullable Thread thread;

    SpendingWriter(SpendingBook book) {
        this.book = book;
    }

    /** Does not wait. */
    void add(List<Scope> scopes, Spending used) {
        if (used.equals(Spending.NOTHING)) {
            return;
        }
        synchronized (lock) {
            scopes.forEach(scope -> waiting.merge(scope, used, Spending::plus));
            lock.notifyAll();
        }
    }

    @Override
    public synchronized void start() {
        if (thread == null) {
            stopping = new CountDownLatch(1);
            CountDownLatch until = stopping;
            thread = Thread.ofPlatform().name("stoa-spending").daemon().start(() -> run(until));
        }
    }

    private void run(CountDownLatch until) {
        try {
            while (until.getCount() > 0) {
                awaitSome();
                boolean written = write();
                until.await((written ? COMPANY : RETRY).toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void awaitSome() throws InterruptedException {
        synchronized (lock) {
            if (waiting.isEmpty()) {
                lock.wait(RETRY.toMillis());
            }
        }
    }

    private boolean write() {
        Map<Scope, Spending> taken;
        synchronized (lock) {
            taken = waiting;
            waiting = new HashMap<>();
        }
        try {
            book.charge(taken);
            warned = false;
            return true;
        } catch (DataAccessException | TransactionException e) {
            if (!warned) {
                log.warn("What was spent waits for the database: {}", e.getMessage());
                warned = true;
            }
        } catch (RuntimeException | Error e) {
            // The thread goes on: nobody else writes.
            if (!warned) {
                log.error("What was spent can't be written; it is tried again", e);
                warned = true;
            }
        }
        synchronized (lock) {
            taken.forEach((scope, used) -> waiting.merge(scope, used, Spending::plus));
        }
        return false;
    }

    @Override
    public synchronized void stop() {
        Thread running = thread;
        if (running == null) {
            return;
        }
        stopping.countDown();
        synchronized (lock) {
            lock.notifyAll();
        }
        try {
            running.join();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        thread = null;
        if (!write()) {
            log.error("What was spent in {} scopes could not be written before the stop", waiting.size());
        }
    }

    @Override
    public synchronized boolean isRunning() {
        return thread != null;
    }

    @Override
    public int getPhase() {
        return PHASE;
    }
}
