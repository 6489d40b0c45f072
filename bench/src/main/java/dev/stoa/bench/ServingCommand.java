package dev.stoa.bench;

import dev.stoa.engine.Engine;
import dev.stoa.engine.EngineOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bench serving}: many requests through the queue. */
@Command(
        name = "serving",
        mixinStandardHelpOptions = true,
        description = "Many requests through the queue: a hundred against one, Poisson arrivals, a hundred questions on"
                + " one thread, overload; beside llama-server where its folder is given.")
final class ServingCommand implements Callable<Integer> {
    private static final int CONTEXT = 2048;
    private static final int MAX_RUNNING = 128;
    private static final int MAX_QUEUED = 512;
    private static final int MAX_BATCH_TOKENS = 512;
    private static final int PEER_SLOTS = 64;
    private static final int PEER_SLOT_TOKENS = 128;

    @Mixin
    private ModelFlags flags = new ModelFlags();

    @Option(names = "--repetitions", description = "runs of the queue's cases; the median is printed (default: 3)")
    private int repetitions = 3;

    @Option(
            names = "--cases",
            split = ",",
            description = "which: queue, arrivals, thread, overload (default: queue,arrivals,thread)")
    private List<String> cases = List.of("queue", "arrivals", "thread");

    @Option(names = "--arrivals", description = "seconds of arrivals at each rate (default: 30)")
    private double arrivalSeconds = 30;

    @Option(names = "--questions", description = "questions on the thread (default: 100)")
    private int questions = 100;

    @Option(names = "--apart", description = "questions with a thread of their own, for comparison (default: 100)")
    private int apart = 100;

    @Option(names = "--overload", description = "minutes of overload (default: 10)")
    private double overloadMinutes = 10;

    @Option(names = "--kv-cache", description = "MiB for keys and values (default: 1024)")
    private long kvCacheMegabytes = 1024;

    @Option(names = "--llama-cpp", description = "the folder that holds llama-server, to ask it the same")
    private @Nullable Path llamaCpp;

    @Override
    public Integer call() {
        Path file = flags.file();
        Report report = flags.report();
        MachineLimits limits = MachineLimits.measure(flags.threads());
        Map<String, Object> machine = Machine.describe(limits, flags.threads());
        EngineOptions options = EngineOptions.builder()
                .threads(flags.threads())
                .contextLength(CONTEXT)
                .maxRunning(MAX_RUNNING)
                .maxQueued(MAX_QUEUED)
                .maxBatchTokens(MAX_BATCH_TOKENS)
                .kvCacheBytes(kvCacheMegabytes << 20)
                .build();
        try (Engine engine = Engine.load(file, options)) {
            machine.put("model", engine.info().name() + " " + engine.info().quantization());
            machine.put("kernels", engine.info().kernels());
            report.machine(machine);
            run(engine, file, report);
        }
        return 0;
    }

    private void run(Engine engine, Path file, Report report) {
        ServingLoad load = new ServingLoad(engine);
        double capacity = queue(load, file, report);
        if (cases.contains("arrivals")) {
            new ArrivalsBenchmark(load, arrivalSeconds).run(report, capacity);
        }
        if (cases.contains("thread")) {
            new ThreadBenchmark(engine, load, questions, apart).run(report);
        }
        if (cases.contains("overload")) {
            Duration duration = Duration.ofMillis((long) (overloadMinutes * 60_000));
            new OverloadBenchmark(engine, load, duration).run(report, capacity);
        }
    }

    /** The capacity comes from here, so it runs for the other cases too. */
    private double queue(ServingLoad load, Path file, Report report) {
        if (llamaCpp == null) {
            return new QueueBenchmark(load, repetitions, null).run(report);
        }
        try (LlamaServer peer = new LlamaServer(llamaCpp, file, flags.threads(), PEER_SLOTS, PEER_SLOT_TOKENS)) {
            return new QueueBenchmark(load, repetitions, peer).run(report);
        }
    }
}
