package dev.stoa.api.operations;

import dev.stoa.identity.Identity;
import dev.stoa.shared.StoaException;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * {@code GET /metrics} in Prometheus's text form. Free to this machine; from elsewhere, or through a proxy (which would
 * make the whole world this machine), with an API key as {@code Authorization: Bearer} or {@code x-api-key}.
 */
@RestController
final class MetricsController {
    private static final String BEARER = "bearer ";

    private final PrometheusMeterRegistry registry;
    private final Identity identity;

    MetricsController(PrometheusMeterRegistry registry, Identity identity) {
        this.registry = registry;
        this.identity = identity;
    }

    @GetMapping("/metrics")
    void scrape(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (!isLocal(request) && !hasKey(request)) {
            response.setStatus(HttpServletResponse.SC_UNAUTHORIZED);
            text(response, "An API key is required from other machines, as Authorization: Bearer.\n");
            return;
        }
        text(response, registry.scrape());
    }

    private static void text(HttpServletResponse response, String text) throws IOException {
        response.setContentType("text/plain; version=0.0.4; charset=utf-8");
        response.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
    }

    private static boolean isLocal(HttpServletRequest request) {
        if (request.getHeader("X-Forwarded-For") != null || request.getHeader("Forwarded") != null) {
            return false;
        }
        try {
            // A literal address, as the container gives it: nothing is looked up.
            return InetAddress.getByName(request.getRemoteAddr()).isLoopbackAddress();
        } catch (UnknownHostException _) {
            return false;
        }
    }

    private boolean hasKey(HttpServletRequest request) {
        String key = key(request);
        if (key == null) {
            return false;
        }
        try {
            identity.authenticate(key);
            return true;
        } catch (StoaException _) {
            return false;
        }
    }

    private static @Nullable String key(HttpServletRequest request) {
        String authorization = request.getHeader("Authorization");
        return authorization != null && authorization.toLowerCase(Locale.ROOT).startsWith(BEARER)
                ? authorization.substring(BEARER.length()).strip()
                : request.getHeader("x-api-key");
    }
}
