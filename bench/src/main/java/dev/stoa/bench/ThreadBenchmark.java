package dev.stoa.bench;

import dev.stoa.engine.Engine;
import dev.stoa.engine.EngineMetrics;
import dev.stoa.engine.EngineRequest;
import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A hundred questions on one thread of a thousand tokens, against a hundred threads with a question each. */
final class ThreadBenchmark {
    private static final int THREAD = 1_000;
    private static final int QUESTION = 24;
    private static final int ANSWER = 24;
    private static final long SAMPLE_NANOS = 2_000_000;

    private final Engine engine;
    private final ServingLoad load;
    private final int questions;
    private final int apart;

    /** Time until one has begun to answer, until all have, until all have answered, and the most blocks in use. */
    private record Result(double oneBegunSeconds, double allBegunSeconds, double seconds, int blocks) {}

    /** @param apart questions that are asked on threads of their own */
    ThreadBenchmark(Engine engine, ServingLoad load, int questions, int apart) {
        this.engine = engine;
        this.load = load;
        this.questions = questions;
        this.apart = apart;
    }

    void run(Report report) {
        int[] thread = load.prompt(THREAD);
        Result one = ask(List.of(ask(load.prompt(THREAD))));
        Result shared = ask(onThread(thread));
        Result known = ask(onThread(thread));
        Result separate = apart == 0
                ? null
                : ask(load.prompts(apart, THREAD).stream().map(this::ask).toList());
        report.add(row("1 question: first token", "s", one.allBegunSeconds(), null));
        report.add(row("1 question: answered", "s", one.seconds(), null));
        report.add(row("1 question: blocks", "blocks", one.blocks(), null));
        times(report, questions + " questions, new thread", shared, separate);
        times(report, questions + " questions, known thread", known, separate);
        report.add(row(
                questions + " questions, new thread: a first token, to that of 1",
                "x",
                shared.oneBegunSeconds() / one.allBegunSeconds(),
                null));
        report.add(row(
                questions + " questions, new thread: all first tokens, to those of 1",
                "x",
                shared.allBegunSeconds() / one.allBegunSeconds(),
                null));
        int blockTokens = engine.metrics().kvBlockTokens();
        double needed = blocks(THREAD, blockTokens) + (double) questions * blocks(QUESTION + ANSWER, blockTokens);
        report.add(row(
                questions + " questions, new thread: blocks, to those of thread and new tokens",
                "x",
                shared.blocks() / needed,
                null));
    }

    /** A baseline only where as many questions were asked apart. */
    private void times(Report report, String name, Result result, @Nullable Result separate) {
        Result other = apart == questions ? separate : null;
        report.add(row(
                name + ": all first tokens",
                "s",
                result.allBegunSeconds(),
                other == null ? null : other.allBegunSeconds()));
        report.add(row(name + ": answered", "s", result.seconds(), other == null ? null : other.seconds()));
        report.add(row(name + ": blocks", "blocks", result.blocks(), other == null ? null : (double) other.blocks()));
    }

    private List<int[]> onThread(int[] thread) {
        return load.prompts(questions, QUESTION).stream()
                .map(question -> ServingLoad.joined(thread, question))
                .toList();
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
        DoubleSummaryStatistics begun =
                runs.stream().mapToDouble(TimedRun::firstTokenMillis).summaryStatistics();
        return new Result(begun.getMin() / 1e3, begun.getMax() / 1e3, seconds, most.get());
    }

    /** {@code baseline} is ours with threads apart, in the same run. */
    private static Row row(String name, String unit, double value, @Nullable Double baseline) {
        return new Row(
                "serving", "thread, " + name, unit, value, baseline == null ? null : "threads apart", baseline, null);
    }
}
