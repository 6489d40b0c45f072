package dev.stoa.inference.upstream;

import dev.stoa.engine.Constraint;
import dev.stoa.engine.Sampling;
import dev.stoa.inference.GenerationRequest;
import dev.stoa.inference.Prompt;
import dev.stoa.inference.Wire;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import java.util.Map;
import tools.jackson.databind.node.ObjectNode;

/** Anthropic's Messages. */
record AnthropicProtocol() implements Protocol {
    private static final String VERSION = "2023-06-01";
    /** The protocol's own least. */
    private static final int THINKING_MIN = 1024;
    /** Beyond it the protocol advises against streams. */
    private static final int THINKING_MAX = 32_000;
    /** The protocol wants a bound; all models since Claude 3.5 take this one. */
    private static final int OUTPUT_DEFAULT = 8192;

    @Override
    public String path(GenerationRequest request) {
        return "/messages";
    }

    @Override
    public Map<String, String> headers(String key) {
        return key.isEmpty()
                ? Map.of("anthropic-version", VERSION)
                : Map.of("anthropic-version", VERSION, "x-api-key", key);
    }

    @Override
    public byte[] body(GenerationRequest request, String model) {
        if (!(request.prompt() instanceof Prompt.Conversation conversation)) {
            throw new StoaException(ErrorKind.INVALID_REQUEST, "This model takes conversations, not plain text.");
        }
        require(request.topLogprobs() == GenerationRequest.NO_LOGPROBS, "This model tells no log probabilities.");
        require(request.control().logitBias().isEmpty(), "This model takes no biases on tokens.");
        Sampling sampling = request.sampling();
        require(
                sampling.presencePenalty() == 0
                        && sampling.frequencyPenalty() == 0
                        && sampling.repetitionPenalty() == 1,
                "This model takes no penalties.");
        ObjectNode body = Json.MAPPER.createObjectNode();
        body.put("model", model);
        int maxTokens = request.maxTokens() == GenerationRequest.AS_FITS ? OUTPUT_DEFAULT : request.maxTokens();
        body.put("max_tokens", maxTokens);
        AnthropicTurns.write(body, conversation);
        body.put("stream", true);
        if (AnthropicTurns.mayThink(conversation) && maxTokens > THINKING_MIN) {
            int budget = Math.clamp(maxTokens / 2, THINKING_MIN, THINKING_MAX);
            body.putObject("thinking").put("type", "enabled").put("budget_tokens", budget);
        } else {
            sampling(body, sampling);
        }
        if (!request.stopSequences().isEmpty()) {
            request.stopSequences().forEach(body.putArray("stop_sequences")::add);
        }
        request.control().constraint().ifPresent(form -> form(body, form));
        return Json.MAPPER.writeValueAsBytes(body);
    }

    /** Not where it thinks: the protocol then leaves drawing to the model. */
    private static void sampling(ObjectNode body, Sampling sampling) {
        // The protocol's temperatures end at 1, and it takes either this or top_p from newer models.
        if (sampling.temperature() != 1) {
            body.put("temperature", Math.min(1, sampling.temperature()));
        }
        if (sampling.topP() != 1) {
            body.put("top_p", sampling.topP());
        }
        if (sampling.topK() != 0) {
            body.put("top_k", sampling.topK());
        }
    }

    private static void form(ObjectNode body, Constraint form) {
        require(form instanceof Constraint.JsonSchema, "This model can hold its answers to JSON Schemas only.");
        require(
                !form.equals(Constraint.JsonSchema.ANY_OBJECT),
                "This model can be held to a JSON Schema, not to any JSON object: “json_object” is not for it.");
        if (form instanceof Constraint.JsonSchema(String schema)) {
            body.putObject("output_config")
                    .putObject("format")
                    .put("type", "json_schema")
                    .set("schema", Json.MAPPER.readTree(schema));
        }
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new StoaException(ErrorKind.INVALID_REQUEST, message);
        }
    }

    @Override
    public Wire wire() {
        return Wire.ANTHROPIC;
    }

    @Override
    public byte[] body(Prompt.Original original, String model) {
        return Splice.replace(original.body(), "model", model);
    }

    @Override
    public AnswerReader reader(GenerationRequest request, Tally tally) {
        return new AnthropicReader(tally);
    }
}
