package dev.stoa.api.anthropic;

import dev.stoa.inference.Refusal;
import dev.stoa.inference.StopReason;
import dev.stoa.inference.TokenStream;
import dev.stoa.inference.TokenUsage;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** An answer as the protocol writes it: whole, and as the data of each event. Immutable. */
final class MessageJson {
    private static final JsonMapper JSON = new JsonMapper();

    private final String id;
    private final String model;

    /** @param model its own name, also where an alias was asked for */
    MessageJson(String id, String model) {
        this.id = id;
        this.model = model;
    }

    /** A whole answer. */
    ObjectNode whole(String text, TokenStream.Finished end, @Nullable Refusal refusal) {
        ObjectNode message = message();
        if (!text.isEmpty()) {
            message.withArray("content").addObject().put("type", "text").put("text", text);
        }
        stop(message, end, refusal);
        message.set("usage", usage(end.usage()));
        return message;
    }

    ObjectNode messageStart(TokenStream.Started started) {
        ObjectNode message = message();
        message.putNull("stop_reason").putNull("stop_sequence");
        message.set("usage", usage(new TokenUsage(started.inputTokens(), started.cachedTokens(), 0)));
        ObjectNode event = event("message_start");
        event.set("message", message);
        return event;
    }

    static ObjectNode contentBlockStart() {
        ObjectNode event = event("content_block_start").put("index", 0);
        event.putObject("content_block").put("type", "text").put("text", "");
        return event;
    }

    static ObjectNode textDelta(String text) {
        ObjectNode event = event("content_block_delta").put("index", 0);
        event.putObject("delta").put("type", "text_delta").put("text", text);
        return event;
    }

    static ObjectNode contentBlockStop() {
        return event("content_block_stop").put("index", 0);
    }

    static ObjectNode messageDelta(TokenStream.Finished end, @Nullable Refusal refusal) {
        ObjectNode event = event("message_delta");
        stop(event.putObject("delta"), end, refusal);
        event.set("usage", usage(end.usage()));
        return event;
    }

    static ObjectNode count(int inputTokens) {
        return JSON.createObjectNode().put("input_tokens", inputTokens);
    }

    static ObjectNode event(String type) {
        return JSON.createObjectNode().put("type", type);
    }

    private ObjectNode message() {
        ObjectNode message = JSON.createObjectNode()
                .put("id", id)
                .put("type", "message")
                .put("role", "assistant")
                .put("model", model);
        message.putArray("content");
        return message;
    }

    private static void stop(ObjectNode into, TokenStream.Finished end, @Nullable Refusal refusal) {
        into.put("stop_reason", reason(end.reason())).put("stop_sequence", end.stopSequence());
        if (refusal != null) {
            into.putObject("stop_details")
                    .put("type", "refusal")
                    .put("category", refusal.category())
                    .put(
                            "explanation",
                            "Refused by a safety policy of this server; the incident is " + refusal.incident() + ".");
        }
    }

    static String reason(StopReason reason) {
        return switch (reason) {
            case END_TURN -> "end_turn";
            case MAX_TOKENS -> "max_tokens";
            case STOP_SEQUENCE -> "stop_sequence";
            case CONTEXT_FULL -> "model_context_window_exceeded";
            case REFUSAL -> "refusal";
        };
    }

    /** The protocol counts what came from the cache apart from the other input. */
    private static ObjectNode usage(TokenUsage usage) {
        return JSON.createObjectNode()
                .put("input_tokens", usage.inputTokens() - usage.cachedTokens())
                .put("cache_creation_input_tokens", 0)
                .put("cache_read_input_tokens", usage.cachedTokens())
                .put("output_tokens", usage.outputTokens());
    }
}
