package dev.stoa.inference.routing;

import dev.stoa.inference.routing.Alias.Canary;
import dev.stoa.inference.routing.Alias.Rollback;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How the versions that a rollout compares do, as this server saw their last requests, and as the others told of theirs.
 * Knows nothing of time: an attempt is told when it ends. Thread-safe.
 */
final class Rollouts {
    /** Requests of a version that are looked back on: some hundreds, so that one bad minute shows. */
    static final int WINDOW = 200;
    /** A median of fewer says little. */
    private static final int LATENCIES_MIN = 10;

    /** How an attempt ended. */
    record Seen(boolean failed, @Nullable Duration firstToken) {}

    private final Map<String, ArrayDeque<Seen>> windows = new ConcurrentHashMap<>();
    private volatile Map<String, List<Seen>> others = Map.of();

    /** Takes up what other servers have seen, in place of what they had. */
    void others(Map<String, List<Seen>> seen) {
        others = Map.copyOf(seen);
    }

    /** What this server has seen of a version, the oldest first. */
    List<Seen> own(String version) {
        ArrayDeque<Seen> window = windows.get(version);
        if (window == null) {
            return List.of();
        }
        synchronized (window) {
            return List.copyOf(window);
        }
    }

    /** @param firstToken null if none came */
    void record(String version, boolean failed, @Nullable Duration firstToken) {
        ArrayDeque<Seen> window = windows.computeIfAbsent(version, _ -> new ArrayDeque<>());
        synchronized (window) {
            if (window.size() == WINDOW) {
                window.remove();
            }
            window.add(new Seen(failed, firstToken));
        }
    }

    /** Forgets a version, as when a rollout of it begins. */
    void forget(String version) {
        windows.remove(version);
        Map<String, List<Seen>> rest = new HashMap<>(others);
        rest.remove(version);
        others = Map.copyOf(rest);
    }

    private Seen[] of(String version) {
        return Stream.concat(own(version).stream(), others.getOrDefault(version, List.of()).stream())
                .toArray(Seen[]::new);
    }

    /** Why the canary does worse than the base, in words; empty if it does not, or too little was seen. */
    Optional<String> verdict(String base, Canary canary) {
        Rollback rule = canary.rollback();
        Seen[] its = of(canary.version());
        if (its.length < rule.minRequests()) {
            return Optional.empty();
        }
        Seen[] bases = of(base);
        double failures = failures(its);
        double baseFailures = failures(bases);
        if (failures > baseFailures + rule.errorRateExcess()) {
            return Optional.of(String.format(
                    Locale.ROOT,
                    "%.0f %% of its last %d requests failed, %.0f %% of the base's last %d",
                    100 * failures,
                    its.length,
                    100 * baseFailures,
                    bases.length));
        }
        Duration median = median(its);
        Duration baseMedian = median(bases);
        if (median != null && baseMedian != null && median.toNanos() > rule.latencyFactor() * baseMedian.toNanos()) {
            return Optional.of(String.format(
                    Locale.ROOT,
                    "its first token takes %d ms in the median, the base's %d ms",
                    median.toMillis(),
                    baseMedian.toMillis()));
        }
        return Optional.empty();
    }

    private static double failures(Seen[] window) {
        return window.length == 0
                ? 0
                : (double) Arrays.stream(window).filter(Seen::failed).count() / window.length;
    }

    private static @Nullable Duration median(Seen[] window) {
        Duration[] times = Arrays.stream(window)
                .map(Seen::firstToken)
                .filter(time -> time != null)
                .sorted()
                .toArray(Duration[]::new);
        return times.length < LATENCIES_MIN ? null : times[times.length / 2];
    }
}
