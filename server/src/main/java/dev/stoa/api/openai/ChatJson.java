package dev.stoa.api.openai;

import dev.stoa.inference.StopReason;
import dev.stoa.inference.TokenLogprob;
import dev.stoa.inference.TokenUsage;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A chat completion, whole and in chunks. */
final class ChatJson implements AnswerJson {
    /** What the protocol writes for a likelihood of nothing; JSON has no infinity. */
    static final double LOGPROB_MIN = -9999;

    /** Not the vendor's own word, but that of every server of open models, and of their clients. */
    private static final String REASONING = "reasoning_content";

    private static final JsonMapper JSON = new JsonMapper();

    private final String id;
    private final Supplier<String> model;
    private final long createdSeconds;
    private final String tier;
    private final boolean logprobsWanted;
    private final boolean usageInChunks;

    /**
     * @param tier in which it is served
     * @param usageInChunks whether every chunk has a usage, null in all but the last, as those have who ask for it
     */
    ChatJson(
            String id,
            Supplier<String> model,
            long createdSeconds,
            String tier,
            boolean logprobsWanted,
            boolean usageInChunks) {
        this.id = id;
        this.model = model;
        this.createdSeconds = createdSeconds;
        this.tier = tier;
        this.logprobsWanted = logprobsWanted;
        this.usageInChunks = usageInChunks;
    }

    private ObjectNode head(String object) {
        return JSON.createObjectNode()
                .put("id", id)
                .put("object", object)
                .put("created", createdSeconds)
                .put("model", model.get())
                .put("service_tier", tier);
    }

    @Override
    public ObjectNode whole(List<Choice> choices, TokenUsage usage) {
        ObjectNode answer = head("chat.completion");
        ArrayNode list = answer.putArray("choices");
        for (Choice choice : choices) {
            ObjectNode json = list.addObject().put("index", list.size() - 1);
            message(json.putObject("message"), choice);
            logprobs(json, choice.logprobs(), logprobsWanted);
            json.put("finish_reason", AnswerJson.reason(choice.reason()));
        }
        answer.set("usage", AnswerJson.json(usage));
        return answer;
    }

    private static void message(ObjectNode message, Choice choice) {
        boolean onlyCalls = choice.text().isEmpty() && !choice.calls().isEmpty();
        message.put("role", "assistant").put("content", onlyCalls ? null : choice.text());
        if (!choice.thinking().isEmpty()) {
            message.put(REASONING, choice.thinking());
        }
        if (!choice.calls().isEmpty()) {
            ArrayNode calls = message.putArray("tool_calls");
            choice.calls()
                    .forEach(call -> calls.addObject()
                            .put("id", call.id())
                            .put("type", "function")
                            .putObject("function")
                            .put("name", call.name())
                            .put("arguments", call.arguments()));
        }
        message.putNull("refusal").putArray("annotations");
    }

    @Override
    public boolean tellsBegin() {
        return true;
    }

    @Override
    public ObjectNode begin(int choice) {
        ObjectNode delta = JSON.createObjectNode()
                .put("role", "assistant")
                .put("content", "")
                .putNull("refusal");
        return chunk(choice, delta, List.of(), null);
    }

    @Override
    public ObjectNode delta(int choice, String text, List<TokenLogprob> logprobs) {
        return chunk(choice, JSON.createObjectNode().put("content", text), logprobs, null);
    }

    @Override
    public ObjectNode thinking(int choice, String text) {
        return chunk(choice, JSON.createObjectNode().put(REASONING, text), List.of(), null);
    }

    @Override
    public ObjectNode callStart(int choice, int call, String id, String name) {
        ObjectNode delta = JSON.createObjectNode();
        delta.putArray("tool_calls")
                .addObject()
                .put("index", call)
                .put("id", id)
                .put("type", "function")
                .putObject("function")
                .put("name", name)
                .put("arguments", "");
        return chunk(choice, delta, List.of(), null);
    }

    @Override
    public ObjectNode callArguments(int choice, int call, String json) {
        ObjectNode delta = JSON.createObjectNode();
        delta.putArray("tool_calls")
                .addObject()
                .put("index", call)
                .putObject("function")
                .put("arguments", json);
        return chunk(choice, delta, List.of(), null);
    }

    @Override
    public ObjectNode end(int choice, StopReason reason) {
        return chunk(choice, JSON.createObjectNode(), List.of(), reason);
    }

    private ObjectNode chunk(int choice, ObjectNode delta, List<TokenLogprob> logprobs, @Nullable StopReason reason) {
        ObjectNode chunk = head("chat.completion.chunk");
        ObjectNode json = chunk.putArray("choices").addObject().put("index", choice);
        json.set("delta", delta);
        logprobs(json, logprobs, !logprobs.isEmpty());
        json.put("finish_reason", reason == null ? null : AnswerJson.reason(reason));
        if (usageInChunks) {
            chunk.putNull("usage");
        }
        return chunk;
    }

    @Override
    public ObjectNode usage(TokenUsage usage) {
        ObjectNode chunk = head("chat.completion.chunk");
        chunk.putArray("choices");
        chunk.set("usage", AnswerJson.json(usage));
        return chunk;
    }

    private static void logprobs(ObjectNode into, List<TokenLogprob> tokens, boolean present) {
        if (!present) {
            into.putNull("logprobs");
            return;
        }
        ObjectNode logprobs = into.putObject("logprobs");
        ArrayNode content = logprobs.putArray("content");
        for (TokenLogprob token : tokens) {
            ObjectNode json = content.addObject();
            piece(json, token.piece());
            ArrayNode top = json.putArray("top_logprobs");
            token.top().forEach(other -> piece(top.addObject(), other));
        }
        logprobs.putNull("refusal");
    }

    private static void piece(ObjectNode into, TokenLogprob.Piece piece) {
        into.put("token", piece.text()).put("logprob", Math.max(LOGPROB_MIN, piece.logprob()));
        ArrayNode bytes = into.putArray("bytes");
        for (byte each : piece.bytes()) {
            bytes.add(Byte.toUnsignedInt(each));
        }
    }
}
