package dev.stoa.usage;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Where a settled request goes: into the metrics at once, into the ledger soon. Thread-safe. */
public final class UsageRecorder {
    private final UsageLedger ledger;
    private final MeterRegistry meters;

    UsageRecorder(UsageLedger ledger, MeterRegistry meters) {
        this.ledger = ledger;
        this.meters = meters;
    }

    /** Records the end of a request; called once for each. Waits while the ledger's queue is full. */
    public void record(UsageEvent event) {
        Counter.builder("stoa_requests")
                .tag("surface", event.surface())
                .tag("model", event.model())
                .tag("outcome", event.outcome().label())
                .register(meters)
                .increment();
        tokens(event, "input", event.tokens().inputTokens());
        tokens(event, "cached_input", event.tokens().cachedTokens());
        tokens(event, "output", event.tokens().outputTokens());
        time("stoa_request_duration", event, event.total());
        time("stoa_request_time_to_first_token", event, event.firstToken());
        ledger.append(event);
    }

    private void tokens(UsageEvent event, String kind, int count) {
        if (count > 0) {
            Counter.builder("stoa_tokens")
                    .tag("surface", event.surface())
                    .tag("model", event.model())
                    .tag("kind", kind)
                    .register(meters)
                    .increment(count);
        }
    }

    private void time(String name, UsageEvent event, @Nullable Duration duration) {
        if (duration != null) {
            Timer.builder(name)
                    .tag("surface", event.surface())
                    .tag("model", event.model())
                    .publishPercentileHistogram()
                    .minimumExpectedValue(Duration.ofMillis(1))
                    .maximumExpectedValue(Duration.ofMinutes(10))
                    .register(meters)
                    .record(duration);
        }
    }
}
