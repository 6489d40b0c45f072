package dev.stoa.bench;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A hundred requests at once against one alone, through the queue: with prompts of their own, and all with the same
 * prompt, which is then computed once. The peer gets the same prompts over HTTP.
 */
final class QueueBenchmark {
    static final int REQUESTS = 100;
    static final int PROMPT = 64;
    static final int OUTPUT = 32;

    private final ServingLoad load;
    private final int repetitions;
    private final @Nullable LlamaServer peer;

    QueueBenchmark(ServingLoad load, int repetitions, @Nullable LlamaServer peer) {
        this.load = load;
        this.repetitions = repetitions;
        this.peer = peer;
    }

    /** Returns the requests a second that the engine manages when it never has to wait for one. */
    double run(Report report) {
        double[] one = new double[repetitions];
        double[] hundred = new double[repetitions];
        double[] work = new double[repetitions];
        double[] equal = new double[repetitions];
        double[] theirs = new double[peer == null ? 0 : repetitions];
        double[] theirEqual = new double[theirs.length];
        var _ = load.answerAll(load.prompts(REQUESTS, PROMPT), OUTPUT);
        for (int i = 0; i < repetitions; i++) {
            List<int[]> prompts = load.prompts(REQUESTS, PROMPT);
            int[] same = load.prompt(PROMPT);
            List<int[]> copies =
                    IntStream.range(0, REQUESTS).mapToObj(_ -> same).toList();
            double start = processorSeconds();
            one[i] = load.answerAll(load.prompts(1, PROMPT), OUTPUT);
            double between = processorSeconds();
            hundred[i] = load.answerAll(prompts, OUTPUT);
            work[i] = (processorSeconds() - between) / (between - start);
            equal[i] = load.answerAll(copies, OUTPUT);
            if (peer != null) {
                theirs[i] = peer.answerAll(prompts, OUTPUT);
                theirEqual[i] = peer.answerAll(copies, OUTPUT);
            }
        }
        double median = EngineBenchmark.median(hundred);
        report.add(row("queue 1 request", "s", EngineBenchmark.median(one), null));
        report.add(row("queue 100 requests", "s", median, peer == null ? null : EngineBenchmark.median(theirs)));
        report.add(row(
                "queue 100 requests, one prompt",
                "s",
                EngineBenchmark.median(equal),
                peer == null ? null : EngineBenchmark.median(theirEqual)));
        report.add(row("queue T(100)/T(1)", "x", median / EngineBenchmark.median(one), null));
        report.add(row("queue processor time of 100 to that of 1", "x", EngineBenchmark.median(work), null));
        return REQUESTS / median;
    }

    /** Of this process; unlike the clock's time it hardly grows when others use the machine. */
    private static double processorSeconds() {
        OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        return system.getProcessCpuTime() / 1e9;
    }

    private static Row row(String name, String unit, double value, @Nullable Double baseline) {
        return new Row("serving", name, unit, value, baseline == null ? null : "llama-server", baseline, null);
    }
}
