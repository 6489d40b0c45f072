package dev.stoa.usage;

import dev.stoa.inference.Outcome;
import dev.stoa.shared.Buckets;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Where a settled request goes: into the metrics at once, into the ledger soon. Thread-safe. */
public final class UsageRecorder {
    private static final String PROVIDER = "stoa";

    private final UsageLedger ledger;
    private final Consumer<OpenRequest> open;
    private final MeterRegistry meters;

    /** @param open hears of requests that begin */
    UsageRecorder(UsageLedger ledger, Consumer<OpenRequest> open, MeterRegistry meters) {
        this.ledger = ledger;
        this.open = open;
        this.meters = meters;
    }

    /** A request runs; if its server is killed it is recorded as far as it had come. Its end is recorded as ever. */
    public void begin(OpenRequest request) {
        open.accept(request);
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
        tokens(event, "reused", event.reusedTokens());
        time("gen_ai.server.request.duration", event, event.total(), Buckets.REQUEST);
        time("gen_ai.server.time_to_first_token", event, event.firstToken(), Buckets.FIRST_TOKEN);
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

    /** Under the names of OpenTelemetry's conventions for generative AI, and in their buckets. */
    private void time(String name, UsageEvent event, @Nullable Duration duration, List<Duration> buckets) {
        if (duration != null) {
            boolean well = event.outcome() == Outcome.COMPLETED || event.outcome() == Outcome.REFUSED;
            Timer.builder(name)
                    .tag("gen_ai.provider.name", PROVIDER)
                    .tag("gen_ai.response.model", event.model())
                    .tag("error.type", well ? "" : event.outcome().label())
                    .tag("surface", event.surface())
                    .serviceLevelObjectives(buckets.toArray(Duration[]::new))
                    .register(meters)
                    .record(duration);
        }
    }
}
