package dev.stoa.api.websocket;

import dev.stoa.api.IdempotencyFilter;
import dev.stoa.api.RequestId;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.DispatcherServlet;
import tools.jackson.databind.JsonNode;

/** Answers what a message asks as if it had come over HTTP. Thread-safe. */
@Component
final class Player {
    private final DispatcherServlet servlet;
    private final IdempotencyFilter idempotency;

    Player(DispatcherServlet servlet, IdempotencyFilter idempotency) {
        this.servlet = servlet;
        this.idempotency = idempotency;
    }

    /** Ends when the answer has. */
    void play(String requestId, String path, JsonNode body, Map<String, String> headers, HttpServletResponse response)
            throws ServletException, IOException {
        byte[] bytes = body.toString().getBytes(StandardCharsets.UTF_8);
        PlayedRequest request = new PlayedRequest(path, bytes, headers, servlet.getServletContext());
        RequestId.set(request, requestId);
        // It comes through none of the web server's filters, and this one makes an Idempotency-Key count.
        idempotency.doFilter(request, response, servlet::service);
    }
}
