package dev.stoa.api;

import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Server-sent events, straight to the response. What is added leaves with the next {@link #flush}. Not thread-safe. */
public final class EventWriter {
    private static final JsonMapper JSON = new JsonMapper();

    private final OutputStream out;
    private final ByteArrayOutputStream pending = new ByteArrayOutputStream(512);

    /** Begins the response. */
    public EventWriter(HttpServletResponse response) throws IOException {
        response.setStatus(HttpServletResponse.SC_OK);
        response.setContentType("text/event-stream; charset=utf-8");
        response.setHeader("Cache-Control", "no-cache");
        // Proxies of the nginx family would collect the stream otherwise.
        response.setHeader("X-Accel-Buffering", "no");
        this.out = response.getOutputStream();
    }

    /** Adds an event without a name. */
    public void add(ObjectNode data) {
        add(pending, data);
    }

    private static void add(ByteArrayOutputStream to, ObjectNode data) {
        to.writeBytes("data: ".getBytes(StandardCharsets.US_ASCII));
        to.writeBytes(JSON.writeValueAsBytes(data));
        to.write('\n');
        to.write('\n');
    }

    /** Adds an event that is named as its data's {@code type}. */
    public EventWriter addNamed(ObjectNode data) {
        addNamed(pending, data);
        return this;
    }

    /** The same to bytes that go over the wire later. */
    public static void addNamed(ByteArrayOutputStream to, ObjectNode data) {
        to.writeBytes(("event: " + data.get("type").stringValue() + "\n").getBytes(StandardCharsets.US_ASCII));
        add(to, data);
    }

    /** Adds what OpenAI's protocol ends a stream with. */
    public void addDone() {
        pending.writeBytes("data: [DONE]\n\n".getBytes(StandardCharsets.US_ASCII));
    }

    /** Says nothing, so that no proxy takes the connection for idle, where the protocol has no event for it. */
    public void addComment() {
        pending.writeBytes(": ping\n\n".getBytes(StandardCharsets.US_ASCII));
    }

    /** @throws IOException if the client has gone */
    public void flush() throws IOException {
        pending.writeTo(out);
        pending.reset();
        out.flush();
    }
}
