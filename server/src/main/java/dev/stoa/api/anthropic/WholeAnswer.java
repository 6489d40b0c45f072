package dev.stoa.api.anthropic;

import dev.stoa.api.ClientConnection;
import dev.stoa.inference.JsonText;
import dev.stoa.inference.TokenStream;
import dev.stoa.inference.source.Citation;
import dev.stoa.shared.Limits;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** Reads a stream to its end for an answer in one piece. One use, one thread. */
final class WholeAnswer {
    private final MessageJson json;
    private final List<ObjectNode> content = new ArrayList<>();
    private final StringBuilder text = new StringBuilder();
    private final StringBuilder thinking = new StringBuilder();
    private final StringBuilder input = new StringBuilder();

    private WholeAnswer(MessageJson json) {
        this.json = json;
    }

    /** The answer; null if the client has gone meanwhile. The caller closes the stream, which frees the model. */
    static @Nullable ObjectNode read(TokenStream stream, MessageJson json, ClientConnection client, Limits limits)
            throws InterruptedException {
        WholeAnswer answer = new WholeAnswer(json);
        while (!client.gone()) {
            TokenStream.Event event = stream.next(limits.clientCheck());
            if (event instanceof TokenStream.Finished end) {
                answer.endPart();
                return json.whole(answer.content, end, stream.refusal());
            }
            if (event != null) {
                answer.take(event);
            }
        }
        return null;
    }

    private void take(TokenStream.Event event) {
        switch (event) {
            case TokenStream.Started _, TokenStream.Logprobs _, TokenStream.Passed _, TokenStream.Finished _ -> {}
            case TokenStream.TextDelta(String more) -> {
                if (!thinking.isEmpty()) {
                    endPart();
                }
                text.append(more);
            }
            case TokenStream.Cited(List<Citation> citations) -> {
                if (!text.isEmpty()) {
                    content.add(MessageJson.textBlock(text.toString(), citations));
                    text.setLength(0);
                }
            }
            case TokenStream.ThinkingDelta(String more) -> {
                if (!text.isEmpty()) {
                    endPart();
                }
                thinking.append(more);
            }
            case TokenStream.CallStart call -> {
                endPart();
                content.add(json.toolUseBlock(call));
                input.setLength(0);
            }
            case TokenStream.CallArguments(int _, String more) -> input.append(more);
            case TokenStream.CallEnd(int _, boolean complete) -> {
                if (complete) {
                    content.getLast().set("input", JsonText.object(input.toString()));
                } else {
                    // Half a call must not look like one to a client that doesn't look at the stop reason.
                    content.removeLast();
                }
            }
        }
    }

    private void endPart() {
        if (!thinking.isEmpty()) {
            String thought = thinking.toString();
            content.add(MessageJson.thinkingBlock(thought, MessageJson.signature(thought)));
            thinking.setLength(0);
        }
        if (!text.isEmpty()) {
            content.add(MessageJson.textBlock(text.toString()));
            text.setLength(0);
        }
    }

    /** The first event; null if the client has gone meanwhile. */
    static TokenStream.@Nullable Started awaitStart(TokenStream stream, ClientConnection client, Limits limits)
            throws InterruptedException {
        while (!client.gone()) {
            TokenStream.Event event = stream.next(limits.clientCheck());
            if (event instanceof TokenStream.Started started) {
                return started;
            }
            if (event != null) {
                throw new IllegalStateException("a stream begins with its start");
            }
        }
        return null;
    }
}
