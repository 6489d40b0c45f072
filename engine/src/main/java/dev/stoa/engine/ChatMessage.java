package dev.stoa.engine;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One turn of a conversation, as the model's chat template takes it.
 *
 * @param role {@code system}, {@code user}, {@code assistant}, {@code tool}
 * @param content its text; of a {@code tool} turn the result of the call
 * @param toolCalls of an {@code assistant} turn
 * @param toolCallId of a {@code tool} turn: the call that it answers
 */
public record ChatMessage(
        String role,
        String content,
        List<ToolCall> toolCalls,
        @Nullable String toolCallId) {
    public ChatMessage {
        toolCalls = List.copyOf(toolCalls);
    }

    /** A turn of text alone. */
    public ChatMessage(String role, String content) {
        this(role, content, List.of(), null);
    }

    /** The result of a call. */
    public static ChatMessage toolResult(String toolCallId, String content) {
        return new ChatMessage("tool", content, List.of(), toolCallId);
    }
}
