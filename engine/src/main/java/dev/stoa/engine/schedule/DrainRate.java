package dev.stoa.engine.schedule;

import java.time.Duration;

/** How fast requests end, by the last ones that did. Thread-safe. */
final class DrainRate {
    private static final int ENDS = 64;
    private static final Duration WAIT_MIN = Duration.ofSeconds(1);
    /** A client that is told to wait longer gives up anyway. */
    private static final Duration WAIT_MAX = Duration.ofMinutes(2);

    private final long[] ends = new long[ENDS];
    private long count;

    synchronized void ended(long now) {
        ends[(int) (count % ENDS)] = now;
        count++;
    }

    /** Requests a second; 0 while fewer than two have ended. */
    synchronized double perSecond(long now) {
        int known = (int) Math.min(count, ENDS);
        if (known < 2) {
            return 0;
        }
        long oldest = ends[(int) ((count - known) % ENDS)];
        // Counted to now, so that it falls when nothing ends any more.
        return (known - 1) * 1e9 / Math.max(1, now - oldest);
    }

    /** How long until so many requests have ended, within bounds that make sense to a client. */
    Duration timeFor(int requests, long now) {
        double rate = perSecond(now);
        double seconds = rate == 0 ? 0 : requests / rate;
        return Duration.ofMillis(
                (long) Math.clamp(seconds * 1000, (double) WAIT_MIN.toMillis(), (double) WAIT_MAX.toMillis()));
    }
}
