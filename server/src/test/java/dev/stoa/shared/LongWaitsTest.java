package dev.stoa.shared;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LongWaitsTest {
    /** Until its limit is over, which may need several calls, as each may return before. */
    private static long waitFor(Duration limit) {
        long begin = System.nanoTime();
        for (long left = limit.toNanos(); left > 0; left = limit.toNanos() - (System.nanoTime() - begin)) {
            LongWaits.park(LongWaitsTest.class, left);
        }
        return System.nanoTime() - begin;
    }

    @ParameterizedTest
    @ValueSource(longs = {20, 1_500})
    void endsWhenItsTimeIsOver(long millis) throws Exception {
        List<Future<Long>> waits = new ArrayList<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 200; i++) {
                waits.add(threads.submit(() -> waitFor(Duration.ofMillis(millis))));
            }
            for (Future<Long> wait : waits) {
                assertThat(wait.get(1, TimeUnit.MINUTES))
                        .isGreaterThanOrEqualTo(Duration.ofMillis(millis).toNanos());
            }
        }
    }

    @Test
    void endsWhenItIsWoken() throws Exception {
        AtomicBoolean come = new AtomicBoolean();
        CountDownLatch ended = new CountDownLatch(1);
        Thread waiting = Thread.ofVirtual().start(() -> {
            while (!come.get()) {
                LongWaits.park(this, TimeUnit.DAYS.toNanos(1));
            }
            ended.countDown();
        });
        while (waiting.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        come.set(true);
        LockSupport.unpark(waiting);
        assertThat(ended.await(1, TimeUnit.MINUTES)).isTrue();
    }

    @Test
    void endsWhenItIsInterrupted() throws Exception {
        Thread waiting = Thread.ofVirtual().start(() -> {
            while (!Thread.currentThread().isInterrupted()) {
                LongWaits.park(this, TimeUnit.DAYS.toNanos(1));
            }
        });
        waiting.interrupt();
        assertThat(waiting.join(Duration.ofMinutes(1))).isTrue();
    }
}
