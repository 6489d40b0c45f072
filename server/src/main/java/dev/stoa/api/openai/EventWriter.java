package dev.stoa.api.openai;

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

    /** Adds an event without a name; it leaves with the next {@link #flush}. */
    void add(ObjectNode data) {
        pending.writeBytes("data: ".getBytes(StandardCharsets.US_ASCII));
        pending.writeBytes(JSON.writeValueAsBytes(data));
        pending.write('\n');
        pending.write('\n');
    }

    /** Adds an event that is named as its data's {@code type}. */
    void addNamed(ObjectNode data) {
        pending.writeBytes(("event: " + data.get("type").stringValue() + "\n").getBytes(StandardCharsets.US_ASCII));
        add(data);
    }

    void addDone() {
        pending.writeBytes("data: [DONE]\n\n".getBytes(StandardCharsets.US_ASCII));
    }

    /** Says nothing, so that no proxy takes the connection for idle: the protocol has no event for it. */
    void addComment() {
        pending.writeBytes(": ping\n\n".getBytes(StandardCharsets.US_ASCII));
    }

    /** @throws IOException if the client has gone */
    void flush() throws IOException {
        pending.writeTo(out);
        pending.reset();
        out.flush();
    }
}
