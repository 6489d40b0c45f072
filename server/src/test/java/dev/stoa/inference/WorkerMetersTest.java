package dev.stoa.inference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stoa.engine.EngineMetrics;
import dev.stoa.engine.Generation.Finish;
import dev.stoa.engine.Generation.Timing;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** The names that inference gateways look for, as they stand on the page. */
class WorkerMetersTest {
    private static final EngineMetrics METRICS = new EngineMetrics(
            2,
            3,
            0.25,
            100,
            16,
            7,
            List.of(4L, 0L, 2L, 1L),
            17,
            50,
            20,
            30,
            12,
            9,
            1,
            Map.of(Finish.END_OF_TURN, 4L, Finish.STOP_SEQUENCE, 1L, Finish.MAX_TOKENS, 2L, Finish.CANCELLED, 6L),
            Map.of(),
            1.5,
            0);

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Supplier<EngineMetrics> source = () -> METRICS;

    @Test
    void standUnderTheNamesOfVllm() {
        WorkerMeters meters = new WorkerMeters(registry);
        meters.bind("m", source);
        WorkerMeters.Reading reading = meters.requests("m").begin();
        reading.tokens(1);
        reading.tokens(1);
        reading.end(new Timing(Duration.ofMillis(1), Duration.ofMillis(2), Duration.ofMillis(3)));
        assertThat(registry.scrape())
                .contains(
                        "vllm:num_requests_running{model_name=\"m\"} 2.0",
                        "vllm:num_requests_waiting{model_name=\"m\"} 3.0",
                        "vllm:kv_cache_usage_perc{model_name=\"m\"} 0.25",
                        "vllm:cache_config_info{block_size=\"16\",model_name=\"m\",num_gpu_blocks=\"100\"} 1",
                        "vllm:iteration_tokens_total_bucket{model_name=\"m\",le=\"1.0\"} 4",
                        "vllm:iteration_tokens_total_bucket{model_name=\"m\",le=\"4.0\"} 6",
                        "vllm:iteration_tokens_total_bucket{model_name=\"m\",le=\"+Inf\"} 7",
                        "vllm:iteration_tokens_total_sum{model_name=\"m\"} 17.0",
                        "vllm:prefix_cache_queries_total{model_name=\"m\"} 50.0",
                        "vllm:prefix_cache_hits_total{model_name=\"m\"} 20.0",
                        "vllm:num_preemptions_total{model_name=\"m\"} 1.0",
                        "vllm:prompt_tokens_total{model_name=\"m\"} 50.0",
                        "vllm:generation_tokens_total{model_name=\"m\"} 30.0",
                        "vllm:request_success_total{finished_reason=\"stop\",model_name=\"m\"} 5.0",
                        "vllm:request_success_total{finished_reason=\"abort\",model_name=\"m\"} 6.0",
                        "vllm:time_to_first_token_seconds_count{model_name=\"m\"} 1",
                        "vllm:inter_token_latency_seconds_count{model_name=\"m\"} 1",
                        "vllm:e2e_request_latency_seconds_count{model_name=\"m\"} 1",
                        "vllm:request_queue_time_seconds_count{model_name=\"m\"} 1",
                        "vllm:request_prefill_time_seconds_count{model_name=\"m\"} 1",
                        "vllm:request_decode_time_seconds_count{model_name=\"m\"} 1");
    }
}
