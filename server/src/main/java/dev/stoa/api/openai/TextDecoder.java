package dev.stoa.api.openai;

import dev.stoa.api.Fields;
import dev.stoa.engine.OutputControl;
import dev.stoa.engine.Priority;
import dev.stoa.engine.Sampling;
import dev.stoa.inference.Prompt;
import dev.stoa.shared.Ids;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import tools.jackson.databind.JsonNode;

/** From the JSON of a body of {@code POST /v1/completions} to a {@link CompletionRequest}. */
final class TextDecoder {
    /** The protocol's own default. */
    private static final int MAX_TOKENS_DEFAULT = 16;
    /** The protocol's own limit. */
    private static final int LOGPROBS_MAX = 5;

    private TextDecoder() {}

    static CompletionRequest decode(JsonNode body, Ids ids) {
        Fields fields = Fields.of(body, "");
        String model = fields.requiredString("model");
        List<Prompt> prompts = prompts(fields.required("prompt"));
        boolean stream = fields.optionalBoolean("stream");
        boolean includeUsage = Decoding.includeUsage(fields, stream);
        Sampling sampling = Decoding.sampling(fields, ids);
        int choices = Decoding.choices(fields);
        if (choices * prompts.size() > Decoding.CHOICES_MAX) {
            throw Fields.invalid("n", "prompts times n must be at most " + Decoding.CHOICES_MAX);
        }
        List<String> stops = Decoding.stops(fields);
        int maxTokens = fields.optionalInt("max_tokens", 1).orElse(MAX_TOKENS_DEFAULT);
        OptionalInt logprobs = fields.optionalInt("logprobs", 0, LOGPROBS_MAX);
        Decoding.passOver(fields);
        if (fields.optionalInt("best_of", 1).orElse(choices) != choices) {
            throw Fields.invalid("best_of", "choosing the best of several " + Decoding.NOT_YET);
        }
        if (fields.optionalBoolean("echo")) {
            throw Fields.invalid("echo", "repeating the prompt " + Decoding.NOT_YET);
        }
        String suffix = fields.optionalString("suffix");
        if (suffix != null && !suffix.isEmpty()) {
            throw Fields.invalid("suffix", "filling in the middle " + Decoding.NOT_YET);
        }
        OutputControl control = Decoding.bias(fields, OutputControl.NONE);
        Priority priority = Decoding.priority(fields);
        fields.end();
        return new CompletionRequest(
                model,
                prompts,
                choices,
                maxTokens,
                sampling,
                Decoding.seeded(fields),
                stops,
                Decoding.topLogprobs(logprobs.isPresent(), logprobs.orElse(0)),
                control,
                priority,
                stream,
                includeUsage);
    }

    private static List<Prompt> prompts(JsonNode node) {
        List<JsonNode> items = node.isString() ? List.of(node) : Fields.items(node, "prompt");
        if (items.isEmpty() || items.size() > Decoding.CHOICES_MAX) {
            throw Fields.invalid("prompt", "must hold between 1 and " + Decoding.CHOICES_MAX + " texts");
        }
        List<Prompt> prompts = new ArrayList<>(items.size());
        for (JsonNode item : items) {
            if (!item.isString()) {
                throw Fields.invalid("prompt", "must be a text or a list of texts; token ids can't be read here");
            }
            prompts.add(new Prompt.Text(item.stringValue()));
        }
        return prompts;
    }
}
