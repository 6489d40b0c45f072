package dev.stoa.usage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stoa.identity.Caller;
import dev.stoa.inference.Outcome;
import dev.stoa.inference.Reuse;
import dev.stoa.inference.TokenUsage;
import dev.stoa.shared.Limits;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What Prometheus reads of requests, under OpenTelemetry's names. */
class UsageMetricsTest {
    private static final UUID ID = new UUID(0, 1);

    private final PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final UsageRecorder recorder =
            new UsageRecorder(new UsageLedger(_ -> {}, Limits.defaults()), _ -> {}, meters);

    private void record(Operation operation, Outcome outcome, Reuse reuse, int output, @Nullable Duration first) {
        recorder.record(new UsageEvent(
                "req_1",
                Instant.EPOCH,
                new Caller(ID, ID, ID, ID),
                "openai",
                operation,
                "alias",
                "tiny",
                outcome,
                null,
                new TokenUsage(5, 0, output),
                reuse,
                0,
                0,
                null,
                first,
                first,
                Duration.ofSeconds(2)));
    }

    private List<String> lines(String name) {
        return meters.scrape().lines().filter(line -> line.startsWith(name)).toList();
    }

    @Test
    void aRequestHasTheRequiredAttributes() {
        record(Operation.CHAT, Outcome.COMPLETED, Reuse.NONE, 11, Duration.ofSeconds(1));
        assertThat(lines("gen_ai_server_request_duration_seconds_count"))
                .singleElement()
                .asString()
                .contains(
                        "gen_ai_operation_name=\"chat\"",
                        "gen_ai_provider_name=\"stoa\"",
                        "gen_ai_request_model=\"alias\"",
                        "gen_ai_response_model=\"tiny\"",
                        "error_type=\"\"")
                .endsWith(" 1");
        assertThat(lines("gen_ai_server_time_to_first_token_seconds_sum"))
                .singleElement()
                .asString()
                .contains("gen_ai_operation_name=\"chat\"")
                .doesNotContain("error_type")
                .endsWith(" 1.0");
        assertThat(lines("gen_ai_server_time_per_output_token_seconds_sum"))
                .singleElement()
                .asString()
                .endsWith(" 0.1");
    }

    @Test
    void whatFailedOrWasNotMadeHasNoTimesOfTokens() {
        record(Operation.TEXT_COMPLETION, Outcome.FAILED, Reuse.NONE, 11, Duration.ofSeconds(1));
        record(Operation.EMBEDDINGS, Outcome.COMPLETED, Reuse.NONE, 0, null);
        record(Operation.CHAT, Outcome.COMPLETED, Reuse.HIT, 0, Duration.ofMillis(1));
        record(Operation.CHAT, Outcome.COMPLETED, Reuse.SHARED, 4, Duration.ofMillis(1));
        assertThat(lines("gen_ai_server_time_")).isEmpty();
        assertThat(lines("gen_ai_server_request_duration_seconds_count"))
                .anyMatch(line -> line.contains("error_type=\"failed\"") && line.contains("\"text_completion\""))
                .anyMatch(line -> line.contains("\"embeddings\""));
    }
}
