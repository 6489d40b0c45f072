package dev.stoa.engine.kernel;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A few threads that share the items of one job at a time with the thread that calls {@link #run}.
 *
 * <p>Hand-over: a worker that has nothing to do spins for {@value #SPIN_NANOS} ns, as the next job of a forward pass
 * follows within microseconds, then parks. Where there are fewer cores than threads it parks at once, since a spinning
 * thread would hold the core that the working one needs.
 *
 * <p>Each thread begins with a contiguous share of the items of its own, and helps the others when that is done: items
 * that follow each other lie behind each other in memory, and hardware that fetches ahead of a reader guesses wrong where
 * two readers take turns. Taking turns cost a quarter of the rate of a matrix product with one row.
 *
 * <p>Guarantees: when {@link #run} returns every item was done, with its writes visible, or the first failure is thrown.
 * One thread may call {@link #run}; {@link #close} may come from any thread once no job runs.
 */
public final class Workers implements AutoCloseable {
    /** Longer than any serial part of a forward pass, short enough to cost nothing when idle. */
    private static final long SPIN_NANOS = 50_000;

    /** Spins between two looks at the clock. */
    private static final int SPINS_PER_CHECK = 8;

    private final Thread[] threads;
    private final boolean spin;
    /** The next item of each share, {@link #APART} from each other: two threads count without sharing a cache line. */
    private final AtomicIntegerArray next;

    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    /** The current job: its number above {@link #NUMBER_SHIFT}, {@link #OPEN} while workers may join, and how many did. */
    private final AtomicLong job = new AtomicLong();

    private final AtomicInteger parked = new AtomicInteger();
    private volatile boolean closed;
    private Task task = (item, worker) -> {};
    private int items;

    private static final int APART = 32;
    /**
     * A take is this part of what is left of a share: large at first, so that taking costs nothing, and single items at
     * the end, so that the threads end together (guided self-scheduling, Polychronopoulos and Kuck 1987).
     */
    private static final int TAKE = 4;

    private static final long OPEN = 1L << 16;
    private static final int NUMBER_SHIFT = 17;
    private static final long JOINED = OPEN - 1;

    /** One item of a job. */
    @FunctionalInterface
    public interface Task {
        /** @param worker 0 for the calling thread, up to {@code threads − 1} */
        void run(int item, int worker);
    }

    /** @param threads threads that compute, the caller's included */
    public Workers(int threads) {
        this.spin = threads <= Runtime.getRuntime().availableProcessors();
        this.next = new AtomicIntegerArray(threads * APART);
        this.threads = new Thread[threads - 1];
        for (int i = 0; i < threads - 1; i++) {
            int worker = i + 1;
            this.threads[i] = Thread.ofPlatform()
                    .name("stoa-kernel-" + worker)
                    .daemon(true)
                    .start(() -> work(worker));
        }
    }

    /** Threads that compute, the caller's included. */
    public int count() {
        return threads.length + 1;
    }

    /** Runs {@code task} for each item in {@code [0, count)}, in no particular order, one at a time on each thread. */
    public void run(int count, Task task) {
        if (count <= 1 || threads.length == 0) {
            for (int item = 0; item < count; item++) {
                task.run(item, 0);
            }
            return;
        }
        this.task = task;
        this.items = count;
        for (int share = 0; share < count(); share++) {
            next.set(share * APART, begin(share));
        }
        job.set(((job.get() >>> NUMBER_SHIFT) + 1) << NUMBER_SHIFT | OPEN);
        if (parked.get() > 0) {
            unparkAll();
        }
        share(0);
        awaitOthers();
        Throwable failed = failure.getAndSet(null);
        if (failed != null) {
            throw asUnchecked(failed);
        }
    }

    private static RuntimeException asUnchecked(Throwable failed) {
        if (failed instanceof Error error) {
            throw error;
        }
        return failed instanceof RuntimeException runtime ? runtime : new IllegalStateException(failed);
    }

    private void share(int worker) {
        try {
            for (int i = 0; i < count(); i++) {
                take((worker + i) % count(), worker);
            }
        } catch (Throwable t) {
            // Whatever failed, the caller must get it, and the other threads must come to an end.
            failure.compareAndSet(null, t);
            for (int share = 0; share < count(); share++) {
                next.set(share * APART, begin(share + 1));
            }
        }
    }

    private void take(int share, int worker) {
        int end = begin(share + 1);
        int slot = share * APART;
        int from;
        while ((from = next.get(slot)) < end) {
            int to = from + Math.max(1, (end - from) / TAKE);
            if (!next.compareAndSet(slot, from, to)) {
                continue;
            }
            for (int item = from; item < to; item++) {
                task.run(item, worker);
            }
        }
    }

    private int begin(int share) {
        return (int) ((long) items * share / count());
    }

    private void work(int worker) {
        long seen = 0;
        while (true) {
            awaitJob(seen);
            if (closed) {
                return;
            }
            long now = job.get();
            seen = now >>> NUMBER_SHIFT;
            if ((now & OPEN) != 0 && job.compareAndSet(now, now + 1)) {
                share(worker);
                job.decrementAndGet();
            } else if ((now & OPEN) != 0) {
                // Another worker joined at the same moment: look at this job again.
                seen--;
            }
        }
    }

    private void awaitJob(long seen) {
        long spinUntil = spin ? System.nanoTime() + SPIN_NANOS : 0;
        while (job.get() >>> NUMBER_SHIFT == seen && !closed) {
            if (spin && spinUntil - System.nanoTime() > 0) {
                pause();
            } else {
                park(seen);
            }
        }
    }

    /** Says that it sleeps before it looks again, so that a job that comes in between is seen by one side or the other. */
    private void park(long seen) {
        parked.incrementAndGet();
        if (job.get() >>> NUMBER_SHIFT == seen && !closed) {
            LockSupport.park(this);
        }
        parked.decrementAndGet();
    }

    private void unparkAll() {
        for (Thread thread : threads) {
            LockSupport.unpark(thread);
        }
    }

    private void pause() {
        for (int i = 0; i < SPINS_PER_CHECK; i++) {
            Thread.onSpinWait();
        }
    }

    /** Lets nobody join any more and waits for those who did: a worker that never got a core costs nothing. */
    private void awaitOthers() {
        long spinUntil = spin ? System.nanoTime() + SPIN_NANOS : 0;
        job.updateAndGet(now -> now & ~OPEN);
        while ((job.get() & JOINED) > 0) {
            if (spin && spinUntil - System.nanoTime() > 0) {
                pause();
            } else {
                Thread.yield();
            }
        }
    }

    /** Ends the threads; waits for none. */
    @Override
    public void close() {
        closed = true;
        unparkAll();
    }
}
