package dev.stoa.api.openai;

import dev.stoa.admission.RequestAllowance;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;
import java.util.Locale;

/** {@code x-ratelimit-*}: what the caller may still ask. */
final class RateLimitHeaders {
    private RateLimitHeaders() {}

    static void set(HttpServletResponse response, RequestAllowance allowance) {
        response.setHeader("x-ratelimit-limit-requests", String.valueOf(allowance.limit()));
        response.setHeader("x-ratelimit-remaining-requests", String.valueOf(allowance.remaining()));
        response.setHeader("x-ratelimit-reset-requests", duration(allowance.untilFull()));
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
