package dev.stoa.inference;

import dev.stoa.engine.Sampling;
import java.util.List;

/**
 * What every surface decodes to and every worker runs.
 *
 * @param id {@code req_…}, the request's name in headers, logs, ledger and audit
 * @param model as the caller named it: a model's name or an alias
 * @param messages at least one; a system prompt is a first message of role SYSTEM
 * @param maxTokens the most tokens to generate, at least 1
 * @param sampling how tokens are drawn
 * @param stopSequences texts that end the answer
 * @param surface which surface it came in by, a bounded set of labels: {@code anthropic}, {@code chat}
 */
public record GenerationRequest(
        String id,
        String model,
        List<Message> messages,
        int maxTokens,
        Sampling sampling,
        List<String> stopSequences,
        String surface) {

    public GenerationRequest {
        messages = List.copyOf(messages);
        stopSequences = List.copyOf(stopSequences);
    }
}
