package dev.stoa.bench;

import dev.stoa.engine.Constraint;
import dev.stoa.engine.Engine;
import dev.stoa.engine.EngineOptions;
import dev.stoa.engine.EngineRequest;
import dev.stoa.engine.OutputControl;
import dev.stoa.engine.Sampling;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bench forms}: what it costs to hold outputs to a JSON Schema. */
@Command(
        name = "forms",
        mixinStandardHelpOptions = true,
        description = "Decode tokens a second of a batch whose outputs are held to a JSON Schema, beside the same batch"
                + " without; with a schema that the engine has never seen, and with one it knows.")
final class FormsCommand implements Callable<Integer> {
    private static final int CONTEXT = 2048;
    private static final int MAX_BATCH_TOKENS = 512;
    private static final int PROMPT = 32;

    @Mixin
    private ModelFlags flags = new ModelFlags();

    @Option(names = "--repetitions", description = "runs of each case; the median is printed (default: 7)")
    private int repetitions = 7;

    @Option(names = "--batch", description = "requests decoded together (default: 8)")
    private int batch = 8;

    @Option(names = "--tokens", description = "tokens of each answer (default: 192)")
    private int tokens = 192;

    @Override
    public Integer call() {
        Path file = flags.file();
        Report report = flags.report();
        Map<String, Object> machine = Machine.describe(MachineLimits.measure(flags.threads()), flags.threads());
        EngineOptions options = EngineOptions.builder()
                .threads(flags.threads())
                .contextLength(CONTEXT)
                .maxRunning(batch)
                .maxBatchTokens(MAX_BATCH_TOKENS)
                .build();
        try (Engine engine = Engine.load(file, options)) {
            machine.put("model", engine.info().name() + " " + engine.info().quantization());
            machine.put("kernels", engine.info().kernels());
            report.machine(machine);
            run(new ServingLoad(engine), report);
        }
        return 0;
    }

    private void run(ServingLoad load, Report report) {
        double[] free = new double[repetitions];
        double[] first = new double[repetitions];
        double[] again = new double[repetitions];
        OutputControl nothing = load.request(load.prompt(1), 1).control();
        var _ = decode(load, nothing) + decode(load, form("warm"));
        for (int i = 0; i < repetitions; i++) {
            OutputControl form = form("n" + i);
            free[i] = decode(load, nothing);
            first[i] = decode(load, form);
            again[i] = decode(load, form);
        }
        double base = EngineBenchmark.median(free);
        String name = "decode batch " + batch;
        report.add(new Row("forms", name + ", no form", "tokens/s", base, null, null, null));
        report.add(row(name + ", new schema", EngineBenchmark.median(first), base));
        report.add(row(name + ", known schema", EngineBenchmark.median(again), base));
    }

    private static Row row(String name, double value, double base) {
        return new Row("forms", name, "tokens/s", value, "no form", base, null);
    }

    /** A list that is too long to end within the run, of every kind of value. */
    private static OutputControl form(String name) {
        String schema = """
                {"type":"array","minItems":1000,"items":{"type":"object","properties":{"%1$s":{"type":"string"},
                "%1$s_title":{"type":"string","maxLength":60},"%1$s_kind":{"enum":["red","green","blue"]},
                "%1$s_count":{"type":"integer","minimum":0,"maximum":1000},"%1$s_share":{"type":"number"},
                "%1$s_tags":{"type":"array","items":{"type":"string"}},"%1$s_day":{"type":"string","format":"date"}},
                "required":["%1$s","%1$s_title","%1$s_kind","%1$s_count"],"additionalProperties":false}}""".formatted(name);
        return OutputControl.NONE.withConstraint(new Constraint.JsonSchema(schema));
    }

    /** Tokens a second of the whole batch, prompts included. */
    private double decode(ServingLoad load, OutputControl control) {
        long begin = System.nanoTime();
        List<TimedRun> runs = new ArrayList<>();
        for (int i = 0; i < batch; i++) {
            Sampling sampling = new Sampling(1, 0, 1, 0, 1, 0, 0, i);
            runs.add(load.submit(new EngineRequest(load.prompt(PROMPT), tokens, sampling).withControl(control)));
        }
        int made = 0;
        for (TimedRun run : runs) {
            run.join();
            made += run.generation().usage().outputTokens();
        }
        return made / ((System.nanoTime() - begin) / 1e9);
    }
}
