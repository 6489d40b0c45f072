package dev.stoa.engine.schedule;

import dev.stoa.engine.EngineMetrics;
import dev.stoa.engine.Generation.Finish;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** The engine thread: steps while there is work, sleeps while there is none. {@link #wake} may come from anywhere. */
final class EngineLoop {
    private static final Logger LOG = System.getLogger(EngineLoop.class.getName());

    /** A step takes milliseconds to seconds; after this the thread is given up and the process must end. */
    private static final Duration CLOSE_MAX = Duration.ofSeconds(60);

    private final Scheduler scheduler;
    private final StepCounters counters;
    private final Thread thread;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private boolean awake = true;
    private boolean closed;
    private volatile boolean idle;
    private volatile long workSince;

    EngineLoop(Scheduler scheduler, StepCounters counters, String name) {
        this.scheduler = scheduler;
        this.counters = counters;
        this.workSince = System.nanoTime();
        this.thread =
                Thread.ofPlatform().name("stoa-engine-" + name).daemon(true).unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /** Says that something changed: a request came, was cancelled, or its reader made room. */
    void wake() {
        lock.lock();
        try {
            if (!awake) {
                workSince = System.nanoTime();
            }
            awake = true;
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /** False if the thread has died, or work waits and no step was made within {@code bound}. */
    boolean healthy(Duration bound) {
        if (!thread.isAlive()) {
            return false;
        }
        EngineMetrics now = counters.snapshot();
        if (idle && !scheduler.stuck()) {
            return true;
        }
        long progress = Math.max(now.lastStepNanos() - workSince, 0) + workSince;
        return System.nanoTime() - progress <= bound.toNanos();
    }

    /** Cancels all requests and waits for the thread to end. */
    void close() {
        lock.lock();
        try {
            closed = true;
        } finally {
            lock.unlock();
        }
        wake();
        join();
    }

    private void join() {
        try {
            if (thread.isAlive() && !thread.join(CLOSE_MAX)) {
                throw new IllegalStateException("the engine's thread did not end within " + CLOSE_MAX);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the engine was closing", e);
        }
    }

    private void run() {
        Finish end = Finish.FAILED;
        try {
            while (awaitWork()) {
                if (scheduler.step()) {
                    stayAwake();
                }
            }
            end = Finish.CANCELLED;
        } catch (RuntimeException | Error e) {
            // A fault of the scheduler itself: nothing can be trusted any more, but no reader may hang.
            LOG.log(Level.ERROR, "The engine's thread failed; all its requests end", e);
            throw e;
        } finally {
            scheduler.endAll(end);
        }
    }

    @SuppressWarnings("WaitNotInLoop") // the caller loops
    private void await(long due) {
        if (due == Scheduler.WHEN_WOKEN) {
            changed.awaitUninterruptibly();
            return;
        }
        try {
            long left = changed.awaitNanos(due - System.nanoTime());
            assert left <= due;
        } catch (InterruptedException e) {
            // Nobody interrupts this thread on purpose; it ends by being closed.
            LOG.log(Level.WARNING, "The engine's thread was interrupted", e);
        }
    }

    private void stayAwake() {
        lock.lock();
        try {
            awake = true;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Sleeps until something changes or is due; false once closed. Looks again after a wake-up that came during the last
     * step.
     */
    private boolean awaitWork() {
        lock.lock();
        try {
            long due = scheduler.wakeNanos();
            while (!awake && !closed && (due == Scheduler.WHEN_WOKEN || due - System.nanoTime() > 0)) {
                idle = true;
                await(due);
            }
            idle = false;
            awake = false;
            return !closed;
        } finally {
            lock.unlock();
        }
    }
}
