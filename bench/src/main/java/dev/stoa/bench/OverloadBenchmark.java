package dev.stoa.bench;

import dev.stoa.engine.Engine;
import dev.stoa.engine.EngineMetrics;
import dev.stoa.engine.EngineRejectedException;
import dev.stoa.engine.EngineRequest;
import dev.stoa.engine.Priority;
import dev.stoa.engine.Scheduling;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * More requests than the engine can serve, for minutes: four tenants that ask 10 : 1 : 1 : 1, a tenth of it in the
 * lowest priority. Says whether each got its fair share, whether the lowest priority moved, and what was left at the end.
 */
final class OverloadBenchmark {
    private static final double OVERLOAD = 1.2;
    private static final double[] WEIGHTS = {10, 1, 1, 1};
    private static final double BATCH_SHARE = 0.1;
    private static final double MEGABYTE = 1 << 20;

    private final Engine engine;
    private final ServingLoad load;
    private final Duration duration;
    private final List<Accepted> open = new ArrayList<>();
    private final double[] asked = new double[WEIGHTS.length];
    private final double[] served = new double[WEIGHTS.length];
    private long accepted;
    private long refused;
    private long ended;
    private long batchEnded;
    private long lastBatchNanos;
    private double batchGapSeconds;
    private int openMax;

    private record Accepted(TimedRun run, int tenant, Priority priority) {}

    OverloadBenchmark(Engine engine, ServingLoad load, Duration duration) {
        this.engine = engine;
        this.load = load;
        this.duration = duration;
    }

    /** @param capacity requests a second of {@link QueueBenchmark}'s shape */
    void run(Report report, double capacity) {
        EngineMetrics before = engine.metrics();
        long begin = System.nanoTime();
        long end = begin + duration.toNanos();
        long early = begin + duration.toNanos() / 10;
        double earlyHeap = 0;
        lastBatchNanos = begin;
        double[] next = new double[WEIGHTS.length];
        while (System.nanoTime() < end) {
            double now = (System.nanoTime() - begin) / 1e9;
            for (int tenant = 0; tenant < WEIGHTS.length; tenant++) {
                while (next[tenant] <= now) {
                    submit(tenant);
                    double rate = OVERLOAD
                            * capacity
                            * WEIGHTS[tenant]
                            / Arrays.stream(WEIGHTS).sum();
                    next[tenant] -= Math.log(1 - load.random().nextDouble()) / rate;
                }
            }
            collect();
            if (earlyHeap == 0 && System.nanoTime() > early) {
                earlyHeap = heap();
            }
            LockSupport.parkNanos(2_000_000);
        }
        double lateHeap = heap();
        double[] servedInTime = served.clone();
        while (!open.isEmpty()) {
            collect();
            LockSupport.parkNanos(2_000_000);
        }
        double[] fair = Fairness.maxMin(asked, Arrays.stream(servedInTime).sum());
        EngineMetrics after = engine.metrics();
        report.add(row("Jain's index of four tenants", "", Fairness.jain(servedInTime, fair)));
        for (int tenant = 0; tenant < WEIGHTS.length; tenant++) {
            report.add(row("tenant " + tenant + " served of its fair share", "x", servedInTime[tenant] / fair[tenant]));
        }
        report.add(row("lowest priority: ended", "requests", batchEnded));
        report.add(row("lowest priority: longest gap", "s", batchGapSeconds));
        report.add(row("accepted", "requests", accepted));
        report.add(row("refused", "requests", refused));
        report.add(row("ended", "requests", ended));
        report.add(row("outcomes counted", "requests", outcomes(after) - outcomes(before)));
        report.add(row("open at once at most", "requests", openMax));
        report.add(row("preemptions", "", after.preemptions() - before.preemptions()));
        report.add(row("blocks in use at the end", "", after.kvCacheUsage() * after.kvBlocks()));
        report.add(row("running and waiting at the end", "requests", after.running() + after.waiting()));
        report.add(row("live heap after a tenth of the time", "MiB", earlyHeap));
        report.add(row("live heap at the end", "MiB", lateHeap));
    }

    private static long outcomes(EngineMetrics metrics) {
        return metrics.outcomes().values().stream().mapToLong(count -> count).sum();
    }

    private void submit(int tenant) {
        Priority priority = load.random().nextDouble() < BATCH_SHARE ? Priority.BATCH : Priority.STANDARD;
        EngineRequest request = load.request(load.prompt(QueueBenchmark.PROMPT), QueueBenchmark.OUTPUT)
                .withScheduling(
                        Scheduling.DEFAULT.withTenant("tenant " + tenant).withPriority(priority));
        asked[tenant]++;
        try {
            open.add(new Accepted(load.submit(request), tenant, priority));
            accepted++;
        } catch (EngineRejectedException _) {
            refused++;
        }
        openMax = Math.max(openMax, open.size());
    }

    private void collect() {
        open.removeIf(each -> {
            if (!each.run().ended()) {
                return false;
            }
            each.run().join();
            ended++;
            served[each.tenant()]++;
            if (each.priority() == Priority.BATCH) {
                batchEnded++;
                batchGapSeconds = Math.max(batchGapSeconds, (each.run().endNanos() - lastBatchNanos) / 1e9);
                lastBatchNanos = each.run().endNanos();
            }
            return true;
        });
    }

    /** Mebibytes in use after a collection. */
    @SuppressWarnings("CallToSystemGC")
    private static double heap() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return (runtime.totalMemory() - runtime.freeMemory()) / MEGABYTE;
    }

    private static Row row(String name, String unit, double value) {
        return new Row("serving", "overload 1.2x, " + name, unit, value, null, null, null);
    }
}
