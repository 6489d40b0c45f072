package dev.stoa.store;

import java.util.function.LongSupplier;

/** Turns counts of bytes into a listener's events: not too many, with a rate that forgets the past. */
final class Progress {
    private static final long EVENT_INTERVAL_NANOS = 100_000_000;
    /** The rate is a mean in which a second this far back weighs 1/e. */
    private static final double RATE_MEMORY_NANOS = 5e9;

    private final PullListener listener;
    private final LongSupplier nanoClock;
    private PullPhase phase = PullPhase.CONNECTING;
    private long total;
    private long lastBytes;
    private long lastNanos;
    private double bytesPerSecond;

    Progress(PullListener listener, LongSupplier nanoClock) {
        this.listener = listener;
        this.nanoClock = nanoClock;
    }

    void notice(String sentence) {
        listener.onNotice(sentence);
    }

    /** Begins a phase, or the same again with other numbers. */
    void phase(PullPhase next, long done, long ofTotal) {
        phase = next;
        total = ofTotal;
        lastBytes = done;
        lastNanos = nanoClock.getAsLong();
        bytesPerSecond = 0;
        listener.onProgress(new PullListener.Status(phase, done, total, 0));
    }

    /** So many bytes of the phase are done. */
    void at(long done) {
        long now = nanoClock.getAsLong();
        long elapsed = now - lastNanos;
        if (elapsed < EVENT_INTERVAL_NANOS && done != total) {
            return;
        }
        if (elapsed > 0) {
            double rate = (done - lastBytes) * 1e9 / elapsed;
            double weight = bytesPerSecond == 0 ? 1 : 1 - Math.exp(-elapsed / RATE_MEMORY_NANOS);
            bytesPerSecond += weight * (rate - bytesPerSecond);
        }
        lastBytes = done;
        lastNanos = now;
        listener.onProgress(new PullListener.Status(phase, done, total, Math.max(0, bytesPerSecond)));
    }
}
