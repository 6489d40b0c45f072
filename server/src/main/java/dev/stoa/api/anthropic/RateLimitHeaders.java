package dev.stoa.api.anthropic;

import dev.stoa.admission.Allowance;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/** {@code anthropic-ratelimit-*}: what the caller may still ask; only of what is limited. */
final class RateLimitHeaders {
    private RateLimitHeaders() {}

    static void set(HttpServletResponse response, Allowance allowance) {
        set(response, "requests", allowance.requests());
        set(response, "input-tokens", allowance.inputTokens());
        set(response, "output-tokens", allowance.outputTokens());
        set(response, "tokens", allowance.tokens());
    }

    private static void set(HttpServletResponse response, String what, Allowance.@Nullable Part part) {
        if (part != null) {
            String prefix = "anthropic-ratelimit-" + what;
            response.setHeader(prefix + "-limit", String.valueOf(part.limit()));
            response.setHeader(prefix + "-remaining", String.valueOf(part.remaining()));
            // Rounded up: what is told to be free then is.
            Instant reset = Instant.ofEpochMilli(part.atMillis() + part.fullMillis() + 999)
                    .truncatedTo(ChronoUnit.SECONDS);
            response.setHeader(prefix + "-reset", reset.toString());
        }
    }
}
