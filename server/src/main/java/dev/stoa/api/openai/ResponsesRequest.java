package dev.stoa.api.openai;

import dev.stoa.engine.OutputControl;
import dev.stoa.engine.Priority;
import dev.stoa.engine.Sampling;
import dev.stoa.engine.Scheduling;
import dev.stoa.inference.GenerationRequest;
import dev.stoa.inference.Prompt;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A decoded body of {@code POST /v1/responses}.
 *
 * @param namespaces of tools that stand in one, by their names
 * @param seeded whether the caller chose the seed
 * @param store whether the response is kept
 * @param background whether it is made while nobody waits
 * @param previousId of the response that it goes on from
 * @param input its own items, as they are kept
 * @param echo the fields of the request that a response repeats, in the protocol's form
 */
record ResponsesRequest(
        String model,
        Prompt.Conversation conversation,
        Map<String, String> namespaces,
        int maxTokens,
        Sampling sampling,
        boolean seeded,
        OutputControl control,
        Priority priority,
        boolean stream,
        boolean store,
        boolean background,
        @Nullable String previousId,
        ArrayNode input,
        ObjectNode echo) {
    private static final String SURFACE = "openai";

    GenerationRequest generation(String requestId) {
        return GenerationRequest.builder(requestId, model, conversation, maxTokens, sampling, SURFACE)
                .control(control)
                .scheduling(Scheduling.DEFAULT.withPriority(priority))
                .seeded(seeded)
                .build();
    }
}
