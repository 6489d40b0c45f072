package dev.stoa.api.openai;

import dev.stoa.inference.StopReason;
import dev.stoa.inference.TokenLogprob;
import dev.stoa.inference.TokenUsage;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** An answer as one of the protocol's two ways to complete writes it. Used by one request at a time. */
interface AnswerJson {

    /** One choice, whole. {@code logprobs} is empty unless asked for. */
    record Choice(String text, String thinking, List<Call> calls, List<TokenLogprob> logprobs, StopReason reason) {}

    /** A call, whole unless the choice was cut off in it. */
    record Call(String id, String name, String arguments) {}

    /** The whole answer, one choice for each part in its order. */
    ObjectNode whole(List<Choice> choices, TokenUsage usage);

    /** Whether a stream tells of each choice's beginning. */
    boolean tellsBegin();

    ObjectNode begin(int choice);

    /** More text of a choice; never both empty. */
    ObjectNode delta(int choice, String text, List<TokenLogprob> logprobs);

    /** More thinking of a choice. */
    default ObjectNode thinking(int choice, String text) {
        throw noChat();
    }

    /** A call of a choice begins. */
    default ObjectNode callStart(int choice, int call, String id, String name) {
        throw noChat();
    }

    /** More of a call's arguments. */
    default ObjectNode callArguments(int choice, int call, String json) {
        throw noChat();
    }

    private static IllegalStateException noChat() {
        return new IllegalStateException("a text completion neither thinks nor calls");
    }

    ObjectNode end(int choice, StopReason reason);

    /** The last event before the end of a stream, where usage was asked for. */
    ObjectNode usage(TokenUsage usage);

    static String reason(StopReason reason) {
        return switch (reason) {
            case END_TURN, STOP_SEQUENCE -> "stop";
            case TOOL_USE -> "tool_calls";
            case MAX_TOKENS, CONTEXT_FULL -> "length";
            case REFUSAL -> "content_filter";
        };
    }

    static ObjectNode json(TokenUsage usage) {
        ObjectNode json = new JsonMapper()
                .createObjectNode()
                .put("prompt_tokens", usage.inputTokens())
                .put("completion_tokens", usage.outputTokens())
                .put("total_tokens", usage.inputTokens() + usage.outputTokens());
        json.putObject("prompt_tokens_details").put("cached_tokens", usage.cachedTokens());
        json.putObject("completion_tokens_details").put("reasoning_tokens", usage.thinkingTokens());
        return json;
    }
}
