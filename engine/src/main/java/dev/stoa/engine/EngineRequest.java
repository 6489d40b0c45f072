package dev.stoa.engine;

import java.util.List;

/**
 * One generation to run.
 *
 * @param prompt token ids, at least one; not copied, must not change afterwards
 * @param maxTokens the most tokens to generate, at least 1
 * @param sampling how tokens are drawn
 * @param stopSequences texts that end the generation, across token borders; never part of the output
 * @param topLogprobs alternatives to report per token, 0 to 20; -1 reports no log probabilities at all
 * @param begun the first tokens of the output, fewer than {@code maxTokens}, that an earlier run of this same request
 *     drew before it was cut off; they come first in the output and the rest follows as if it had never been cut. Not
 *     copied, must not change afterwards
 * @param control the form of the output, and biases on its tokens
 * @param scheduling when it is served, and for whom
 */
public record EngineRequest(
        int[] prompt,
        int maxTokens,
        Sampling sampling,
        List<String> stopSequences,
        int topLogprobs,
        int[] begun,
        OutputControl control,
        Scheduling scheduling) {
    private static final int[] NOTHING = {};

    /** @throws IllegalArgumentException naming the field that is out of range */
    public EngineRequest {
        if (prompt.length == 0) {
            throw new IllegalArgumentException("prompt must hold at least one token");
        }
        if (maxTokens < 1) {
            throw new IllegalArgumentException("max_tokens must be at least 1");
        }
        if (begun.length >= maxTokens) {
            throw new IllegalArgumentException("begun must leave at least one token to generate");
        }
        if (topLogprobs < -1 || topLogprobs > 20) {
            throw new IllegalArgumentException("top_logprobs must be between 0 and 20");
        }
        stopSequences = List.copyOf(stopSequences);
        if (stopSequences.stream().anyMatch(String::isEmpty)) {
            throw new IllegalArgumentException("a stop sequence must not be empty");
        }
    }

    /** A request whose output may have any form, of standard priority. */
    public EngineRequest(
            int[] prompt, int maxTokens, Sampling sampling, List<String> stopSequences, int topLogprobs, int[] begun) {
        this(prompt, maxTokens, sampling, stopSequences, topLogprobs, begun, OutputControl.NONE, Scheduling.DEFAULT);
    }

    /** A request whose output begins at its beginning. */
    public EngineRequest(int[] prompt, int maxTokens, Sampling sampling, List<String> stopSequences, int topLogprobs) {
        this(prompt, maxTokens, sampling, stopSequences, topLogprobs, NOTHING);
    }

    /** A request without stop sequences or log probabilities. */
    public EngineRequest(int[] prompt, int maxTokens, Sampling sampling) {
        this(prompt, maxTokens, sampling, List.of(), -1);
    }

    public EngineRequest withPrompt(int[] tokens) {
        return new EngineRequest(tokens, maxTokens, sampling, stopSequences, topLogprobs, begun, control, scheduling);
    }

    public EngineRequest withMaxTokens(int count) {
        return new EngineRequest(prompt, count, sampling, stopSequences, topLogprobs, begun, control, scheduling);
    }

    public EngineRequest withSeed(long seed) {
        return new EngineRequest(
                prompt, maxTokens, sampling.withSeed(seed), stopSequences, topLogprobs, begun, control, scheduling);
    }

    public EngineRequest withControl(OutputControl bounds) {
        return new EngineRequest(prompt, maxTokens, sampling, stopSequences, topLogprobs, begun, bounds, scheduling);
    }

    public EngineRequest withScheduling(Scheduling value) {
        return new EngineRequest(prompt, maxTokens, sampling, stopSequences, topLogprobs, begun, control, value);
    }
}
