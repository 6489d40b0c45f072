package dev.stoa.api.chat;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;

/** Server-sent events, written straight to the response; each is flushed. One thread. */
final class EventOutput {
    private static final byte[] PING = ":\n\n".getBytes(StandardCharsets.UTF_8);

    private final ChatJson json;
    private final OutputStream out;

    private EventOutput(ChatJson json, OutputStream out) {
        this.json = json;
        this.out = out;
    }

    static EventOutput open(ChatJson json, HttpServletResponse response) throws IOException {
        response.setContentType(MediaType.TEXT_EVENT_STREAM_VALUE);
        response.setCharacterEncoding(StandardCharsets.UTF_8);
        response.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
        // nginx would hold events back to fill a buffer.
        response.setHeader("X-Accel-Buffering", "no");
        response.flushBuffer();
        return new EventOutput(json, response.getOutputStream());
    }

    /** Shows that the stream lives. */
    void ping() throws IOException {
        out.write(PING);
        out.flush();
    }

    /** @param id "" leaves the client with the one it has */
    void event(String id, String name, Object data) throws IOException {
        event(id, name, json.write(data));
    }

    void event(String id, String name, byte[] data) throws IOException {
        String head = (id.isEmpty() ? "" : "id: " + id + "\n") + "event: " + name + "\ndata: ";
        out.write(head.getBytes(StandardCharsets.UTF_8));
        out.write(data);
        out.write('\n');
        out.write('\n');
        out.flush();
    }
}
