package dev.stoa.shared;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/**
 * Bounds of histograms: few enough that a series of each model and surface costs little. Source: OpenTelemetry's semantic
 * conventions for generative AI, which vLLM's dashboards agree with.
 */
public final class Buckets {
    public static final List<Duration> REQUEST =
            millis(10, 20, 40, 80, 160, 320, 640, 1_280, 2_560, 5_120, 10_240, 20_480, 40_960, 81_920);
    public static final List<Duration> FIRST_TOKEN =
            millis(1, 5, 10, 20, 40, 60, 80, 100, 250, 500, 750, 1_000, 2_500, 5_000, 7_500, 10_000);
    public static final List<Duration> NEXT_TOKEN =
            millis(10, 25, 50, 75, 100, 150, 200, 300, 400, 500, 750, 1_000, 2_500);

    private Buckets() {}

    private static List<Duration> millis(int... millis) {
        return Arrays.stream(millis).mapToObj(Duration::ofMillis).toList();
    }
}
