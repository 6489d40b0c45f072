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
 * @param maxTokens the most tokens to generate, at least 1; {@link #AS_FITS} where the caller names no bound
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
    /** As many tokens as the context leaves. */
    public static final int AS_FITS = Integer.MAX_VALUE;
    /** What the surface of a batch's items ends with. */
    public static final String BATCH_SURFACE = "-batch";

    public GenerationRequest {
        stopSequences = List.copyOf(stopSequences);
        begun = List.copyOf(begun);
    }

    /** Begins a request without log probabilities, of standard priority, whose seed is nobody's choice. */
    public static Builder builder(
            String id, String model, Prompt prompt, int maxTokens, Sampling sampling, String surface) {
        return new Builder(id, model, prompt, maxTokens, sampling, surface);
    }

    /** Begins one that is the same but for what is set. */
    public Builder toBuilder() {
        Builder builder = new Builder(id, model, prompt, maxTokens, sampling, surface);
        builder.stopSequences = stopSequences;
        builder.topLogprobs = topLogprobs;
        builder.control = control;
        builder.scheduling = scheduling;
        builder.begun = begun;
        builder.seeded = seeded;
        return builder;
    }

    /** Not thread-safe. What each value means, the record says. */
    public static final class Builder {
        private String id;
        private String model;
        private Prompt prompt;
        private int maxTokens;
        private final Sampling sampling;
        private String surface;
        private List<String> stopSequences = List.of();
        private int topLogprobs = NO_LOGPROBS;
        private OutputControl control = OutputControl.NONE;
        private Scheduling scheduling = Scheduling.DEFAULT;
        private List<Integer> begun = List.of();
        private boolean seeded;

        private Builder(String id, String model, Prompt prompt, int maxTokens, Sampling sampling, String surface) {
            this.id = id;
            this.model = model;
            this.prompt = prompt;
            this.maxTokens = maxTokens;
            this.sampling = sampling;
            this.surface = surface;
        }

        public Builder stopSequences(List<String> value) {
            this.stopSequences = value;
            return this;
        }

        public Builder topLogprobs(int value) {
            this.topLogprobs = value;
            return this;
        }

        public Builder control(OutputControl value) {
            this.control = value;
            return this;
        }

        public Builder scheduling(Scheduling value) {
            this.scheduling = value;
            return this;
        }

        public Builder seeded(boolean value) {
            this.seeded = value;
            return this;
        }

        public GenerationRequest build() {
            return new GenerationRequest(
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
                    seeded);
        }
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
        Builder same = toBuilder();
        same.id = newId;
        same.begun = tokens;
        return same.build();
    }

    /** The same of a conversation, with the model told to think first or not to. */
    public GenerationRequest thinking(boolean wanted) {
        if (!(prompt instanceof Prompt.Conversation(List<Message> messages, ToolSet tools, var ignored))) {
            return this;
        }
        Builder same = toBuilder();
        same.prompt = new Prompt.Conversation(messages, tools, Optional.of(wanted));
        return same.build();
    }

    /** The same as an item of a batch: behind all others, and counted under a surface of its own. */
    public GenerationRequest inBatch() {
        Builder same = toBuilder().scheduling(scheduling.withPriority(Priority.BATCH));
        same.surface = surface + BATCH_SURFACE;
        return same.build();
    }

    public GenerationRequest withModel(String value) {
        if (value.equals(model)) {
            return this;
        }
        Builder same = toBuilder();
        same.model = value;
        return same.build();
    }

    public GenerationRequest withMaxTokens(int value) {
        if (value == maxTokens) {
            return this;
        }
        Builder same = toBuilder();
        same.maxTokens = value;
        return same.build();
    }

    public GenerationRequest withControl(OutputControl value) {
        return toBuilder().control(value).build();
    }

    public GenerationRequest withScheduling(Scheduling value) {
        return toBuilder().scheduling(value).build();
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
