package dev.stoa.usage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stoa.identity.Caller;
import dev.stoa.inference.Outcome;
import dev.stoa.inference.Reuse;
import dev.stoa.inference.TokenUsage;
import dev.stoa.shared.Limits;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataAccessResourceFailureException;

class UsageLedgerTest {
    private static final Caller CALLER =
            new Caller(UUID.randomUUID(), UUID.randomUUID(), UUID.randomUUID(), UUID.randomUUID());

    private static UsageEvent event(int number) {
        return new UsageEvent(
                "req_" + number,
                Instant.EPOCH,
                CALLER,
                "anthropic",
                Operation.CHAT,
                "tiny",
                "tiny",
                Outcome.COMPLETED,
                null,
                TokenUsage.NONE,
                Reuse.NONE,
                0,
                0,
                null,
                null,
                null,
                Duration.ZERO);
    }

    @Test
    void writesAllBeforeItStopsThoughItFailedAtFirst() {
        AtomicInteger tries = new AtomicInteger();
        List<UsageEvent> written = new ArrayList<>();
        UsageLedger ledger = new UsageLedger(
                events -> {
                    switch (tries.getAndIncrement()) {
                        case 0 -> throw new DataAccessResourceFailureException("away");
                        case 1 -> throw new IllegalStateException("a bug");
                        case 2 -> throw new StackOverflowError();
                        default -> written.addAll(events);
                    }
                },
                Limits.defaults());
        ledger.start();
        IntStream.range(0, 1_234).forEach(i -> ledger.append(event(i)));
        ledger.stop();
        assertThat(written).hasSize(1_234).doesNotHaveDuplicates();
        assertThat(ledger.isRunning()).isFalse();
    }
}
