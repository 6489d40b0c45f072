package dev.stoa.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.Limits;
import dev.stoa.shared.StoaException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class AdmissionTest {
    private static final UUID KEY = UUID.randomUUID();
    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5); // wraps around in the midst of the tests
    private final Admission admission = new Admission(limits(4, 2, 6), nanos::get);

    private static Limits limits(int inFlight, int perKey, int perMinute) {
        Limits d = Limits.defaults();
        return new Limits(
                d.messagesBody(),
                d.jsonDepth(),
                inFlight,
                perKey,
                perMinute,
                d.requestTime(),
                d.drain(),
                d.pingInterval(),
                d.clientCheck(),
                d.usageQueue(),
                d.usageBatch(),
                d.safetyWindow(),
                d.engineStall());
    }

    private StoaException refusal(UUID key) {
        return catchThrowableOfType(StoaException.class, () -> admission.acquire(key));
    }

    @Test
    void boundsWhatOneKeyHasOnItsWay() {
        Permit first = admission.acquire(KEY);
        admission.acquire(KEY);
        assertThat(refusal(KEY).kind()).isEqualTo(ErrorKind.RATE_LIMITED);
        first.close();
        first.close();
        assertThat(admission.inFlight()).isEqualTo(1);
        admission.acquire(KEY);
        assertThat(refusal(KEY).kind()).isEqualTo(ErrorKind.RATE_LIMITED);
    }

    @Test
    void boundsWhatTheHouseHasOnItsWay() {
        for (int i = 0; i < 4; i++) {
            admission.acquire(UUID.randomUUID());
        }
        assertThat(refusal(UUID.randomUUID()).kind()).isEqualTo(ErrorKind.OVERLOADED);
        assertThat(admission.inFlight()).isEqualTo(4);
    }

    @Test
    void boundsRequestsPerMinuteAndSaysWhenToComeBack() {
        for (int i = 0; i < 6; i++) {
            admission.acquire(KEY).close();
        }
        assertThat(admission.allowance(KEY).remaining()).isZero();
        StoaException refusal = refusal(KEY);
        assertThat(refusal.kind()).isEqualTo(ErrorKind.RATE_LIMITED);
        assertThat(refusal.retryAfter()).isEqualTo(Duration.ofSeconds(10));
        assertThat(admission.inFlight()).isZero();

        nanos.addAndGet(Duration.ofSeconds(10).toNanos());
        admission.acquire(KEY).close();
        assertThat(refusal(KEY)).isNotNull();
    }

    @Test
    void forgetsKeysThatRest() {
        admission.acquire(KEY).close();
        nanos.addAndGet(Duration.ofMinutes(2).toNanos());
        admission.acquire(UUID.randomUUID()).close();
        assertThat(admission.remembered()).isEqualTo(1);
    }

    @Test
    void givesOutNoMoreThanThereIsToManyAtOnce() throws InterruptedException {
        Admission wide = new Admission(limits(8, 100, 100_000), System::nanoTime);
        AtomicInteger now = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 32; i++) {
            threads.add(Thread.ofVirtual().start(() -> {
                for (int j = 0; j < 200; j++) {
                    try (Permit _ = wide.acquire(KEY)) {
                        most.accumulateAndGet(now.incrementAndGet(), Math::max);
                        Thread.yield();
                        now.decrementAndGet();
                    } catch (StoaException e) {
                        assertThat(e.kind()).isEqualTo(ErrorKind.OVERLOADED);
                    }
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(most.get()).isBetween(1, 8);
        assertThat(wide.inFlight()).isZero();
    }
}
