package dev.stoa.api.anthropic;

import dev.stoa.engine.OutputControl;
import dev.stoa.inference.Prompt;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * A decoded body of {@code POST /v1/messages} or {@code /v1/messages/count_tokens}.
 *
 * @param conversation with the system prompt as its first message, where there is one
 * @param control the form of the answer
 * @param maxTokens 1 where only tokens are counted
 */
record MessagesRequest(
        String model,
        Prompt.Conversation conversation,
        int maxTokens,
        List<String> stopSequences,
        OptionalDouble temperature,
        OptionalDouble topP,
        OptionalInt topK,
        OutputControl control,
        boolean stream) {}
