package dev.stoa.inference;

import dev.stoa.engine.OutputControl;
import dev.stoa.engine.Priority;
import dev.stoa.engine.Sampling;
import dev.stoa.engine.Scheduling;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;

/**
 * What every surface decodes to and every worker runs.
 *
 * @param id {@code req_…}, the request's name in headers, logs, ledger and audit
 * @param model as the caller named it: a model's name or an alias
 * @param prompt what the model goes on from
 * @param maxTokens the most tokens to generate, at least 1
 * @param sampling how tokens are drawn
 * @param stopSequences texts that end the answer
 * @param topLogprobs alternatives to report for each token, 0 to 20; {@link #NO_LOGPROBS} reports none at all
 * @param control the form of the answer, and biases on its tokens
 * @param scheduling before whom it is served, for whose share, and for how long
 * @param surface which surface it came in by, a bounded set of labels: {@code anthropic}, {@code openai}, {@code chat},
 *     and those of batches, {@code anthropic-batch} and {@code openai-batch}
 * @param begun ids of the output's first tokens, fewer than {@code maxTokens}, which an earlier run of this same request
 *     drew before it was cut off: the stream gives their text anew and goes on from there. Only for the worker kind that
 *     told them ({@link TokenStream#tokensFrom}); almost always empty
 * @param seeded whether the sampling's seed is the caller's own, who so asks for the same answer each time
 */
public record GenerationRequest(
        String id,
        String model,
        Prompt prompt,
        int maxTokens,
        Sampling sampling,
        List<String> stopSequences,
        int topLogprobs,
        OutputControl control,
        Scheduling scheduling,
        String surface,
        List<Integer> begun,
        boolean seeded) {
    public static final int NO_LOGPROBS = -1;
    /** What the surface of a batch's items ends with. */
    public static final String BATCH_SURFACE = "-batch";

    public GenerationRequest {
        stopSequences = List.copyOf(stopSequences);
        begun = List.copyOf(begun);
    }

    /** A conversation that begins at the beginning, without log probabilities, of standard priority. */
    public GenerationRequest(
            String id,
            String model,
            List<Message> messages,
            int maxTokens,
            Sampling sampling,
            List<String> stopSequences,
            String surface) {
        this(
                id,
                model,
                new Prompt.Conversation(messages),
                maxTokens,
                sampling,
                stopSequences,
                NO_LOGPROBS,
                OutputControl.NONE,
                Scheduling.DEFAULT,
                surface,
                List.of());
    }

    /** One whose seed is nobody's choice. */
    public GenerationRequest(
            String id,
            String model,
            Prompt prompt,
            int maxTokens,
            Sampling sampling,
            List<String> stopSequences,
            int topLogprobs,
            OutputControl control,
            Scheduling scheduling,
            String surface,
            List<Integer> begun) {
        this(
                id,
                model,
                prompt,
                maxTokens,
                sampling,
                stopSequences,
                topLogprobs,
                control,
                scheduling,
                surface,
                begun,
                false);
    }

    /** For each part of one request whether its prompt counts: of those that share a prompt (one object) the first. */
    public static boolean[] countsPrompt(List<GenerationRequest> parts) {
        IdentityHashMap<Prompt, Boolean> seen = new IdentityHashMap<>();
        boolean[] counts = new boolean[parts.size()];
        for (int i = 0; i < counts.length; i++) {
            counts[i] = seen.put(parts.get(i).prompt(), true) == null;
        }
        return counts;
    }

    /** The conversation's messages; empty for a prompt of plain text. */
    public List<Message> messages() {
        return prompt instanceof Prompt.Conversation conversation ? conversation.messages() : List.of();
    }

    /** The same request under another name, to go on after these tokens. */
    public GenerationRequest goingOn(String newId, List<Integer> tokens) {
        return new GenerationRequest(
                newId,
                model,
                prompt,
                maxTokens,
                sampling,
                stopSequences,
                topLogprobs,
                control,
                scheduling,
                surface,
                tokens,
                seeded);
    }

    /** The same of a conversation, with the model told to think first or not to. */
    public GenerationRequest thinking(boolean wanted) {
        Prompt same = prompt instanceof Prompt.Conversation(List<Message> messages, ToolSet tools, var ignored)
                ? new Prompt.Conversation(messages, tools, Optional.of(wanted))
                : prompt;
        return new GenerationRequest(
                id,
                model,
                same,
                maxTokens,
                sampling,
                stopSequences,
                topLogprobs,
                control,
                scheduling,
                surface,
                begun,
                seeded);
    }

    /** The same as an item of a batch: behind all others, and counted under a surface of its own. */
    public GenerationRequest inBatch() {
        return new GenerationRequest(
                id,
                model,
                prompt,
                maxTokens,
                sampling,
                stopSequences,
                topLogprobs,
                control,
                scheduling.withPriority(Priority.BATCH),
                surface + BATCH_SURFACE,
                begun,
                seeded);
    }

    public GenerationRequest withModel(String value) {
        return value.equals(model)
                ? this
                : new GenerationRequest(
                        id,
                        value,
                        prompt,
                        maxTokens,
                        sampling,
                        stopSequences,
                        topLogprobs,
                        control,
                        scheduling,
                        surface,
                        begun,
                        seeded);
    }

    public GenerationRequest withMaxTokens(int value) {
        return value == maxTokens
                ? this
                : new GenerationRequest(
                        id,
                        model,
                        prompt,
                        value,
                        sampling,
                        stopSequences,
                        topLogprobs,
                        control,
                        scheduling,
                        surface,
                        begun,
                        seeded);
    }

    public GenerationRequest withControl(OutputControl value) {
        return new GenerationRequest(
                id,
                model,
                prompt,
                maxTokens,
                sampling,
                stopSequences,
                topLogprobs,
                value,
                scheduling,
                surface,
                begun,
                seeded);
    }

    public GenerationRequest withScheduling(Scheduling value) {
        return new GenerationRequest(
                id,
                model,
                prompt,
                maxTokens,
                sampling,
                stopSequences,
                topLogprobs,
                control,
                value,
                surface,
                begun,
                seeded);
    }

    /** Whether the same request has the same answer: the likeliest token is drawn each time, or by a seed that is told. */
    public boolean repeatable() {
        return greedy() || seeded;
    }

    /** Whether the seed plays no part. */
    public boolean greedy() {
        return sampling.temperature() == 0 || sampling.topK() == 1;
    }
}
