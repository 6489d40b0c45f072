package dev.stoa.api.anthropic;

import dev.stoa.api.ClientConnection;
import dev.stoa.inference.TokenStream;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.Limits;
import dev.stoa.shared.StoaException;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes a stream as the protocol's events: message_start at once, content_block_start and ping with the first text, a
 * delta for whatever text is there, and at the end content_block_stop, message_delta, message_stop; a ping in silences;
 * an error event where the request fails after its start. Ends without a word when the client has gone. The caller
 * closes the stream, which frees the model. One use, one thread.
 */
final class StreamedAnswer {
    /** Text that is already there goes out as one delta up to this size: a slow client gets fewer, larger events. */
    private static final int DELTA_CHARS_MAX = 4096;

    private static final Logger log = LoggerFactory.getLogger(StreamedAnswer.class);

    private final TokenStream stream;
    private final MessageJson json;
    private final ClientConnection client;
    private final Limits limits;
    private final String requestId;
    private final ArrayDeque<TokenStream.Event> ahead = new ArrayDeque<>();
    private boolean blockOpen;

    StreamedAnswer(TokenStream stream, MessageJson json, ClientConnection client, Limits limits, String requestId) {
        this.stream = stream;
        this.json = json;
        this.client = client;
        this.limits = limits;
        this.requestId = requestId;
    }

    /**
     * Writes it all.
     *
     * @throws StoaException if the request fails before anything was written
     */
    void writeTo(HttpServletResponse response) throws IOException, InterruptedException {
        TokenStream.Started started = WholeAnswer.awaitStart(stream, client, limits);
        if (started == null) {
            return;
        }
        EventWriter out = new EventWriter(response);
        out.add(json.messageStart(started)).flush();
        try {
            writeRest(out);
        } catch (StoaException e) {
            out.add(Errors.body(e.kind(), String.valueOf(e.getMessage()), requestId))
                    .flush();
        } catch (RuntimeException e) {
            // The status has left, so the fault can only be told within the stream.
            log.error("Request {} failed in mid-stream", requestId, e);
            out.add(Errors.body(ErrorKind.INTERNAL, "The server failed on this request.", requestId))
                    .flush();
        }
    }

    private void writeRest(EventWriter out) throws IOException, InterruptedException {
        long writtenNanos = System.nanoTime();
        while (!client.gone()) {
            switch (next(limits.clientCheck())) {
                case null -> {
                    if (System.nanoTime() - writtenNanos < limits.pingInterval().toNanos()) {
                        continue;
                    }
                    out.add(MessageJson.event("ping"));
                }
                case TokenStream.TextDelta(String text) -> {
                    openBlock(out);
                    out.add(MessageJson.textDelta(withWhatIsThere(text)));
                }
                case TokenStream.Finished end -> {
                    end(out, end);
                    return;
                }
                case TokenStream.Logprobs _ -> {}
                case TokenStream.Started _ -> throw new IllegalStateException("a stream starts once");
            }
            out.flush();
            writtenNanos = System.nanoTime();
        }
    }

    private void openBlock(EventWriter out) {
        if (!blockOpen) {
            blockOpen = true;
            out.add(MessageJson.contentBlockStart()).add(MessageJson.event("ping"));
        }
    }

    private void end(EventWriter out, TokenStream.Finished end) throws IOException {
        if (blockOpen) {
            out.add(MessageJson.contentBlockStop());
        }
        out.add(MessageJson.messageDelta(end, stream.refusal()))
                .add(MessageJson.event("message_stop"))
                .flush();
    }

    private TokenStream.@Nullable Event next(Duration timeout) throws InterruptedException {
        TokenStream.Event event = ahead.poll();
        return event == null ? stream.next(timeout) : event;
    }

    /** Joins the text that follows without waiting; another event that comes with it is kept for its turn. */
    private String withWhatIsThere(String first) throws InterruptedException {
        StringBuilder text = null;
        while (text == null || text.length() < DELTA_CHARS_MAX) {
            TokenStream.Event event = stream.next(Duration.ZERO);
            if (!(event instanceof TokenStream.TextDelta(String more))) {
                if (event != null) {
                    ahead.add(event);
                }
                break;
            }
            text = (text == null ? new StringBuilder(first) : text).append(more);
        }
        return text == null ? first : text.toString();
    }
}
