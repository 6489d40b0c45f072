package dev.stoa.api.openai;

import dev.stoa.admission.Allowance;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** {@code x-ratelimit-*}: what the caller may still ask; only of what is limited. */
final class RateLimitHeaders {
    private RateLimitHeaders() {}

    static void set(HttpServletResponse response, Allowance allowance) {
        set(response, "requests", allowance.requests());
        set(response, "tokens", allowance.tokens());
    }

    private static void set(HttpServletResponse response, String what, Allowance.@Nullable Part part) {
        if (part != null) {
            response.setHeader("x-ratelimit-limit-" + what, String.valueOf(part.limit()));
            response.setHeader("x-ratelimit-remaining-" + what, String.valueOf(part.remaining()));
            response.setHeader("x-ratelimit-reset-" + what, duration(Duration.ofMillis(part.fullMillis())));
        }
    }

    /** As the protocol writes durations: {@code 6m0s}, {@code 1.5s}, {@code 20ms}. */
    static String duration(Duration duration) {
        long millis = duration.toMillis();
        if (millis < 1000) {
            return millis + "ms";
        }
        String seconds = duration.toMillisPart() == 0
                ? duration.toSecondsPart() + "s"
                : String.format(Locale.ROOT, "%d.%03ds", duration.toSecondsPart(), duration.toMillisPart());
        return millis < 60_000 ? seconds : duration.toMinutes() + "m" + seconds;
    }
}
