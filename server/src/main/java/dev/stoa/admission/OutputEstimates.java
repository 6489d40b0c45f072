package dev.stoa.admission;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.util.UUID;

/**
 * How long the answers of a key and model are: the mean of the latest and twice how far they stray from it, so that
 * limits on output don't count for every request the most that it may write. Thread-safe.
 */
final class OutputEstimates {
    private static final int REMEMBERED_MAX = 10_000;
    /** The weight of the newest answer; about the last ten count. */
    private static final double NEWEST = 0.2;

    private record Subject(UUID credential, String model) {}

    private record Learned(double mean, double deviation) {}

    private final Cache<Subject, Learned> learned =
            Caffeine.newBuilder().maximumSize(REMEMBERED_MAX).build();

    /** A likely length, 1 to {@code max}; {@code max} while nothing is known. */
    long of(UUID credential, String model, long max) {
        Learned known = learned.getIfPresent(new Subject(credential, model));
        return known == null
                ? max
                : Math.clamp((long) Math.ceil(known.mean() + 2 * known.deviation()), 1, Math.max(1, max));
    }

    void learn(UUID credential, String model, long tokens) {
        learned.asMap()
                .merge(
                        new Subject(credential, model),
                        new Learned(tokens, tokens / 2.0),
                        (old, _) -> new Learned(
                                old.mean() + NEWEST * (tokens - old.mean()),
                                old.deviation() + NEWEST * (Math.abs(tokens - old.mean()) - old.deviation())));
    }
}
