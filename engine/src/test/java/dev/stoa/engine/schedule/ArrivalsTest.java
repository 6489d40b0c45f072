package dev.stoa.engine.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stoa.engine.EngineRejectedException;
import dev.stoa.engine.EngineRejectedException.Reason;
import dev.stoa.engine.EngineRequest;
import dev.stoa.engine.Sampling;
import dev.stoa.engine.Scheduling;
import dev.stoa.engine.cache.BlockPool;
import dev.stoa.engine.cache.PrefixCache;
import dev.stoa.engine.schedule.Arrivals.QueueLimits;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class ArrivalsTest {
    private static final int PROMPT = 10;

    private final PrefixCache cache = new PrefixCache(new BlockPool(1), new byte[0], true);
    private final DrainRate drain = new DrainRate();
    private long now = 1;

    private Arrivals arrivals(int requests, long tokens, int maxRunning) {
        return new Arrivals(new QueueLimits(requests, tokens, maxRunning), drain, () -> now);
    }

    private List<Request> requests(String tenant, int count) {
        EngineRequest spec = new EngineRequest(new int[PROMPT], 1, Sampling.GREEDY)
                .withScheduling(Scheduling.DEFAULT.withTenant(tenant));
        return Stream.generate(() -> new Request(
                        spec,
                        new GenerationStream(spec.prompt(), () -> {}),
                        new Mix.NoText(),
                        cache.chain(tenant),
                        100,
                        now))
                .limit(count)
                .toList();
    }

    private static int fill(Arrivals arrivals, List<Request> requests) {
        int taken = 0;
        try {
            for (Request request : requests) {
                arrivals.add(List.of(request));
                taken++;
            }
        } catch (EngineRejectedException e) {
            assertThat(e.reason()).isEqualTo(Reason.QUEUE_FULL);
        }
        return taken;
    }

    @Test
    void oneTenantAloneHasThreeQuartersAndOthersStillGetIn() {
        Arrivals arrivals = arrivals(100, 10_000, 0);
        assertThat(fill(arrivals, requests("flood", 200))).isEqualTo(75);
        assertThat(fill(arrivals, requests("second", 200))).isBetween(18, 20);
        assertThat(fill(arrivals, requests("third", 1))).isEqualTo(1);
    }

    @Test
    void freePlacesAreNotQueued() {
        Arrivals arrivals = arrivals(0, 10_000, 4);
        assertThat(fill(arrivals, requests("a", 10))).isEqualTo(4);
        arrivals.take().forEach(arrivals::left);
        arrivals.running(4);
        assertThat(fill(arrivals, requests("a", 1))).isZero();
    }

    @Test
    void tokensAreBoundedToo() {
        assertThat(fill(arrivals(100, 5 * PROMPT, 0), requests("a", 20))).isEqualTo(5);
    }

    @Test
    void aGroupComesInWholeOrNotAtAll() {
        Arrivals arrivals = arrivals(10, 10_000, 0);
        assertRefused(() -> arrivals.add(requests("a", 11)), Reason.QUEUE_FULL);
        assertThat(arrivals.size()).isZero();
        arrivals.add(requests("a", 5));
        assertThat(arrivals.size()).isEqualTo(5);
    }

    @Test
    void whoIsRefusedIsToldWhenByTheRateOfTheLastEnds() {
        Arrivals arrivals = arrivals(40, 10_000, 0);
        for (int i = 0; i < 20; i++) {
            now += Duration.ofMillis(500).toNanos();
            drain.ended(now);
        }
        fill(arrivals, requests("a", 40));
        assertThatThrownBy(() -> arrivals.add(requests("a", 1)))
                .isInstanceOfSatisfying(
                        EngineRejectedException.class,
                        // 30 wait; the half of them and one more end in 8 s at two a second.
                        e -> assertThat(e.retryAfter()).contains(Duration.ofSeconds(8)));
        assertThat(arrivals.rejections()).containsEntry(Reason.QUEUE_FULL, 2L);
    }

    @Test
    void nothingComesInOnceClosed() {
        Arrivals arrivals = arrivals(10, 10_000, 1);
        arrivals.close();
        assertRefused(() -> arrivals.add(requests("a", 1)), Reason.CLOSED);
    }

    private static void assertRefused(ThrowingCallable call, Reason reason) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        EngineRejectedException.class,
                        e -> assertThat(e.reason()).isEqualTo(reason));
    }
}
