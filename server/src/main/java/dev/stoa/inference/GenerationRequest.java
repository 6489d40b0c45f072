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
 * @param begun ids of the output's first tokens, fewer than {@code maxTokens}, which an earlier run of this same request
 *     drew before it was cut off: the stream gives their text anew and goes on from there. Only for the worker kind that
 *     told them ({@link TokenStream#tokensFrom}); almost always empty
 * @param surface which surface it came in by, a bounded set of labels: {@code anthropic}, {@code chat}
 */
public record GenerationRequest(
        String id,
        String model,
        List<Message> messages,
        int maxTokens,
        Sampling sampling,
        List<String> stopSequences,
        String surface,
        List<Integer> begun) {

    public GenerationRequest {
        messages = List.copyOf(messages);
        stopSequences = List.copyOf(stopSequences);
        begun = List.copyOf(begun);
    }

    /** A request that begins at the beginning. */
    public GenerationRequest(
            String id,
            String model,
            List<Message> messages,
            int maxTokens,
            Sampling sampling,
            List<String> stopSequences,
            String surface) {
        this(id, model, messages, maxTokens, sampling, stopSequences, surface, List.of());
    }

    /** The same request under another name, to go on after these tokens. */
    public GenerationRequest goingOn(String newId, List<Integer> tokens) {
        return new GenerationRequest(newId, model, messages, maxTokens, sampling, stopSequences, surface, tokens);
    }
}
