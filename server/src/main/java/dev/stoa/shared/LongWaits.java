package dev.stoa.shared;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * Lets thousands of virtual threads wait for seconds, and mostly not to the end, without a timer for each: a timed
 * wait of a virtual thread is handed to a scheduler's thread and taken back, which costs more than passing a model's token
 * on. One thread looks at all limits instead, {@link #TICK} apart. Thread-safe.
 */
public final class LongWaits {
    /** By so much a wait may be too long. */
    public static final Duration TICK = Duration.ofMillis(50);

    /** A shorter wait has its own timer. */
    private static final long SHORT_NANOS = 4 * TICK.toNanos();

    private static final Set<Wait> WAITS = ConcurrentHashMap.newKeySet();

    private record Wait(Thread thread, long until) {}

    static {
        Thread.ofPlatform().daemon().name("stoa-long-waits").start(LongWaits::watch);
    }

    private LongWaits() {}

    /** As {@link LockSupport#parkNanos}, but for up to {@link #TICK} longer; may return at any time before. */
    public static void park(Object blocker, long nanos) {
        if (nanos < SHORT_NANOS) {
            LockSupport.parkNanos(blocker, nanos);
            return;
        }
        Wait wait = new Wait(Thread.currentThread(), System.nanoTime() + nanos);
        WAITS.add(wait);
        try {
            LockSupport.park(blocker);
        } finally {
            WAITS.remove(wait);
        }
    }

    private static void watch() {
        while (true) {
            LockSupport.parkNanos(TICK.toNanos());
            long now = System.nanoTime();
            for (Wait wait : WAITS) {
                if (now - wait.until() >= 0) {
                    LockSupport.unpark(wait.thread());
                }
            }
        }
    }
}
