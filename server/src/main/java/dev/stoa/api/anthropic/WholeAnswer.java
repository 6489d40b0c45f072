package dev.stoa.api.anthropic;

import dev.stoa.api.ClientConnection;
import dev.stoa.inference.TokenStream;
import dev.stoa.shared.Limits;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** Reads a stream to its end for an answer in one piece. */
final class WholeAnswer {
    private WholeAnswer() {}

    /** The answer; null if the client has gone meanwhile. The caller closes the stream, which frees the model. */
    static @Nullable ObjectNode read(TokenStream stream, MessageJson json, ClientConnection client, Limits limits)
            throws InterruptedException {
        StringBuilder text = new StringBuilder();
        while (!client.gone()) {
            switch (stream.next(limits.clientCheck())) {
                case null -> {}
                case TokenStream.Started _ -> {}
                case TokenStream.Logprobs _ -> {}
                case TokenStream.TextDelta(String more) -> text.append(more);
                case TokenStream.Finished end -> {
                    return json.whole(text.toString(), end, stream.refusal());
                }
            }
        }
        return null;
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
