package dev.stoa.api.anthropic;

import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Server-sent events, straight to the response. Not thread-safe. */
final class EventWriter {
    private static final JsonMapper JSON = new JsonMapper();

    private final OutputStream out;
    private final ByteArrayOutputStream pending = new ByteArrayOutputStream(512);

    EventWriter(HttpServletResponse response) throws IOException {
        response.setStatus(HttpServletResponse.SC_OK);
        response.setContentType("text/event-stream; charset=utf-8");
        response.setHeader("Cache-Control", "no-cache");
        // Proxies of the nginx family would collect the stream otherwise.
        response.setHeader("X-Accel-Buffering", "no");
        this.out = response.getOutputStream();
    }

    /** Adds an event, named as its data's {@code type}; it leaves with the next {@link #flush}. */
    EventWriter add(ObjectNode data) {
        pending.writeBytes(bytes(data));
        return this;
    }

    /** An event as it goes over the wire. */
    static byte[] bytes(ObjectNode data) {
        return ("event: " + data.get("type").stringValue() + "\ndata: " + JSON.writeValueAsString(data) + "\n\n")
                .getBytes(StandardCharsets.UTF_8);
    }

    /** @throws IOException if the client has gone */
    void flush() throws IOException {
        pending.writeTo(out);
        pending.reset();
        out.flush();
    }
}
