package dev.stoa.bench;

import dev.stoa.engine.Engine;
import dev.stoa.engine.EngineRequest;
import dev.stoa.engine.Generation;
import dev.stoa.engine.ModelInfo;
import dev.stoa.engine.Sampling;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The engine through its own front door: prefill and decode in tokens a second, and decode of several requests at once.
 *
 * <p>Prompts are random ids, a new one for each run, so that no prefix cache helps. A decode rate is taken between the
 * first token and the last, a prefill rate from submission to the first token.
 */
final class EngineBenchmark {
    private static final Duration STALL = Duration.ofMinutes(5);
    private static final int DECODE_PROMPT = 16;
    private static final int DECODE_TOKENS = 128;

    private final Engine engine;
    private final Path model;
    private final int threads;
    private final int repetitions;
    private final MachineLimits limits;
    private final @Nullable LlamaBench peer;
    private final Random random = new Random(42);

    EngineBenchmark(
            Engine engine, Path model, int threads, int repetitions, MachineLimits limits, @Nullable LlamaBench peer) {
        this.engine = engine;
        this.model = model;
        this.threads = threads;
        this.repetitions = repetitions;
        this.limits = limits;
        this.peer = peer;
    }

    void run(Report report, List<Integer> prefillLengths, List<Integer> batches) {
        ModelInfo info = engine.info();
        double decodeLimit = limits.bytesPerSecond() / info.fileBytes();
        double prefillLimit = limits.flopsPerSecond() / (2.0 * info.parameters());
        for (int length : prefillLengths) {
            report.add(compare(
                    "prefill " + length,
                    prefillLimit,
                    () -> prefill(length),
                    peer == null ? null : () -> peer.prefill(model, threads, length)));
        }
        for (int batch : batches) {
            // llama-bench has no batched decode; its batch of one stands beside ours of one only.
            boolean alone = batch == 1;
            report.add(compare(
                    "decode batch " + batch,
                    alone ? decodeLimit : null,
                    () -> decode(batch),
                    alone && peer != null ? () -> peer.decode(model, threads, DECODE_TOKENS) : null));
        }
    }

    private Row compare(String name, @Nullable Double limit, DoubleSupplier ours, @Nullable DoubleSupplier theirs) {
        // Once unmeasured: the first run compiles what the warm-up at load has not.
        var _ = ours.getAsDouble();
        double[] values = new double[repetitions];
        double[] baselines = new double[theirs == null ? 0 : repetitions];
        for (int i = 0; i < repetitions; i++) {
            values[i] = ours.getAsDouble();
            if (theirs != null) {
                baselines[i] = theirs.getAsDouble();
            }
        }
        Double baseline = theirs == null ? null : median(baselines);
        return new Row(
                "engine", name, "tokens/s", median(values), theirs == null ? null : "llama.cpp", baseline, limit);
    }

    private double prefill(int length) {
        long begin = System.nanoTime();
        try (Generation generation = engine.submit(new EngineRequest(prompt(length), 1, Sampling.GREEDY))) {
            return length / seconds(begin, drain(generation).getFirst());
        }
    }

    /** Tokens a second of {@code batch} requests together, while all of them run. */
    private double decode(int batch) {
        List<Generation> running = new ArrayList<>();
        for (int i = 0; i < batch; i++) {
            running.add(engine.submit(new EngineRequest(prompt(DECODE_PROMPT), DECODE_TOKENS, Sampling.GREEDY)));
        }
        List<List<Long>> times = new ArrayList<>();
        List<Thread> readers = new ArrayList<>();
        for (Generation generation : running) {
            List<Long> own = new ArrayList<>(DECODE_TOKENS);
            times.add(own);
            readers.add(Thread.ofVirtual().start(() -> own.addAll(drain(generation))));
        }
        for (Thread reader : readers) {
            join(reader);
        }
        long begin = times.stream().mapToLong(List::getFirst).max().orElseThrow();
        long end = times.stream().mapToLong(List::getLast).min().orElseThrow();
        long counted = times.stream()
                .flatMap(List::stream)
                .filter(time -> time > begin && time <= end)
                .count();
        return counted / seconds(begin, end);
    }

    /** Reads to the end; returns when each token came. */
    private static List<Long> drain(Generation generation) {
        List<Long> times = new ArrayList<>();
        try {
            while (generation.finish() == null) {
                Generation.Chunk chunk = generation.next(STALL);
                long now = System.nanoTime();
                if (chunk != null) {
                    chunk.tokens().forEach(token -> times.add(now));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while generating", e);
        }
        if (generation.finish() == Generation.Finish.FAILED) {
            throw new IllegalStateException("the engine failed a generation; see its log");
        }
        return times;
    }

    /** Random ids from the middle of the vocabulary, where no model keeps its control tokens. */
    private int[] prompt(int length) {
        int vocabulary = engine.info().vocabularySize();
        return random.ints(length, vocabulary / 8, vocabulary / 2).toArray();
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while generating", e);
        }
    }

    private static double seconds(long begin, long end) {
        return (end - begin) / 1e9;
    }

    static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
