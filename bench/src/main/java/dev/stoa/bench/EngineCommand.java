package dev.stoa.bench;

import dev.stoa.engine.Engine;
import dev.stoa.engine.EngineOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bench engine}: prefill and decode rates of one model. */
@Command(
        name = "engine",
        mixinStandardHelpOptions = true,
        description = "Prefill and decode tokens a second of a model, beside llama.cpp where its path is given.")
final class EngineCommand implements Callable<Integer> {
    private static final int CONTEXT = 4096;
    private static final int MAX_BATCH = 64;

    @Option(
            names = "--model",
            required = true,
            description = "a GGUF file, or a model of the store (./stoa models lists them)")
    private String model = "";

    @Option(names = "--models", description = "the folder of the model store")
    private @Nullable Path models;

    @Option(names = "--threads", description = "threads that compute (default: all cores)")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(names = "--repetitions", description = "runs of each case; the median is printed (default: 5)")
    private int repetitions = 5;

    @Option(names = "--prefill", split = ",", description = "prompt lengths (default: 128,512,2048)")
    private List<Integer> prefill = List.of(128, 512, 2048);

    @Option(names = "--batch", split = ",", description = "requests decoded together (default: 1,2,4,8,16,32)")
    private List<Integer> batch = List.of(1, 2, 4, 8, 16, 32);

    @Option(names = "--llama-cpp", description = "llama-bench, or the folder that holds it, to run beside ours")
    private @Nullable Path llamaCpp;

    @Option(names = "--json", description = "print JSON lines, one row each")
    private boolean json;

    @Override
    public Integer call() {
        Path file = ModelFiles.resolve(model, models);
        LlamaBench peer = llamaCpp == null ? null : new LlamaBench(llamaCpp);
        Report report = new Report(json, System.out);
        MachineLimits limits = MachineLimits.measure(threads);
        Map<String, Object> machine = Machine.describe(limits, threads);
        EngineOptions options =
                new EngineOptions(threads, OptionalInt.of(CONTEXT), MAX_BATCH, MAX_BATCH, 2L << 30, 512);
        try (Engine engine = Engine.load(file, options)) {
            machine.put("model", engine.info().name() + " " + engine.info().quantization());
            machine.put("kernels", engine.info().kernels());
            report.machine(machine);
            new EngineBenchmark(engine, file, threads, repetitions, limits, peer).run(report, prefill, batch);
        }
        report.finish();
        return 0;
    }
}
