package dev.stoa.batch;

import dev.stoa.batch.ItemRepository.Claimed;
import dev.stoa.shared.Heartbeat;
import dev.stoa.shared.Limits;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;

/**
 * This server's part in the work on batches. One thread looks around: says that this server lives, frees what silent
 * ones had, settles batches that are due, and begins items while it has slots. Items, and the one batch at a time that is
 * prepared or finished here, run on threads of their own. At the stop they are cut off, as nobody waits for them, and
 * left to be begun anew.
 */
@Component
final class BatchRunner implements SmartLifecycle {
    private static final Duration SWEEP = Duration.ofMinutes(10);
    private static final Duration STOP_MAX = Duration.ofSeconds(5);
    private static final Logger log = LoggerFactory.getLogger(BatchRunner.class);

    private final BatchRepository batches;
    private final ItemRepository items;
    private final BatchItems tasks;
    private final BatchJobs jobs;
    private final BatchLimits limits;
    private final Clock clock;
    private final boolean alone;
    private final UUID serverId = UUID.randomUUID();
    private final Heartbeat heartbeat;
    private final Semaphore slots;
    private final Set<Thread> working = ConcurrentHashMap.newKeySet();
    /** Only the looking thread adds. */
    private final Set<Claimed> atWork = ConcurrentHashMap.newKeySet();

    private final AtomicBoolean jobRuns = new AtomicBoolean();
    private final BlockingQueue<Boolean> wakes = new ArrayBlockingQueue<>(1);
    private volatile boolean stopping;
    private @Nullable Thread thread;
    private Instant sweptAt = Instant.MIN;
    private long lookedNanos;

    BatchRunner(
            BatchRepository batches,
            ItemRepository items,
            BatchItems tasks,
            BatchJobs jobs,
            BatchLimits limits,
            Limits house,
            Clock clock,
            @Value("${stoa.database:}") String externalDatabase) {
        this.batches = batches;
        this.items = items;
        this.tasks = tasks;
        this.jobs = jobs;
        this.limits = limits;
        this.clock = clock;
        this.alone = externalDatabase.isBlank();
        this.heartbeat = new Heartbeat(limits.heartbeatStale(), System::nanoTime);
        this.slots = new Semaphore(Math.min(limits.concurrency(), house.inFlight()));
    }

    UUID serverId() {
        return serverId;
    }

    /** There may be something to do. */
    void wake() {
        wakes.offer(true);
    }

    /** Where the items of a batch go that this server takes in. */
    Intake intake(Batch batch) {
        return jobs.intake(batch, serverId, this::wake);
    }

    @Override
    public synchronized void start() {
        if (thread == null) {
            stopping = false;
            thread = Thread.ofPlatform().name("stoa-batches").daemon().start(this::run);
        }
    }

    private void run() {
        boolean first = true;
        boolean warned = false;
        try {
            while (!stopping) {
                try {
                    look(first);
                    first = false;
                    warned = false;
                } catch (DataAccessException | TransactionException e) {
                    if (!warned) {
                        log.warn("Batches wait for the database: {}", e.getMessage());
                    }
                    warned = true;
                } catch (RuntimeException e) {
                    log.error("A look at the batches failed", e);
                }
                // Being woken doesn't put off the next sign of life.
                long waitNanos = limits.look().toNanos() - (System.nanoTime() - lookedNanos);
                Boolean woken = wakes.poll(Math.max(1, waitNanos), TimeUnit.NANOSECONDS);
                log.trace("Looks at batches, woken: {}", woken);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void look(boolean first) {
        Instant now = clock.instant();
        if (first || System.nanoTime() - lookedNanos >= limits.look().toNanos()) {
            heartbeat.beat(() -> items.heartbeat(serverId));
            // The embedded database serves one process at a time: what another life of it had has no owner now.
            boolean all = first && alone;
            if (all || heartbeat.steady()) {
                items.freeOfSilent(serverId, all, limits.heartbeatStale());
            }
            // Claimed in a statement whose answer was lost, or left unsettled: as this server lives, no other frees it.
            items.releaseAllBut(Set.copyOf(atWork), serverId);
            lookedNanos = System.nanoTime();
        }
        if (sweptAt.plus(SWEEP).isBefore(now)) {
            sweptAt = now;
            items.forgetServers();
            jobs.archive();
        }
        jobs.settleDue();
        beginJob(now);
        beginItems(now);
    }

    private void beginJob(Instant now) {
        if (!jobRuns.compareAndSet(false, true)) {
            return;
        }
        Optional<Batch> job = Optional.empty();
        try {
            job = batches.takeJob(serverId, now);
        } finally {
            if (job.isEmpty()) {
                jobRuns.set(false);
            }
        }
        job.ifPresent(batch -> begin("batch-" + batch.id(), () -> jobs.run(batch, serverId, this::wake), () -> {
            jobRuns.set(false);
        }));
    }

    private void beginItems(Instant now) {
        while (!stopping && slots.tryAcquire()) {
            Optional<Claimed> claimed = Optional.empty();
            try {
                claimed = items.claim(serverId, now);
            } finally {
                if (claimed.isEmpty()) {
                    slots.release();
                }
            }
            if (claimed.isEmpty()) {
                return;
            }
            Claimed item = claimed.get();
            atWork.add(item);
            begin("batch-item-" + item.batch(), () -> tasks.run(item, serverId, () -> stopping), () -> {
                atWork.remove(item);
                slots.release();
            });
        }
    }

    private void begin(String name, Runnable work, Runnable after) {
        Thread worker = Thread.ofVirtual().name(name).unstarted(() -> {
            try {
                if (!stopping) {
                    work.run();
                }
            } catch (RuntimeException | Error e) {
                log.error("{} failed", name, e);
            } finally {
                working.remove(Thread.currentThread());
                after.run();
                wake();
            }
        });
        working.add(worker);
        worker.start();
    }

    @Override
    public synchronized void stop() {
        Thread looking = thread;
        if (looking == null) {
            return;
        }
        stopping = true;
        wake();
        try {
            looking.join(STOP_MAX);
            // Not interrupted, as that would break their connections to the database: they look.
            long deadline = System.nanoTime() + STOP_MAX.toNanos();
            for (Thread worker : Set.copyOf(working)) {
                worker.join(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())));
            }
            items.releaseAll(serverId);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (DataAccessException | TransactionException e) {
            log.warn("Could not give up the items of this server; they are found by its silence: {}", e.getMessage());
        }
        thread = null;
    }

    /** Beside the draining of generations, which waits for the streams that this ends. */
    @Override
    public void stop(Runnable callback) {
        Thread.ofVirtual().name("batches-stop").start(() -> {
            try {
                stop();
            } finally {
                callback.run();
            }
        });
    }

    @Override
    public synchronized boolean isRunning() {
        return thread != null;
    }

    @Override
    public int getPhase() {
        return SmartLifecycle.DEFAULT_PHASE;
    }
}
