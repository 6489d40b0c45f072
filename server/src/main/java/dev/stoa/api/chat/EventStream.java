package dev.stoa.api.chat;

import dev.stoa.api.chat.Views.EndView;
import dev.stoa.api.chat.Views.MessageView;
import dev.stoa.api.chat.Views.TextView;
import dev.stoa.conversation.AnswerFeed;
import dev.stoa.conversation.Chunk;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;

/**
 * Server-sent events of one answer, written by the request's own virtual thread straight to the response. It pulls: while
 * a slow client's socket is full this thread waits, and the next pull brings all that came meanwhile as one event.
 */
final class EventStream {
    private static final byte[] PING = ":\n\n".getBytes(StandardCharsets.UTF_8);

    private final ChatJson json;
    private final Duration pingInterval;
    private final HttpServletResponse response;

    EventStream(ChatJson json, Duration pingInterval, HttpServletResponse response) {
        this.json = json;
        this.pingInterval = pingInterval;
        this.response = response;
    }

    /** Until the answer's end; an exception says that the client has gone. */
    void write(AnswerFeed feed) throws IOException, InterruptedException {
        response.setContentType(MediaType.TEXT_EVENT_STREAM_VALUE);
        response.setCharacterEncoding(StandardCharsets.UTF_8);
        response.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
        // nginx would hold events back to fill a buffer.
        response.setHeader("X-Accel-Buffering", "no");
        response.flushBuffer();
        OutputStream out = response.getOutputStream();
        boolean open = true;
        while (open) {
            switch (feed.next(pingInterval)) {
                case Chunk.Text(String text, int end) -> event(out, Integer.toString(end), "text", encode(text));
                case Chunk.Silence silence -> out.write(PING);
                case Chunk.End(var message) -> {
                    event(out, "", "end", json.write(new EndView(MessageView.of(message))));
                    open = false;
                }
                case Chunk.Gone gone -> open = false;
                case Chunk.Away away -> open = false;
            }
            out.flush();
        }
    }

    private byte[] encode(String text) {
        TextView view = new TextView(text);
        return Character.isLowSurrogate(text.charAt(0)) ? json.writeAscii(view) : json.write(view);
    }

    private static void event(OutputStream out, String id, String name, byte[] data) throws IOException {
        String head = (id.isEmpty() ? "" : "id: " + id + "\n") + "event: " + name + "\ndata: ";
        out.write(head.getBytes(StandardCharsets.UTF_8));
        out.write(data);
        out.write('\n');
        out.write('\n');
    }
}
