package dev.stoa.api.openai;

import dev.stoa.inference.StopReason;
import dev.stoa.inference.TokenStream;
import dev.stoa.inference.TokenUsage;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.Ids;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A response as it is made: it takes the stream's events, and tells them in the protocol's typed events, numbered and in
 * its exact order. Whole answers are the same without listening. Not thread-safe.
 */
final class ResponseRun {
    private static final JsonMapper JSON = new JsonMapper();

    private enum Kind {
        NONE,
        MESSAGE,
        REASONING,
        CALL
    }

    private final ObjectNode response = JSON.createObjectNode();
    private final ArrayNode output;
    private final Ids ids;
    private final Consumer<ObjectNode> out;
    private final Consumer<ObjectNode> keep;
    private final Supplier<String> model;
    private final Map<String, String> namespaces;
    private final StringBuilder text = new StringBuilder();
    private Kind kind = Kind.NONE;
    private ObjectNode item = JSON.createObjectNode();
    /** The event that is being written. */
    private ObjectNode told = JSON.createObjectNode();

    private int sequence;

    /**
     * @param model its own name, also where an alias was asked for; asked again when the answer begins, as another may
     *     have taken over until then
     * @param tier in which it is served
     * @param out takes each event
     * @param keep takes the response once it has ended, before its last event
     */
    ResponseRun(
            ResponsesRequest request,
            String id,
            Supplier<String> model,
            String tier,
            long createdSeconds,
            Ids ids,
            Consumer<ObjectNode> out,
            Consumer<ObjectNode> keep) {
        this.ids = ids;
        this.out = out;
        this.keep = keep;
        this.model = model;
        this.namespaces = request.namespaces();
        response.put("id", id)
                .put("object", "response")
                .put("created_at", createdSeconds)
                .put("status", request.background() ? "queued" : "in_progress")
                .put("background", request.background())
                .putNull("error")
                .putNull("incomplete_details")
                .put("model", model.get());
        this.output = response.putArray("output");
        response.setAll(request.echo());
        response.put("previous_response_id", request.previousId())
                .put("service_tier", tier)
                .put("store", request.store())
                .put("truncation", "disabled")
                .putNull("user")
                .putNull("usage");
    }

    /** As it stands now. */
    ObjectNode response() {
        return response;
    }

    /** One in the background is queued until {@link #progress}; any other is in progress at once. */
    void begin() {
        tellWhole("response.created");
        tellWhole(queued() ? "response.queued" : "response.in_progress");
    }

    boolean queued() {
        return response.get("status").stringValue().equals("queued");
    }

    /** The model has begun with what was queued. */
    void progress() {
        response.put("status", "in_progress").put("model", model.get());
        tellWhole("response.in_progress");
    }

    private void tellWhole(String type) {
        tell(type).set("response", response);
        send();
    }

    void take(TokenStream.Event event) {
        switch (event) {
            case TokenStream.Started _ -> response.put("model", model.get());
            case TokenStream.Logprobs _, TokenStream.Cited _, TokenStream.Passed _ -> {}
            case TokenStream.TextDelta(String more) -> {
                open(Kind.MESSAGE);
                text.append(more);
                inPart("response.output_text.delta").put("delta", more).putArray("logprobs");
                send();
            }
            case TokenStream.ThinkingDelta(String more) -> {
                open(Kind.REASONING);
                text.append(more);
                inPart("response.reasoning_text.delta").put("delta", more);
                send();
            }
            case TokenStream.CallStart call -> {
                close("completed");
                String given = call.id();
                ObjectNode begun = item("fc_", "function_call")
                        .put("call_id", given == null ? ids.toolCall() : given)
                        .put("name", call.name())
                        .put("arguments", "");
                String namespace = namespaces.get(call.name());
                if (namespace != null) {
                    begun.put("namespace", namespace);
                }
                begin(Kind.CALL, begun);
            }
            case TokenStream.CallArguments(int _, String more) -> {
                text.append(more);
                ofItem("response.function_call_arguments.delta").put("delta", more);
                send();
            }
            case TokenStream.CallEnd(int _, boolean complete) -> close(complete ? "completed" : "incomplete");
            case TokenStream.Finished(StopReason reason, String _, TokenUsage usage) -> finish(reason, usage);
        }
    }

    private void open(Kind wanted) {
        if (kind == wanted) {
            return;
        }
        close("completed");
        if (wanted == Kind.MESSAGE) {
            ObjectNode message = item("msg_", "message").put("role", "assistant");
            message.putArray("content");
            begin(wanted, message);
        } else {
            ObjectNode reasoning = item("rs_", "reasoning");
            reasoning.putArray("summary");
            begin(wanted, reasoning);
        }
        inPart("response.content_part.added").set("part", part(""));
        send();
    }

    private ObjectNode item(String prefix, String type) {
        return JSON.createObjectNode()
                .put("id", ids.responseItem(prefix))
                .put("type", type)
                .put("status", "in_progress");
    }

    private void begin(Kind begun, ObjectNode empty) {
        kind = begun;
        item = empty;
        text.setLength(0);
        tell("response.output_item.added").put("output_index", output.size()).set("item", item.deepCopy());
        send();
    }

    private void close(String status) {
        if (kind == Kind.NONE) {
            return;
        }
        String all = text.toString();
        if (kind == Kind.CALL) {
            ofItem("response.function_call_arguments.done")
                    .put("name", item.get("name").stringValue())
                    .put("arguments", all);
            send();
            item.put("arguments", all);
        } else {
            if (kind == Kind.MESSAGE) {
                inPart("response.output_text.done").put("text", all).putArray("logprobs");
            } else {
                inPart("response.reasoning_text.done").put("text", all);
            }
            send();
            inPart("response.content_part.done").set("part", part(all));
            send();
            item.putArray("content").add(part(all));
        }
        item.put("status", status);
        tell("response.output_item.done").put("output_index", output.size()).set("item", item.deepCopy());
        send();
        output.add(item);
        kind = Kind.NONE;
    }

    private ObjectNode part(String all) {
        ObjectNode part = JSON.createObjectNode();
        if (kind == Kind.REASONING) {
            return part.put("type", "reasoning_text").put("text", all);
        }
        part.put("type", "output_text").put("text", all).putArray("annotations");
        part.putArray("logprobs");
        return part;
    }

    private void finish(StopReason reason, TokenUsage usage) {
        String cut = switch (reason) {
            case END_TURN, STOP_SEQUENCE, TOOL_USE -> null;
            case MAX_TOKENS, CONTEXT_FULL -> "max_output_tokens";
            case REFUSAL -> "content_filter";
        };
        close(cut == null ? "completed" : "incomplete");
        String status = cut == null ? "completed" : "incomplete";
        response.put("status", status);
        if (cut != null) {
            response.putObject("incomplete_details").put("reason", cut);
        }
        ObjectNode counted = response.putObject("usage").put("input_tokens", usage.inputTokens());
        // Whatever was computed is remembered without a price of its own.
        counted.putObject("input_tokens_details")
                .put("cached_tokens", usage.cachedTokens())
                .put("cache_write_tokens", 0);
        counted.put("output_tokens", usage.outputTokens());
        counted.putObject("output_tokens_details").put("reasoning_tokens", usage.thinkingTokens());
        counted.put("total_tokens", usage.inputTokens() + usage.outputTokens());
        keep.accept(response);
        tellWhole("response." + status);
    }

    /** The end of a response that failed after its start. */
    void fail(ErrorKind errorKind, @Nullable String message) {
        close("incomplete");
        response.put("status", "failed");
        response.putNull("incomplete_details").putNull("usage");
        response.putObject("error")
                .put("code", errorKind == ErrorKind.RATE_LIMITED ? "rate_limit_exceeded" : "server_error")
                .put("message", message);
        tellWhole("response.failed");
    }

    /** The end of a response that its caller no longer wants; the protocol has no event of its own for that. */
    void cancel() {
        close("incomplete");
        response.put("status", "cancelled");
        tellWhole("response.incomplete");
    }

    private ObjectNode tell(String type) {
        told = JSON.createObjectNode().put("type", type).put("sequence_number", sequence++);
        return told;
    }

    private ObjectNode ofItem(String type) {
        return tell(type).put("item_id", item.get("id").stringValue()).put("output_index", output.size());
    }

    private ObjectNode inPart(String type) {
        return ofItem(type).put("content_index", 0);
    }

    private void send() {
        out.accept(told);
    }
}
