package dev.stoa.bench;

import dev.stoa.engine.Engine;
import dev.stoa.engine.EngineRequest;
import dev.stoa.engine.OutputControl;
import dev.stoa.engine.Sampling;
import dev.stoa.engine.gguf.GgufFile;
import dev.stoa.engine.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.DoubleSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The engine through its own front door: prefill and decode in tokens a second, and decode of several requests at once.
 *
 * <p>Prompts are random ids, a new one for each run, so that no prefix cache helps. A decode rate is taken while all of
 * the requests decode; a prefill rate from submission to the first token.
 */
final class EngineBenchmark {
    /** Tokens that all requests of a batch decode together, and that the peer decodes. */
    static final int DECODE_TOKENS = 64;

    /** A server runs for days, so what is compiled in its first seconds isn't what is measured. */
    private static final long WARM_UP_NANOS = 5_000_000_000L;

    private final Engine engine;
    private final Path model;
    private final int threads;
    private final int repetitions;
    private final Roofline roofline;
    private final @Nullable LlamaBench peer;
    private final Report report;
    private final Random random = new Random(42);
    /** Without it a model that answers random words with its end would not be measured at all. */
    private final OutputControl noEnd;

    /**
     * What the machine allows one model.
     *
     * @param weightBytes read for each step
     * @param flops of a token
     */
    record Roofline(MachineLimits limits, double weightBytes, double flops) {
        double tokensPerSecond(int batch) {
            return Math.min(batch * limits.bytesPerSecond() / weightBytes, limits.flopsPerSecond() / flops);
        }
    }

    EngineBenchmark(
            Engine engine,
            Path model,
            int threads,
            int repetitions,
            Roofline roofline,
            @Nullable LlamaBench peer,
            Report report) {
        this.engine = engine;
        this.model = model;
        this.threads = threads;
        this.repetitions = repetitions;
        this.roofline = roofline;
        this.peer = peer;
        this.report = report;
        this.noEnd = OutputControl.NONE.withLogitBias(endTokens(model));
    }

    private static Map<Integer, Float> endTokens(Path model) {
        try (GgufFile file = GgufFile.open(model)) {
            Tokenizer tokenizer = Tokenizer.from(file);
            return IntStream.range(0, tokenizer.vocabularySize())
                    .filter(tokenizer::isEndOfGeneration)
                    .boxed()
                    .collect(Collectors.toMap(id -> id, id -> -100f));
        }
    }

    void prefill(int length) {
        compare(
                "prefill " + length,
                roofline.limits().flopsPerSecond() / roofline.flops(),
                () -> ownPrefill(length),
                peer == null ? null : () -> peer.prefill(model, threads, length));
    }

    /** {@code batch} requests, each after a prompt of {@code context} tokens of its own. */
    void decode(int batch, int context) {
        compare(
                "decode batch " + batch + " context " + context,
                roofline.tokensPerSecond(batch),
                () -> ownDecode(batch, context),
                peer == null ? null : () -> peer.decode(model, threads, context, DECODE_TOKENS, batch));
    }

    private void compare(String name, double limit, DoubleSupplier ours, @Nullable DoubleSupplier theirs) {
        // Unmeasured at first: what surrounds the kernels is compiled only after some hundred steps, beside them.
        long begin = System.nanoTime();
        do {
            var _ = ours.getAsDouble();
        } while (System.nanoTime() - begin < WARM_UP_NANOS);
        double[] values = new double[repetitions];
        double[] baselines = new double[theirs == null ? 0 : repetitions];
        for (int i = 0; i < repetitions; i++) {
            values[i] = ours.getAsDouble();
            if (theirs != null) {
                baselines[i] = theirs.getAsDouble();
            }
        }
        Double baseline = theirs == null ? null : median(baselines);
        report.add(new Row(
                "engine", name, "tokens/s", median(values), theirs == null ? null : "llama.cpp", baseline, limit));
    }

    private double ownPrefill(int length) {
        TimedRun run = submit(length, 1).join();
        return length / (run.firstTokenMillis() / 1e3);
    }

    /**
     * Tokens a second while all requests decode. Requests begin one after the other as their prompts are computed, so
     * each gets tokens enough to last until the slowest has had its own.
     */
    private double ownDecode(int batch, int context) {
        int prefillSteps = batch == 1 ? 0 : batch * context / EngineCommand.BATCH_TOKENS * 2 + batch;
        int length = Math.min(DECODE_TOKENS + prefillSteps, EngineCommand.CONTEXT - context);
        List<TimedRun> running = new ArrayList<>();
        for (int i = 0; i < batch; i++) {
            running.add(submit(context, length));
        }
        running.forEach(TimedRun::join);
        long begin = running.stream().mapToLong(TimedRun::firstNanos).max().orElseThrow();
        long end = running.stream().mapToLong(TimedRun::lastNanos).min().orElseThrow();
        long counted =
                running.stream().mapToLong(run -> run.tokensIn(begin, end)).sum();
        if (counted < batch) {
            throw new IllegalStateException("the requests of a batch of " + batch + " never ran together");
        }
        return counted / ((end - begin) / 1e9);
    }

    private TimedRun submit(int context, int tokens) {
        long now = System.nanoTime();
        EngineRequest request = new EngineRequest(prompt(context), tokens, Sampling.GREEDY).withControl(noEnd);
        return TimedRun.of(engine.submit(request), now);
    }

    /** Random ids from the middle of the vocabulary, where no model keeps its control tokens. */
    private int[] prompt(int length) {
        int vocabulary = engine.info().vocabularySize();
        return random.ints(length, vocabulary / 8, vocabulary / 2).toArray();
    }

    static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
