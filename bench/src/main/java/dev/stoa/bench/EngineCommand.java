package dev.stoa.bench;

import dev.stoa.engine.Engine;
import dev.stoa.engine.EngineOptions;
import dev.stoa.engine.KvType;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bench engine}: prefill and decode rates of one model. */
@Command(
        name = "engine",
        mixinStandardHelpOptions = true,
        description = "Prefill and decode tokens a second of a model, beside llama.cpp where its path is given.")
final class EngineCommand implements Callable<Integer> {
    static final int CONTEXT = 4096;
    static final int BATCH_TOKENS = 512;
    private static final int MAX_BATCH = 64;

    @Mixin
    private ModelFlags flags = new ModelFlags();

    @Option(names = "--repetitions", description = "runs of each case; the median is printed (default: 5)")
    private int repetitions = 5;

    @Option(names = "--prefill", split = ",", arity = "0..1", description = "prompt lengths (default: 128,512,2048)")
    private List<Integer> prefill = List.of(128, 512, 2048);

    @Option(names = "--batch", split = ",", description = "requests decoded together (default: 1,2,4,8,16,32,64)")
    private List<Integer> batch = List.of(1, 2, 4, 8, 16, 32, 64);

    @Option(names = "--context", split = ",", description = "prompt tokens of each request (default: 128,1024)")
    private List<Integer> context = List.of(128, 1024);

    @Option(names = "--kv", description = "keys and values as ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE})")
    private KvType kv = KvType.BF16;

    @Option(
            names = "--llama-cpp",
            description = "the folder with llama-bench and llama-batched-bench, to run beside ours")
    private @Nullable Path llamaCpp;

    @Override
    public Integer call() {
        Path file = flags.file();
        LlamaBench peer = llamaCpp == null ? null : new LlamaBench(llamaCpp);
        Report report = flags.report();
        MachineLimits limits = MachineLimits.measure(flags.threads());
        Map<String, Object> machine = Machine.describe(limits, flags.threads());
        machine.put("model", file.getFileName().toString());
        machine.put("kv", kv);
        report.machine(machine);
        EngineBenchmark.Roofline roofline = bareKernels(file, limits, report);
        PeakMemory.reset();
        try (Engine engine = Engine.load(file, options())) {
            EngineBenchmark benchmark =
                    new EngineBenchmark(engine, file, flags.threads(), repetitions, roofline, peer, report);
            prefill.forEach(benchmark::prefill);
            for (int tokens : context) {
                batch.forEach(count -> benchmark.decode(count, tokens));
            }
        }
        memory(report, peer);
        return 0;
    }

    private EngineOptions options() {
        // No target for the time of a step: what is measured is throughput.
        return EngineOptions.builder()
                .threads(flags.threads())
                .contextLength(CONTEXT)
                .maxRunning(MAX_BATCH)
                .maxQueued(MAX_BATCH)
                .kvCacheBytes(4L << 30)
                .kvType(kv)
                .maxBatchTokens(BATCH_TOKENS)
                .interTokenTarget(Duration.ofMinutes(1))
                .prefixCache(false)
                .build();
    }

    private EngineBenchmark.Roofline bareKernels(Path file, MachineLimits limits, Report report) {
        try (BareKernels kernels = new BareKernels(file, flags.threads())) {
            var roofline = new EngineBenchmark.Roofline(limits, kernels.bytes(), kernels.flops());
            for (int count : batch) {
                double value = kernels.tokensPerSecond(count, Math.max(3, repetitions));
                double limit = roofline.tokensPerSecond(count);
                report.add(new Row("engine", "bare kernels batch " + count, "tokens/s", value, null, null, limit));
            }
            return roofline;
        }
    }

    private static void memory(Report report, @Nullable LlamaBench peer) {
        OptionalLong own = PeakMemory.own();
        if (own.isPresent()) {
            boolean both = peer != null && peer.peakBytes() > 0;
            report.add(new Row(
                    "engine",
                    "peak memory",
                    "MB",
                    own.getAsLong() / 1e6,
                    both ? "llama.cpp" : null,
                    both && peer != null ? peer.peakBytes() / 1e6 : null,
                    null));
        }
    }
}
