package dev.stoa.bench;

import org.jspecify.annotations.Nullable;

/**
 * One figure of a benchmark.
 *
 * @param bench the benchmark, such as {@code engine}
 * @param name the case, such as {@code prefill 512}; {@code case} in JSON
 * @param unit of value, baseline and limit
 * @param value ours, a median
 * @param baselineName the peer measured in the same run
 * @param baseline the peer's median
 * @param limit what the machine could do at most, as measured in the same run
 */
public record Row(
        String bench,
        String name,
        String unit,
        double value,
        @Nullable String baselineName,
        @Nullable Double baseline,
        @Nullable Double limit) {

    /** Ours divided by the peer's, or null without a peer. */
    public @Nullable Double ratio() {
        return baseline == null ? null : value / baseline;
    }

    /** Ours divided by the limit, or null where no limit is known. */
    public @Nullable Double fractionOfLimit() {
        return limit == null ? null : value / limit;
    }
}
