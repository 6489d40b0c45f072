package dev.stoa.bench;

import dev.stoa.engine.EngineRejectedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;

/** What callers see when requests come as they like (a Poisson process), at a share of what the engine can do. */
final class ArrivalsBenchmark {
    private static final double[] SHARES = {0.5, 0.8, 1.0, 1.2};
    private static final double[] PERCENTILES = {0.5, 0.95, 0.99};

    private final ServingLoad load;
    private final double seconds;

    ArrivalsBenchmark(ServingLoad load, double seconds) {
        this.load = load;
        this.seconds = seconds;
    }

    /** @param capacity requests a second of {@link QueueBenchmark}'s shape */
    void run(Report report, double capacity) {
        for (double share : SHARES) {
            run(report, share, share * capacity);
        }
    }

    private void run(Report report, double share, double perSecond) {
        List<TimedRun> runs = new ArrayList<>();
        int refused = 0;
        long begin = System.nanoTime();
        double next = 0;
        while (next < seconds) {
            long wait = begin + (long) (next * 1e9) - System.nanoTime();
            if (wait > 0) {
                LockSupport.parkNanos(wait);
                continue;
            }
            try {
                runs.add(load.submit(load.request(load.prompt(QueueBenchmark.PROMPT), QueueBenchmark.OUTPUT)));
            } catch (EngineRejectedException _) {
                refused++;
            }
            next -= Math.log(1 - load.random().nextDouble()) / perSecond;
        }
        runs.forEach(TimedRun::join);
        double[] first = runs.stream().mapToDouble(TimedRun::firstTokenMillis).toArray();
        double[] gaps = runs.stream()
                .map(TimedRun::gapsMillis)
                .flatMapToDouble(java.util.Arrays::stream)
                .toArray();
        String name = String.format(Locale.ROOT, "arrivals %.1fx ", share);
        for (double p : PERCENTILES) {
            report.add(row(name + percent("first token", p), "ms", TimedRun.percentile(first, p)));
        }
        for (double p : PERCENTILES) {
            report.add(row(name + percent("between tokens", p), "ms", TimedRun.percentile(gaps, p)));
        }
        report.add(row(name + "refused", "requests", refused));
    }

    private static String percent(String what, double p) {
        return String.format(Locale.ROOT, "%s p%.0f", what, 100 * p);
    }

    private static Row row(String name, String unit, double value) {
        return new Row("serving", name, unit, value, null, null, null);
    }
}
