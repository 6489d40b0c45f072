package dev.stoa.admission;

import dev.stoa.admission.LimitBook.Charge;
import dev.stoa.admission.LimitBook.Entry;
import dev.stoa.admission.LimitBook.Reserve;
import dev.stoa.admission.LimitBook.Settle;
import dev.stoa.admission.LimitBook.Touch;
import dev.stoa.admission.LimitBook.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/**
 * Carries this server's reservations to the shared book, on one thread of its own. What has come together while the last
 * batch was written is the next batch: one caller waits for one round, and a hundred cost as many rounds as one.
 *
 * <p>A reservation whose asker has stopped waiting is given back once it turns out to have been made. A settlement waits
 * while the database is away; there are no more of them than requests on their way. At the stop what waits is written.
 */
final class LimitKeeper implements SmartLifecycle {
    private static final int BATCH_MAX = 256;
    private static final Duration RETRY = Duration.ofMillis(250);
    /** Well under {@link ScopeState#LEASE_MILLIS}, so that one that comes late does no harm. */
    private static final Duration TOUCH = Duration.ofSeconds(5);

    /** How long settlements wait for a reservation to go with. */
    private static final Duration COMPANY = Duration.ofMillis(2);

    private static final Duration IDLE = Duration.ofMillis(200);
    private static final Duration FLUSH_MAX = Duration.ofSeconds(3);
    /** Stopped after the surfaces and the models, before the database. */
    private static final int PHASE = 0;

    private static final Logger log = LoggerFactory.getLogger(LimitKeeper.class);

    private record Work(Entry entry, @Nullable CompletableFuture<Verdict> asker) {}

    private final LimitBook book;
    private final UUID server;
    private final BlockingQueue<Work> queue = new LinkedBlockingQueue<>();
    /** Scopes in which this server has requests on their way, and what; of the keeper's thread. */
    private final Map<Scope, OnTheWay> busy = new HashMap<>();

    private volatile boolean stopping;
    private volatile boolean away;
    private @Nullable Thread thread;

    /** @param server this server's own name among those that share the book */
    LimitKeeper(LimitBook book, UUID server) {
        this.book = book;
        this.server = server;
    }

    /** Asks for a place; fails as the book does while it is away. Who stops waiting cancels the future. */
    CompletableFuture<Verdict> reserve(List<ScopeRule> rules, Demand demand) {
        CompletableFuture<Verdict> asker = new CompletableFuture<>();
        queue.add(new Work(new Reserve(rules, demand), asker));
        return asker;
    }

    void settle(List<Scope> scopes, long then, Demand demand, Spending used) {
        queue.add(new Work(new Settle(scopes, then, demand, used), null));
    }

    void charge(List<Scope> scopes, Spending used) {
        queue.add(new Work(new Charge(scopes, used), null));
    }

    /** Whether the book could not be reached when it was last tried, some seconds ago at most. */
    boolean away() {
        return away;
    }

    @Override
    public synchronized void start() {
        if (thread == null) {
            stopping = false;
            thread = Thread.ofPlatform().name("stoa-limits").daemon().start(this::run);
        }
    }

    private void run() {
        List<Work> batch = new ArrayList<>();
        long touchedNanos = System.nanoTime();
        try {
            while (!(stopping && queue.isEmpty() && batch.isEmpty())) {
                if (batch.isEmpty()) {
                    Work first = queue.poll(IDLE.toMillis(), TimeUnit.MILLISECONDS);
                    if (first != null) {
                        batch.add(first);
                    }
                }
                queue.drainTo(batch, BATCH_MAX - batch.size());
                if (!stopping && batch.stream().allMatch(work -> work.entry() instanceof Settle)) {
                    awaitCompany(batch);
                }
                if (away || System.nanoTime() - touchedNanos > TOUCH.toNanos()) {
                    touchedNanos = System.nanoTime();
                    // Before all others: it tells what there was before them.
                    batch.addFirst(new Work(new Touch(Map.copyOf(busy)), null));
                }
                if (batch.isEmpty()) {
                    continue;
                }
                write(batch);
                if (away) {
                    TimeUnit.MILLISECONDS.sleep(RETRY.toMillis());
                }
            }
        } catch (InterruptedException _) {
            log.error("{} reservations could not be settled before the stop", batch.size() + queue.size());
        }
    }

    /** Nobody waits for a settlement, and a caller that asks again at once would wait for its own last one. */
    private void awaitCompany(List<Work> batch) throws InterruptedException {
        Work next = queue.poll(COMPANY.toNanos(), TimeUnit.NANOSECONDS);
        if (next != null) {
            batch.add(next);
            queue.drainTo(batch, BATCH_MAX - batch.size());
        }
    }

    /** Leaves in the batch what must be tried again. Says whether the book is {@link #away} before any asker hears. */
    private void write(List<Work> batch) {
        List<Verdict> verdicts;
        try {
            verdicts = book.apply(server, batch.stream().map(Work::entry).toList());
        } catch (DataAccessException | TransactionException e) {
            if (!away) {
                log.warn("Limits can't be counted: {}", e.getMessage());
            }
            away = true;
            batch.removeIf(work -> {
                if (work.asker() != null) {
                    work.asker().completeExceptionally(e);
                }
                return !(work.entry() instanceof Settle || work.entry() instanceof Charge);
            });
            return;
        } catch (RuntimeException | Error e) {
            away = false;
            // A bug in the counting must not stop the counting: those who wait get it, and the rest goes on.
            log.error("Limits could not be counted", e);
            batch.forEach(work -> {
                if (work.asker() != null) {
                    work.asker().completeExceptionally(e);
                }
            });
            batch.clear();
            return;
        }
        away = false;
        for (int i = 0; i < batch.size(); i++) {
            done(batch.get(i), verdicts.get(i));
        }
        batch.clear();
    }

    private void done(Work work, Verdict verdict) {
        switch (work.entry()) {
            case Reserve(List<ScopeRule> rules, Demand demand) -> {
                boolean reserved = verdict.shortage() == null;
                List<Scope> scopes = rules.stream().map(ScopeRule::scope).toList();
                if (reserved) {
                    scopes.forEach(scope -> busy.put(
                            scope, busy.getOrDefault(scope, OnTheWay.NOTHING).plus(demand)));
                }
                boolean heard = work.asker() != null && work.asker().complete(verdict);
                if (reserved && !heard) {
                    settle(scopes, verdict.atMillis(), demand, Spending.NOTHING);
                }
            }
            case Settle(List<Scope> scopes, long _, Demand demand, Spending _) ->
                scopes.forEach(scope ->
                        busy.computeIfPresent(scope, (_, held) -> held.requests() == 1 ? null : held.minus(demand)));
            case Charge _, Touch _ -> {}
        }
    }

    @Override
    public synchronized void stop() {
        Thread running = thread;
        if (running == null) {
            return;
        }
        stopping = true;
        try {
            if (!running.join(FLUSH_MAX)) {
                running.interrupt();
                running.join(RETRY);
            }
        } catch (InterruptedException _) {
            running.interrupt();
            Thread.currentThread().interrupt();
        }
        thread = null;
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
