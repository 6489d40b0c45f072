package dev.stoa.api.chat;

import dev.stoa.api.chat.Views.EndView;
import dev.stoa.api.chat.Views.MessageView;
import dev.stoa.api.chat.Views.TextView;
import dev.stoa.conversation.AnswerFeed;
import dev.stoa.conversation.Chunk;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;

/**
 * Server-sent events of one answer, written by the request's own virtual thread straight to the response. It pulls: while
 * a slow client's socket is full this thread waits, and the next pull brings all that came meanwhile as one event.
 */
final class EventStream {
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
        EventOutput out = EventOutput.open(json, response);
        while (true) {
            switch (feed.next(pingInterval)) {
                case Chunk.Text(String text, int end) -> out.event(Integer.toString(end), "text", encode(text));
                case Chunk.Silence silence -> out.ping();
                case Chunk.End(var message) -> {
                    out.event("", "end", new EndView(MessageView.of(message)));
                    return;
                }
                case Chunk.Gone gone -> {
                    return;
                }
                case Chunk.Away away -> {
                    return;
                }
            }
        }
    }

    private byte[] encode(String text) {
        TextView view = new TextView(text);
        return Character.isLowSurrogate(text.charAt(0)) ? json.writeAscii(view) : json.write(view);
    }
}
