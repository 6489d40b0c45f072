package dev.stoa.api;

import dev.stoa.inference.Lifecycle;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;

/** Tells whoever still uses a model that it will go: {@code Deprecation} (RFC 9745) and {@code Sunset} (RFC 8594). */
public final class LifecycleHeaders {
    private LifecycleHeaders() {}

    public static void set(HttpServletResponse response, Lifecycle lifecycle) {
        set(response, "Deprecation", lifecycle.deprecatedAt(), at -> "@" + at.getEpochSecond());
        set(
                response,
                "Sunset",
                lifecycle.retiresAt(),
                at -> DateTimeFormatter.RFC_1123_DATE_TIME.format(at.atOffset(ZoneOffset.UTC)));
        if (lifecycle.replacement() != null && response.containsHeader("Deprecation")) {
            response.setHeader("x-stoa-model-replacement", lifecycle.replacement());
        }
    }

    private interface Format {
        String of(Instant at);
    }

    private static void set(HttpServletResponse response, String header, @Nullable Instant at, Format format) {
        if (at != null) {
            response.setHeader(header, format.of(at));
        }
    }
}
