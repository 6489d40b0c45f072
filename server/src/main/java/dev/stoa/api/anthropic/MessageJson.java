package dev.stoa.api.anthropic;

import dev.stoa.inference.Refusal;
import dev.stoa.inference.StopReason;
import dev.stoa.inference.TokenStream;
import dev.stoa.inference.TokenUsage;
import dev.stoa.inference.source.Citation;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** An answer as the protocol writes it: whole, and as the data of each event. Immutable. */
final class MessageJson {
    private static final JsonMapper JSON = new JsonMapper();

    private final String id;
    private final Supplier<String> model;
    private final Supplier<String> callIds;
    private final UsageJson usage;

    /**
     * @param model its own name, also where an alias was asked for; asked when the answer has begun
     * @param callIds names calls that the worker didn't name
     */
    MessageJson(String id, Supplier<String> model, Supplier<String> callIds, UsageJson usage) {
        this.id = id;
        this.model = model;
        this.callIds = callIds;
        this.usage = usage;
    }

    /** A whole answer. */
    ObjectNode whole(List<ObjectNode> content, TokenStream.Finished end, @Nullable Refusal refusal) {
        ObjectNode message = message();
        message.withArray("content").addAll(content);
        stop(message, end, refusal);
        message.set("usage", usage.json(end.usage()));
        return message;
    }

    ObjectNode messageStart(TokenStream.Started started) {
        ObjectNode message = message();
        message.putNull("stop_reason").putNull("stop_sequence");
        message.set("usage", usage.json(new TokenUsage(started.inputTokens(), started.cachedTokens(), 0)));
        ObjectNode event = event("message_start");
        event.set("message", message);
        return event;
    }

    static ObjectNode textBlock(String text) {
        return JSON.createObjectNode().put("type", "text").put("text", text);
    }

    /** Text that rests on sources. */
    static ObjectNode textBlock(String text, List<Citation> citations) {
        ObjectNode block = textBlock(text);
        if (!citations.isEmpty()) {
            block.putArray("citations")
                    .addAll(citations.stream().map(CitationJson::of).toList());
        }
        return block;
    }

    static ObjectNode citation(int index, Citation citation) {
        ObjectNode event = event("content_block_delta").put("index", index);
        event.putObject("delta").put("type", "citations_delta").set("citation", CitationJson.of(citation));
        return event;
    }

    static ObjectNode thinkingBlock(String thinking, String signature) {
        return JSON.createObjectNode()
                .put("type", "thinking")
                .put("thinking", thinking)
                .put("signature", signature);
    }

    /** A call without input yet. */
    ObjectNode toolUseBlock(TokenStream.CallStart call) {
        String given = call.id();
        ObjectNode block = JSON.createObjectNode()
                .put("type", "tool_use")
                .put("id", given == null ? callIds.get() : given)
                .put("name", call.name());
        block.putObject("input");
        return block;
    }

    /**
     * What a thinking block is signed with. Clients give it back with the block. Earlier thinking isn't shown to models
     * again, so nothing depends on whose it is.
     */
    static String signature(String thinking) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(thinking.getBytes(StandardCharsets.UTF_8));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    static ObjectNode contentBlockStart(int index, ObjectNode block) {
        ObjectNode event = event("content_block_start").put("index", index);
        event.set("content_block", block);
        return event;
    }

    /** More of a block: {@code field} of a delta of the type. */
    static ObjectNode delta(int index, String type, String field, String value) {
        ObjectNode event = event("content_block_delta").put("index", index);
        event.putObject("delta").put("type", type).put(field, value);
        return event;
    }

    static ObjectNode contentBlockStop(int index) {
        return event("content_block_stop").put("index", index);
    }

    ObjectNode messageDelta(TokenStream.Finished end, @Nullable Refusal refusal) {
        ObjectNode event = event("message_delta");
        stop(event.putObject("delta"), end, refusal);
        event.set("usage", usage.json(end.usage()));
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
                .put("model", model.get());
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
            case TOOL_USE -> "tool_use";
            case MAX_TOKENS -> "max_tokens";
            case STOP_SEQUENCE -> "stop_sequence";
            case CONTEXT_FULL -> "model_context_window_exceeded";
            case REFUSAL -> "refusal";
        };
    }
}
