package dev.stoa.api.anthropic;

import dev.stoa.api.ClientConnection;
import dev.stoa.api.EventWriter;
import dev.stoa.inference.TokenStream;
import dev.stoa.inference.source.Citation;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.Limits;
import dev.stoa.shared.StoaException;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes a stream as the protocol's events: message_start at once; for each block of thinking, text or a call a
 * content_block_start (a ping behind the first), deltas for whatever is there, and a content_block_stop; at the end
 * message_delta and message_stop; a ping in silences;
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
    private final StringBuilder thinking = new StringBuilder();
    /** Comes after the text that came before it. */
    private @Nullable StoaException fault;

    private Block block = Block.NONE;
    /** Of the block that is open, or was last. */
    private int index = -1;

    private enum Block {
        NONE,
        TEXT,
        THINKING,
        CALL
    }

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
        out.addNamed(json.messageStart(started)).flush();
        try {
            writeRest(out);
        } catch (StoaException e) {
            out.addNamed(Errors.body(e.kind(), String.valueOf(e.getMessage()), requestId))
                    .flush();
        } catch (RuntimeException e) {
            // The status has left, so the fault can only be told within the stream.
            log.error("Request {} failed in mid-stream", requestId, e);
            out.addNamed(Errors.body(ErrorKind.INTERNAL, "The server failed on this request.", requestId))
                    .flush();
        }
    }

    private void writeRest(EventWriter out) throws IOException, InterruptedException {
        long writtenNanos = System.nanoTime();
        while (!client.gone()) {
            TokenStream.Event event = next(limits.clientCheck());
            switch (event) {
                case null -> {
                    if (System.nanoTime() - writtenNanos < limits.pingInterval().toNanos()) {
                        continue;
                    }
                    out.addNamed(MessageJson.event("ping"));
                }
                case TokenStream.Finished end -> {
                    end(out, end);
                    return;
                }
                default -> write(out, event);
            }
            out.flush();
            writtenNanos = System.nanoTime();
        }
    }

    private void write(EventWriter out, TokenStream.Event event) throws InterruptedException {
        switch (event) {
            case TokenStream.TextDelta _ -> {
                if (block != Block.TEXT) {
                    open(out, Block.TEXT, MessageJson.textBlock(""));
                }
                out.addNamed(MessageJson.delta(index, "text_delta", "text", withWhatIsThere(event)));
            }
            case TokenStream.ThinkingDelta _ -> {
                if (block != Block.THINKING) {
                    open(out, Block.THINKING, MessageJson.thinkingBlock("", ""));
                }
                String more = withWhatIsThere(event);
                thinking.append(more);
                out.addNamed(MessageJson.delta(index, "thinking_delta", "thinking", more));
            }
            case TokenStream.CallStart call -> {
                open(out, Block.CALL, json.toolUseBlock(call));
                out.addNamed(MessageJson.delta(index, "input_json_delta", "partial_json", ""));
            }
            case TokenStream.CallArguments _ ->
                out.addNamed(MessageJson.delta(index, "input_json_delta", "partial_json", withWhatIsThere(event)));
            case TokenStream.CallEnd _ -> close(out);
            case TokenStream.Cited(List<Citation> citations) -> {
                citations.forEach(citation -> out.addNamed(MessageJson.citation(index, citation)));
                close(out);
            }
            case TokenStream.Logprobs _, TokenStream.Passed _ -> {}
            case TokenStream.Started _, TokenStream.Finished _ ->
                throw new IllegalStateException("a stream starts and ends once");
        }
    }

    private void open(EventWriter out, Block next, ObjectNode empty) {
        close(out);
        block = next;
        index++;
        out.addNamed(MessageJson.contentBlockStart(index, empty));
        if (index == 0) {
            out.addNamed(MessageJson.event("ping"));
        }
    }

    private void close(EventWriter out) {
        if (block == Block.THINKING) {
            out.addNamed(MessageJson.delta(
                    index, "signature_delta", "signature", MessageJson.signature(thinking.toString())));
            thinking.setLength(0);
        }
        if (block != Block.NONE) {
            out.addNamed(MessageJson.contentBlockStop(index));
            block = Block.NONE;
        }
    }

    private void end(EventWriter out, TokenStream.Finished end) throws IOException {
        close(out);
        out.addNamed(json.messageDelta(end, stream.refusal()))
                .addNamed(MessageJson.event("message_stop"))
                .flush();
    }

    private TokenStream.@Nullable Event next(Duration timeout) throws InterruptedException {
        TokenStream.Event event = ahead.poll();
        if (event == null && fault != null) {
            throw fault;
        }
        return event == null ? stream.next(timeout) : event;
    }

    /** Joins what follows of the same kind without waiting; another event that comes with it is kept for its turn. */
    private String withWhatIsThere(TokenStream.Event first) throws InterruptedException {
        StringBuilder text = new StringBuilder(String.valueOf(textOf(first)));
        while (text.length() < DELTA_CHARS_MAX) {
            TokenStream.Event event;
            try {
                event = stream.next(Duration.ZERO);
            } catch (StoaException e) {
                fault = e;
                break;
            }
            String more = event != null && event.getClass() == first.getClass() ? textOf(event) : null;
            if (more == null) {
                if (event != null) {
                    ahead.add(event);
                }
                break;
            }
            text.append(more);
        }
        return text.toString();
    }

    private static @Nullable String textOf(TokenStream.Event event) {
        return switch (event) {
            case TokenStream.TextDelta(String text) -> text;
            case TokenStream.ThinkingDelta(String text) -> text;
            case TokenStream.CallArguments(int _, String json) -> json;
            default -> null;
        };
    }
}
