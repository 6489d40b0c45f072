package dev.stoa.usage;

import dev.stoa.shared.Limits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/**
 * Carries ledger entries to the database on one thread of its own, in batches, so that no request holds a connection.
 *
 * <p>An entry that {@link #append} took is written unless the process is killed before its batch is, about
 * {@link #COMPANY} later: while the database is away entries wait, and when the queue is full so do the requests that settle. At the stop what
 * waits is written before the database goes; where it can't be within {@link #FLUSH_MAX}, the log names how many were
 * lost. Thread-safe.
 */
final class UsageLedger implements SmartLifecycle {
    /** Longest wait for the database at the stop; service managers kill after 30 s, of which draining takes most. */
    static final Duration FLUSH_MAX = Duration.ofSeconds(5);

    private static final Duration RETRY = Duration.ofMillis(500);

    /** How long the first entry waits for others: forty that come together cost the database little more than one. */
    private static final Duration COMPANY = Duration.ofMillis(20);

    /** How often an idle writer looks whether it is to stop. */
    private static final Duration IDLE = Duration.ofMillis(200);
    /** Stopped after the surfaces and the models (higher phases), before the database (a bean, closed later). */
    private static final int PHASE = 0;

    private static final Logger log = LoggerFactory.getLogger(UsageLedger.class);

    private final UsageStore store;
    private final BlockingQueue<UsageEvent> queue;
    private final int batchMax;
    private volatile boolean stopping;
    private @Nullable Thread writer;

    UsageLedger(UsageStore store, Limits limits) {
        this.store = store;
        this.queue = new ArrayBlockingQueue<>(limits.usageQueue());
        this.batchMax = limits.usageBatch();
    }

    /** Takes an entry; waits while the queue is full. An interrupt is kept for later: the entry is not lost for it. */
    void append(UsageEvent event) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    queue.put(event);
                    return;
                } catch (InterruptedException _) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public synchronized void start() {
        if (writer == null) {
            stopping = false;
            writer = Thread.ofPlatform().name("stoa-usage-ledger").daemon().start(this::run);
        }
    }

    private void run() {
        List<UsageEvent> batch = new ArrayList<>();
        boolean warned = false;
        try {
            while (!(stopping && queue.isEmpty() && batch.isEmpty())) {
                if (batch.isEmpty()) {
                    UsageEvent first = queue.poll(IDLE.toMillis(), TimeUnit.MILLISECONDS);
                    if (first == null) {
                        continue;
                    }
                    batch.add(first);
                    awaitCompany();
                }
                queue.drainTo(batch, batchMax - batch.size());
                if (written(batch, warned)) {
                    batch.clear();
                    warned = false;
                } else {
                    warned = true;
                    TimeUnit.MILLISECONDS.sleep(RETRY.toMillis());
                }
            }
        } catch (InterruptedException _) {
            log.error("{} usage entries could not be written before the stop", batch.size() + queue.size());
        }
    }

    private void awaitCompany() throws InterruptedException {
        if (!stopping && queue.size() < batchMax) {
            TimeUnit.MILLISECONDS.sleep(COMPANY.toMillis());
        }
    }

    private boolean written(List<UsageEvent> batch, boolean warned) {
        try {
            store.write(List.copyOf(batch));
            return true;
        } catch (DataAccessException | TransactionException e) {
            if (!warned) {
                log.warn("The usage ledger waits for the database: {}", e.getMessage());
            }
        } catch (RuntimeException | Error e) {
            // The thread goes on: nobody else writes.
            if (!warned) {
                log.error("The usage ledger can't write; it tries again", e);
            }
        }
        return false;
    }

    /** Takes out what waits, where no writer runs. */
    void drainTo(List<UsageEvent> into) {
        queue.drainTo(into);
    }

    /** Entries that wait. */
    int waiting() {
        return queue.size();
    }

    @Override
    public synchronized void stop() {
        Thread thread = writer;
        if (thread == null) {
            return;
        }
        stopping = true;
        try {
            if (!thread.join(FLUSH_MAX)) {
                thread.interrupt();
                thread.join(RETRY);
            }
        } catch (InterruptedException _) {
            thread.interrupt();
            Thread.currentThread().interrupt();
        }
        writer = null;
    }

    @Override
    public synchronized boolean isRunning() {
        return writer != null;
    }

    @Override
    public int getPhase() {
        return PHASE;
    }
}
