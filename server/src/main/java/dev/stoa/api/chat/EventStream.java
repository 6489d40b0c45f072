package dev.stoa.api.chat;

import dev.stoa.api.chat.Views.EndView;
import dev.stoa.api.chat.Views.MessageView;
import dev.stoa.api.chat.Views.StepsView;
import dev.stoa.api.chat.Views.TextView;
import dev.stoa.conversation.AnswerFeed;
import dev.stoa.conversation.Chunk;
import dev.stoa.conversation.Progress;
import dev.stoa.conversation.Steps;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Server-sent events of one answer, written by the request's own virtual thread straight to the response. It pulls: while
 * a slow client's socket is full this thread waits, and the next pull brings all that came meanwhile as one event.
 */
final class EventStream {
    private final ChatJson json;
    private final Duration pingInterval;
    private final BooleanSupplier allowed;
    private final HttpServletResponse response;

    /** @param allowed whether whoever asked may still do so */
    EventStream(ChatJson json, Duration pingInterval, BooleanSupplier allowed, HttpServletResponse response) {
        this.allowed = allowed;
        this.json = json;
        this.pingInterval = pingInterval;
        this.response = response;
    }

    /** Until the answer's end, or the end of the session that asked; an exception says that the client has gone. */
    void write(AnswerFeed feed) throws IOException, InterruptedException {
        EventOutput out = EventOutput.open(json, response);
        while (true) {
            Chunk chunk = feed.next(pingInterval);
            if (!allowed.getAsBoolean()) {
                return;
            }
            switch (chunk) {
                case Chunk.Text(String text, int _) -> out.event(id(feed.seen()), "text", encode(text));
                case Chunk.Doing(var steps, int _) -> out.event(id(feed.seen()), "steps", encode(steps));
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

    /** The text's offset, with that of the steps behind it where there are any. */
    static String id(Progress seen) {
        return seen.steps() == 0 ? Integer.toString(seen.text()) : seen.text() + "." + seen.steps();
    }

    private byte[] encode(List<Steps.Step> steps) {
        return json.writeAscii(StepsView.of(steps));
    }

    private byte[] encode(String text) {
        TextView view = new TextView(text);
        return Character.isLowSurrogate(text.charAt(0)) ? json.writeAscii(view) : json.write(view);
    }
}
