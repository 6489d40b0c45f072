package dev.stoa.inference;

import dev.stoa.engine.EngineMetrics;
import dev.stoa.engine.Generation;
import dev.stoa.shared.Buckets;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.core.metrics.Info;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/**
 * The embedded worker's numbers under the names that vLLM gave them, so that an inference gateway made for vLLM reads
 * them as they are. Source of the names: kubernetes-sigs/gateway-api-inference-extension, proposal 003.
 */
final class WorkerMeters {
    private static final String MODEL_LABEL = "model_name";
    private static final List<String> FINISHED_REASONS = List.of("stop", "length", "abort", "error");

    private final MeterRegistry registry;

    WorkerMeters(MeterRegistry registry) {
        this.registry = registry;
    }

    /** Registers the gauges over whatever engine there is. */
    void bind(String model, Supplier<EngineMetrics> metrics) {
        gauge("vllm:num_requests_running", model, metrics, EngineMetrics::running);
        gauge("vllm:num_requests_waiting", model, metrics, EngineMetrics::waiting);
        gauge("vllm:kv_cache_usage_perc", model, metrics, EngineMetrics::kvCacheUsage);
        counter("vllm:prompt_tokens", model, metrics, EngineMetrics::promptTokens);
        counter("vllm:generation_tokens", model, metrics, EngineMetrics::generatedTokens);
        counter("vllm:prefix_cache_queries", model, metrics, EngineMetrics::promptTokens);
        counter("vllm:prefix_cache_hits", model, metrics, EngineMetrics::cachedTokens);
        counter("vllm:spec_decode_num_draft_tokens", model, metrics, EngineMetrics::draftedTokens);
        counter("vllm:spec_decode_num_accepted_tokens", model, metrics, EngineMetrics::acceptedTokens);
        counter("vllm:num_preemptions", model, metrics, EngineMetrics::preemptions);
        for (String reason : FINISHED_REASONS) {
            FunctionCounter.builder("vllm:request_success", metrics, source -> ended(source.get(), reason))
                    .tag(MODEL_LABEL, model)
                    .tag("finished_reason", reason)
                    .register(registry);
        }
        counter("stoa_engine_steps", model, metrics, EngineMetrics::steps);
        gauge("stoa_engine_drain_per_second", model, metrics, EngineMetrics::drainPerSecond);
        if (registry instanceof PrometheusMeterRegistry prometheus) {
            describeCache(prometheus.getPrometheusRegistry(), model, metrics.get());
            prometheus.getPrometheusRegistry().register(() -> iterationTokens(model, metrics.get()));
        }
    }

    static EngineMetrics nothing() {
        return EngineMetrics.NONE;
    }

    /** Registered without Micrometer, which takes {@code _info} off a name. */
    private static void describeCache(PrometheusRegistry prometheus, String model, EngineMetrics metrics) {
        Info.builder()
                .name("vllm:cache_config_info")
                .labelNames(MODEL_LABEL, "block_size", "num_gpu_blocks")
                .register(prometheus)
                .addLabelValues(model, Integer.toString(metrics.kvBlockTokens()), Integer.toString(metrics.kvBlocks()));
    }

    /** Registered without Micrometer, which makes no histogram of what was counted elsewhere. */
    private static HistogramSnapshot iterationTokens(String model, EngineMetrics metrics) {
        ClassicHistogramBuckets.Builder buckets = ClassicHistogramBuckets.builder();
        for (int i = 0; i < metrics.stepsBySize().size(); i++) {
            buckets.bucket(1 << i, metrics.stepsBySize().get(i));
        }
        return HistogramSnapshot.builder()
                .name("vllm:iteration_tokens_total")
                .dataPoint(HistogramDataPointSnapshot.builder()
                        .labels(Labels.of(MODEL_LABEL, model))
                        .classicHistogramBuckets(
                                buckets.bucket(Double.POSITIVE_INFINITY, 0).build())
                        .sum(metrics.stepTokens())
                        .build())
                .build();
    }

    private static long ended(EngineMetrics metrics, String reason) {
        return metrics.outcomes().entrySet().stream()
                .filter(outcome -> reason(outcome.getKey()).equals(reason))
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    private static String reason(Generation.Finish finish) {
        return switch (finish) {
            case END_OF_TURN, STOP_SEQUENCE -> "stop";
            case MAX_TOKENS, CONTEXT_FULL -> "length";
            case CANCELLED -> "abort";
            case EXPIRED, FAILED -> "error";
        };
    }

    private void gauge(
            String name, String model, Supplier<EngineMetrics> metrics, ToDoubleFunction<EngineMetrics> value) {
        Gauge.builder(name, metrics, source -> value.applyAsDouble(source.get()))
                .tag(MODEL_LABEL, model)
                .strongReference(true)
                .register(registry);
    }

    private void counter(
            String name, String model, Supplier<EngineMetrics> metrics, ToDoubleFunction<EngineMetrics> value) {
        // The registry holds the supplier weakly; its owner, the inference bean, lives as long as the registry.
        FunctionCounter.builder(name, metrics, source -> value.applyAsDouble(source.get()))
                .tag(MODEL_LABEL, model)
                .register(registry);
    }

    /** The histograms of a model's requests. */
    Requests requests(String model) {
        return new Requests(model);
    }

    private Timer timer(String name, String model, List<Duration> buckets) {
        return Timer.builder(name)
                .tag(MODEL_LABEL, model)
                .serviceLevelObjectives(buckets.toArray(Duration[]::new))
                .register(registry);
    }

    /** Meters of one model. */
    final class Requests {
        private final String model;
        private final Timer firstToken;
        private final Timer interToken;
        private final Timer total;
        private final Timer queue;
        private final Timer prefill;
        private final Timer decode;

        private Requests(String model) {
            this.model = model;
            this.firstToken = timer("vllm:time_to_first_token", model, Buckets.FIRST_TOKEN);
            this.interToken = timer("vllm:inter_token_latency", model, Buckets.NEXT_TOKEN);
            this.total = timer("vllm:e2e_request_latency", model, Buckets.REQUEST);
            this.queue = timer("vllm:request_queue_time", model, Buckets.REQUEST);
            this.prefill = timer("vllm:request_prefill_time", model, Buckets.REQUEST);
            this.decode = timer("vllm:request_decode_time", model, Buckets.REQUEST);
        }

        Reading begin() {
            return new Reading(this);
        }
    }

    /** The clock of one request as its reader sees it; not thread-safe. */
    static final class Reading {
        private final Requests meters;
        private final long startNanos = System.nanoTime();
        private long lastNanos;

        private Reading(Requests meters) {
            this.meters = meters;
        }

        /** So many tokens came in one piece. */
        void tokens(int count) {
            if (count == 0) {
                return;
            }
            long now = System.nanoTime();
            if (lastNanos == 0) {
                meters.firstToken.record(Duration.ofNanos(now - startNanos));
            } else {
                Duration each = Duration.ofNanos((now - lastNanos) / count);
                for (int i = 0; i < count; i++) {
                    meters.interToken.record(each);
                }
            }
            lastNanos = now;
        }

        void end(Generation.Timing timing) {
            meters.total.record(Duration.ofNanos(System.nanoTime() - startNanos));
            meters.queue.record(timing.queued());
            meters.prefill.record(timing.prefill());
            meters.decode.record(timing.decode());
        }
    }
}
