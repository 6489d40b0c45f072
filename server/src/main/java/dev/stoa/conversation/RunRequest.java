package dev.stoa.conversation;

import dev.stoa.engine.Sampling;
import dev.stoa.inference.GenerationRequest;
import dev.stoa.inference.Message;
import dev.stoa.inference.Prompt;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a run asked the model, as its row keeps it: enough to ask the very same again and go on, byte for byte.
 *
 * @param sampling with the seed that was drawn for this run
 */
record RunRequest(String model, List<Line> lines, int maxTokens, Sampling sampling) {
    private static final JsonMapper JSON = new JsonMapper();

    record Line(Message.Role role, String text) {}

    static String encode(GenerationRequest request) {
        List<Line> lines = request.messages().stream()
                .map(message -> new Line(message.role(), message.plainText()))
                .toList();
        return JSON.writeValueAsString(new RunRequest(request.model(), lines, request.maxTokens(), request.sampling()));
    }

    static GenerationRequest decode(String json, String requestId) {
        RunRequest kept = JSON.readValue(json, RunRequest.class);
        List<Message> messages = kept.lines().stream()
                .map(line -> Message.text(line.role(), line.text()))
                .toList();
        return GenerationRequest.builder(
                        requestId,
                        kept.model(),
                        new Prompt.Conversation(messages),
                        kept.maxTokens(),
                        kept.sampling(),
                        PromptBuilder.SURFACE)
                .build();
    }
}
