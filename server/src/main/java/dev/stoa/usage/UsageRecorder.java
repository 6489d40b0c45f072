package dev.stoa.usage;

import dev.stoa.inference.Outcome;
import dev.stoa.inference.Reuse;
import dev.stoa.shared.Buckets;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

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
        times(event);
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

    /**
     * Under the names, with the attributes and in the buckets of OpenTelemetry's semantic conventions for generative AI
     * (those of model servers). The latter two are of answers that went well and were made for this request.
     */
    private void times(UsageEvent event) {
        boolean well = event.outcome() == Outcome.COMPLETED || event.outcome() == Outcome.REFUSED;
        Tags tags = Tags.of(
                "gen_ai.operation.name", event.operation().label(),
                "gen_ai.provider.name", PROVIDER,
                "gen_ai.request.model", event.requestedModel(),
                "gen_ai.response.model", event.model(),
                "surface", event.surface());
        time(
                "gen_ai.server.request.duration",
                tags.and("error.type", well ? "" : event.outcome().label()),
                event.total(),
                Buckets.REQUEST);
        Duration first = event.firstToken();
        if (!well || first == null || event.reuse() == Reuse.HIT || event.reuse() == Reuse.SHARED) {
            return;
        }
        time("gen_ai.server.time_to_first_token", tags, first, Buckets.FIRST_TOKEN);
        int more = event.tokens().outputTokens() - 1;
        if (more > 0) {
            Duration each = event.total().minus(first).dividedBy(more);
            time("gen_ai.server.time_per_output_token", tags, each, Buckets.NEXT_TOKEN);
        }
    }

    private void time(String name, Tags tags, Duration duration, List<Duration> buckets) {
        Timer.builder(name)
                .tags(tags)
                .serviceLevelObjectives(buckets.toArray(Duration[]::new))
                .register(meters)
                .record(duration);
    }
}
