package dev.stoa.api.anthropic;

import dev.stoa.engine.OutputControl;
import dev.stoa.engine.Priority;
import dev.stoa.engine.Sampling;
import dev.stoa.engine.Scheduling;
import dev.stoa.inference.GenerationRequest;
import dev.stoa.inference.Prompt;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * A decoded body of {@code POST /v1/messages} or {@code /v1/messages/count_tokens}.
 *
 * @param prompt a conversation, with the system prompt as its first message where there is one; or the body as it came
 * @param control the form of the answer
 * @param priority that it asks for
 * @param maxTokens 1 where only tokens are counted
 */
record MessagesRequest(
        String model,
        Prompt prompt,
        int maxTokens,
        List<String> stopSequences,
        OptionalDouble temperature,
        OptionalDouble topP,
        OptionalInt topK,
        OutputControl control,
        Priority priority,
        CacheBreakpoints breakpoints,
        boolean stream) {
    private static final String SURFACE = "anthropic";

    /** @param seed the only source of chance in the answer */
    GenerationRequest generation(String requestId, long seed) {
        return GenerationRequest.builder(requestId, model, prompt, maxTokens, sampling(seed), SURFACE)
                .stopSequences(stopSequences)
                .control(control)
                .scheduling(Scheduling.DEFAULT.withPriority(priority))
                .build();
    }

    /** The protocol's defaults where nothing is set; a top_p of 0 leaves one token, as a top_k of 1 does. */
    private Sampling sampling(long seed) {
        float p = (float) topP.orElse(1);
        int k = p == 0 ? 1 : topK.orElse(0);
        return new Sampling((float) temperature.orElse(1), k, p == 0 ? 1 : p, 0, 1, 0, 0, seed);
    }
}
