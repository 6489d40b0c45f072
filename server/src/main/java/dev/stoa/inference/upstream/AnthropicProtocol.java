package dev.stoa.inference.upstream;

import dev.stoa.engine.Constraint;
import dev.stoa.engine.Sampling;
import dev.stoa.inference.GenerationRequest;
import dev.stoa.inference.Message;
import dev.stoa.inference.Prompt;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Anthropic's Messages. */
record AnthropicProtocol() implements Protocol {
    private static final String VERSION = "2023-06-01";

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
        require(request.prompt() instanceof Prompt.Conversation, "This model takes conversations, not plain text.");
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
        body.put("max_tokens", request.maxTokens());
        messages(body, request);
        body.put("stream", true);
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
        if (!request.stopSequences().isEmpty()) {
            request.stopSequences().forEach(body.putArray("stop_sequences")::add);
        }
        request.control().constraint().ifPresent(form -> form(body, form));
        return Json.MAPPER.writeValueAsBytes(body);
    }

    private static void messages(ObjectNode body, GenerationRequest request) {
        ArrayNode system = Json.MAPPER.createArrayNode();
        ArrayNode messages = body.putArray("messages");
        for (Message message : request.messages()) {
            ObjectNode into = message.role() == Message.Role.SYSTEM
                    ? system.addObject().put("type", "text")
                    : messages.addObject().put("role", message.role().name().toLowerCase(Locale.ROOT));
            into.put(message.role() == Message.Role.SYSTEM ? "text" : "content", message.plainText());
        }
        if (!system.isEmpty()) {
            body.set("system", system);
        }
    }

    private static void form(ObjectNode body, Constraint form) {
        require(form instanceof Constraint.JsonSchema, "This model can hold its answers to JSON Schemas only.");
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
    public AnswerReader reader(GenerationRequest request, Tally tally) {
        return new AnthropicReader(tally);
    }
}
