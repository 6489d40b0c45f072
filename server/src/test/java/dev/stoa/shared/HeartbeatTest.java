package dev.stoa.shared;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class HeartbeatTest {
    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5);
    private final Heartbeat heartbeat = new Heartbeat(Duration.ofSeconds(20), nanos::get);

    private void pass(int seconds) {
        nanos.addAndGet(Duration.ofSeconds(seconds).toNanos());
    }

    private void beatFor(int seconds) {
        for (int i = 0; i < seconds; i += 5) {
            pass(5);
            heartbeat.beat(() -> {});
        }
    }

    @Test
    void othersMayBeDeadOnceItWasHeardForAsLong() {
        assertThat(heartbeat.steady()).isFalse();
        beatFor(20);
        assertThat(heartbeat.steady()).as("its first sign is 15 s old").isFalse();
        beatFor(5);
        assertThat(heartbeat.steady()).isTrue();
    }

    @Test
    void aSignThatFailsIsAGap() {
        beatFor(100);
        pass(5);
        assertThatThrownBy(() -> heartbeat.beat(() -> {
                    throw new IllegalStateException("away");
                }))
                .hasMessage("away");
        assertThat(heartbeat.steady()).isFalse();
        beatFor(20);
        assertThat(heartbeat.steady()).isFalse();
        beatFor(5);
        assertThat(heartbeat.steady()).isTrue();
    }

    @Test
    void soIsOneThatTakesLong() {
        beatFor(100);
        heartbeat.beat(() -> pass(11));
        assertThat(heartbeat.steady()).isFalse();
        beatFor(20);
        assertThat(heartbeat.steady()).isTrue();
        pass(11);
        assertThat(heartbeat.steady()).as("long after a sign").isFalse();
    }
}
