package dev.stoa.engine.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkersTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5})
    void everyItemOfManyJobsIsDoneOnce(int threads) {
        try (Workers workers = new Workers(threads)) {
            for (int job = 0; job < 300; job++) {
                int count = job % 67;
                AtomicIntegerArray done = new AtomicIntegerArray(67);
                workers.run(count, (item, worker) -> {
                    assertThat(worker).isBetween(0, threads - 1);
                    done.incrementAndGet(item);
                });
                for (int item = 0; item < 67; item++) {
                    assertThat(done.get(item)).isEqualTo(item < count ? 1 : 0);
                }
            }
        }
    }

    @Test
    void aFailureReachesTheCallerAndTheNextJobRuns() {
        try (Workers workers = new Workers(2)) {
            assertThatThrownBy(() -> workers.run(100, (item, worker) -> {
                        if (item == 40) {
                            throw new IllegalStateException("item 40");
                        }
                    }))
                    .hasMessage("item 40");
            AtomicIntegerArray done = new AtomicIntegerArray(10);
            workers.run(10, (item, worker) -> done.incrementAndGet(item));
            assertThat(done.get(9)).isOne();
        }
    }
}
