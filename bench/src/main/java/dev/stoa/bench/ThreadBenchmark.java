package dev.stoa.bench;

import dev.stoa.engine.Engine;
import dev.stoa.engine.EngineMetrics;
import dev.stoa.engine.EngineRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** A hundred questions on one thread of a thousand tokens, against a hundred threads with a question each. */
final class ThreadBenchmark {
    private static final int THREAD = 1_000;
    private static final int QUESTION = 24;
    private static final int ANSWER = 24;
    private static final long SAMPLE_NANOS = 2_000_000;

    private final Engine engine;
    private final ServingLoad load;
    private final int questions;

    /** Time until all have begun to answer, time until all have answered, and the most blocks in use. */
    private record Result(double firstTokenSeconds, double seconds, int blocks) {}

    ThreadBenchmark(Engine engine, ServingLoad load, int questions) {
        this.engine = engine;
        this.load = load;
        this.questions = questions;
    }

    void run(Report report) {
        int[] thread = load.prompt(THREAD);
        Result one = ask(List.of(ask(load.prompt(THREAD))));
        Result shared = ask(load.prompts(questions, QUESTION).stream()
                .map(question -> ServingLoad.joined(thread, question))
                .toList());
        Result again = ask(load.prompts(questions, QUESTION).stream()
                .map(question -> ServingLoad.joined(thread, question))
                .toList());
        Result apart =
                ask(load.prompts(questions, THREAD).stream().map(this::ask).toList());
        String many = questions + " questions";
        report.add(row("1 question: first token", "s", one.firstTokenSeconds(), null));
        report.add(row("1 question: blocks", "blocks", one.blocks(), null));
        report.add(row(
                many + ", one new thread: all first tokens",
                "s",
                shared.firstTokenSeconds(),
                apart.firstTokenSeconds()));
        report.add(row(many + ", one new thread: answered", "s", shared.seconds(), apart.seconds()));
        report.add(row(
                many + ", one known thread: all first tokens",
                "s",
                again.firstTokenSeconds(),
                apart.firstTokenSeconds()));
        report.add(row(many + ", one known thread: answered", "s", again.seconds(), apart.seconds()));
        report.add(row(many + ", one thread: blocks", "blocks", shared.blocks(), (double) apart.blocks()));
        int blockTokens = engine.metrics().kvBlockTokens();
        double needed = blocks(THREAD, blockTokens) + (double) questions * blocks(QUESTION + ANSWER, blockTokens);
        report.add(row(many + ", one thread: blocks of thread + new tokens", "x", shared.blocks() / needed, null));
    }

    private static int blocks(int tokens, int blockTokens) {
        return (tokens + blockTokens - 1) / blockTokens;
    }

    private int[] ask(int[] thread) {
        return ServingLoad.joined(thread, load.prompt(QUESTION));
    }

    private Result ask(List<int[]> prompts) {
        AtomicInteger most = new AtomicInteger();
        Thread watch = Thread.ofPlatform().start(() -> {
            while (!Thread.interrupted()) {
                EngineMetrics now = engine.metrics();
                most.accumulateAndGet((int) Math.round(now.kvCacheUsage() * now.kvBlocks()), Math::max);
                LockSupport.parkNanos(SAMPLE_NANOS);
            }
        });
        long begin = System.nanoTime();
        List<TimedRun> runs = new ArrayList<>();
        for (int[] prompt : prompts) {
            EngineRequest request = load.request(prompt, ANSWER);
            runs.add(load.submit(request));
        }
        runs.forEach(TimedRun::join);
        double seconds = (System.nanoTime() - begin) / 1e9;
        watch.interrupt();
        double first =
                runs.stream().mapToDouble(TimedRun::firstTokenMillis).max().orElseThrow();
        return new Result(first / 1e3, seconds, most.get());
    }

    /** {@code baseline} is ours with threads apart, in the same run. */
    private static Row row(String name, String unit, double value, @org.jspecify.annotations.Nullable Double baseline) {
        return new Row(
                "serving", "thread, " + name, unit, value, baseline == null ? null : "threads apart", baseline, null);
    }
}
