package dev.stoa.bench;

import dev.stoa.engine.Generation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** One generation, read to its end on a thread of its own, with the time of each token. */
final class TimedRun {
    private static final Duration STALL = Duration.ofMinutes(10);

    private final Generation generation;
    private final long submittedNanos;
    private final List<Long> tokenNanos = new ArrayList<>();
    private final Thread reader;
    private long endNanos;

    private TimedRun(Generation generation, long submittedNanos) {
        this.generation = generation;
        this.submittedNanos = submittedNanos;
        this.reader = Thread.ofVirtual().start(this::read);
    }

    /** @param submittedNanos when it was submitted, {@link System#nanoTime} */
    static TimedRun of(Generation generation, long submittedNanos) {
        return new TimedRun(generation, submittedNanos);
    }

    private void read() {
        try {
            while (generation.finish() == null) {
                Generation.Chunk chunk = generation.next(STALL);
                long now = System.nanoTime();
                if (chunk != null) {
                    chunk.tokens().forEach(_ -> tokenNanos.add(now));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        endNanos = System.nanoTime();
    }

    /** Waits for its end. */
    TimedRun join() {
        try {
            reader.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while generating", e);
        }
        if (generation.finish() == Generation.Finish.FAILED) {
            throw new IllegalStateException("the engine failed a generation; see its log");
        }
        return this;
    }

    boolean ended() {
        return !reader.isAlive();
    }

    Generation generation() {
        return generation;
    }

    /** {@link System#nanoTime} at its end; once it has {@link #ended}. */
    long endNanos() {
        return endNanos;
    }

    /** Milliseconds from submission to the first token; NaN if none came. */
    double firstTokenMillis() {
        return tokenNanos.isEmpty() ? Double.NaN : (tokenNanos.getFirst() - submittedNanos) / 1e6;
    }

    /** {@link System#nanoTime} at its first token; {@link Long#MAX_VALUE} if none came. */
    long firstNanos() {
        return tokenNanos.isEmpty() ? Long.MAX_VALUE : tokenNanos.getFirst();
    }

    /** {@link System#nanoTime} at its last token; {@link Long#MIN_VALUE} if none came. */
    long lastNanos() {
        return tokenNanos.isEmpty() ? Long.MIN_VALUE : tokenNanos.getLast();
    }

    /** Tokens that came after {@code begin}, up to {@code end}. */
    long tokensIn(long begin, long end) {
        return tokenNanos.stream().filter(time -> time > begin && time <= end).count();
    }

    /** Milliseconds between one token and the next. */
    double[] gapsMillis() {
        double[] gaps = new double[Math.max(0, tokenNanos.size() - 1)];
        for (int i = 0; i < gaps.length; i++) {
            gaps[i] = (tokenNanos.get(i + 1) - tokenNanos.get(i)) / 1e6;
        }
        return gaps;
    }

    /** The value that a share {@code p} of them does not exceed; NaN of none. */
    static double percentile(double[] values, double p) {
        double[] sorted = Arrays.stream(values)
                .filter(value -> !Double.isNaN(value))
                .sorted()
                .toArray();
        if (sorted.length == 0) {
            return Double.NaN;
        }
        return sorted[Math.max(0, (int) Math.ceil(p * sorted.length) - 1)];
    }
}
