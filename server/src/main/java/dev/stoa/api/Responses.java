package dev.stoa.api;

import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Writes JSON responses, and checks methods. */
public final class Responses {
    private static final JsonMapper JSON = new JsonMapper();

    private Responses() {}

    public static void json(HttpServletResponse response, int status, ObjectNode body) throws IOException {
        byte[] bytes = JSON.writeValueAsBytes(body);
        response.setStatus(status);
        response.setContentType("application/json");
        response.setContentLength(bytes.length);
        response.getOutputStream().write(bytes);
    }

    /** Says when to come back, where that is known, and that a wrong key stays wrong. */
    public static void retryAfter(HttpServletResponse response, StoaException e) {
        Duration wait = e.retryAfter();
        if (wait != null) {
            response.setHeader("retry-after", String.valueOf(Math.max(1, Math.ceilDiv(wait.toMillis(), 1000))));
        }
        if (e.kind() == ErrorKind.AUTHENTICATION) {
            // Without it, clients try a wrong key ten times.
            response.setHeader("x-should-retry", "false");
        }
    }

    /** @throws StoaException METHOD_NOT_ALLOWED, with the header that names the right ones set */
    public static void requireMethod(HttpServletRequest request, HttpServletResponse response, String... methods) {
        if (!List.of(methods).contains(request.getMethod())) {
            response.setHeader("Allow", String.join(", ", methods));
            throw new StoaException(
                    ErrorKind.METHOD_NOT_ALLOWED,
                    "This path takes " + String.join(" or ", methods) + ", not " + request.getMethod() + ".");
        }
    }
}
