package dev.stoa.api.openai;

import dev.stoa.engine.OutputControl;
import dev.stoa.engine.Priority;
import dev.stoa.engine.Sampling;
import dev.stoa.engine.Scheduling;
import dev.stoa.inference.GenerationRequest;
import dev.stoa.inference.Prompt;
import java.util.ArrayList;
import java.util.List;

/**
 * A decoded body of {@code POST /v1/chat/completions} or {@code /v1/completions}.
 *
 * @param prompts at least one; a chat has exactly one
 * @param choices answers for each prompt
 * @param seeded whether the caller chose the seed
 * @param topLogprobs as in {@link GenerationRequest}
 * @param control the form of the answers, and biases on their tokens
 * @param includeUsage whether a stream ends with its usage
 */
record CompletionRequest(
        String model,
        List<Prompt> prompts,
        int choices,
        int maxTokens,
        Sampling sampling,
        boolean seeded,
        List<String> stops,
        int topLogprobs,
        OutputControl control,
        Priority priority,
        boolean stream,
        boolean includeUsage) {
    private static final String SURFACE = "openai";

    /** The parts to generate, in the order of the answer's choices. */
    List<GenerationRequest> parts(String requestId) {
        List<GenerationRequest> parts = new ArrayList<>(prompts.size() * choices);
        for (Prompt prompt : prompts) {
            for (int choice = 0; choice < choices; choice++) {
                parts.add(GenerationRequest.builder(
                                requestId, model, prompt, maxTokens, Decoding.ofChoice(sampling, choice), SURFACE)
                        .stopSequences(stops)
                        .topLogprobs(topLogprobs)
                        .control(control)
                        .scheduling(Scheduling.DEFAULT.withPriority(priority))
                        .seeded(seeded)
                        .build());
            }
        }
        return parts;
    }
}
