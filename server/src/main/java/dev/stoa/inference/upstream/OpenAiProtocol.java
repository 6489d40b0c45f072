package dev.stoa.inference.upstream;

import dev.stoa.engine.Constraint;
import dev.stoa.engine.Sampling;
import dev.stoa.inference.GenerationRequest;
import dev.stoa.inference.Prompt;
import dev.stoa.inference.Wire;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * OpenAI's chat and text completions as vLLM, SGLang, llama-server, Stoa and the vendor speak them. What only the
 * engines know ({@code top_k}, {@code min_p}, {@code repetition_penalty}) is sent only where it was asked for.
 *
 * @param maxTokensField the name of the bound on an answer
 */
record OpenAiProtocol(String maxTokensField) implements Protocol {
    /** Callers only say that a model shall think. */
    private static final String EFFORT = "medium";

    private static final String STREAM_OPTIONS = "stream_options";
    private static final String INCLUDE_USAGE = "include_usage";
    private static final byte[] TRUE = "true".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] ASKS = "{\"include_usage\":true}".getBytes(StandardCharsets.US_ASCII);
    private static final String FORM_NAME = "answer";
    /** Every engine takes seeds of so many bits. */
    private static final long SEED_MASK = 0x7fff_ffffL;

    @Override
    public String path(GenerationRequest request) {
        return request.prompt() instanceof Prompt.Text ? "/completions" : "/chat/completions";
    }

    @Override
    public Map<String, String> headers(String key) {
        return key.isEmpty() ? Map.of() : Map.of("authorization", "Bearer " + key);
    }

    @Override
    public byte[] body(GenerationRequest request, String model) {
        ObjectNode body = Json.MAPPER.createObjectNode();
        body.put("model", model);
        switch (request.prompt()) {
            case Prompt.Conversation conversation -> {
                OpenAiTurns.write(body, conversation);
                if (conversation.thinking().orElse(false)) {
                    body.put("reasoning_effort", EFFORT);
                }
            }
            case Prompt.Text(String text) -> body.put("prompt", text);
            case Prompt.Original _ -> throw Prompt.Original.notHere();
        }
        if (request.maxTokens() != GenerationRequest.AS_FITS) {
            body.put(request.prompt() instanceof Prompt.Text ? "max_tokens" : maxTokensField, request.maxTokens());
        }
        body.put("stream", true);
        body.putObject(STREAM_OPTIONS).put(INCLUDE_USAGE, true);
        sampling(body, request.sampling());
        if (!request.stopSequences().isEmpty()) {
            request.stopSequences().forEach(body.putArray("stop")::add);
        }
        logprobs(body, request);
        request.control().constraint().ifPresent(form -> form(body, form));
        if (!request.control().logitBias().isEmpty()) {
            ObjectNode bias = body.putObject("logit_bias");
            request.control().logitBias().forEach((token, value) -> bias.put(token.toString(), value));
        }
        return Json.MAPPER.writeValueAsBytes(body);
    }

    private static void sampling(ObjectNode body, Sampling sampling) {
        body.put("temperature", sampling.temperature());
        body.put("seed", sampling.seed() & SEED_MASK);
        if (sampling.topP() != 1) {
            body.put("top_p", sampling.topP());
        }
        if (sampling.topK() != 0) {
            body.put("top_k", sampling.topK());
        }
        if (sampling.minP() != 0) {
            body.put("min_p", sampling.minP());
        }
        if (sampling.repetitionPenalty() != 1) {
            body.put("repetition_penalty", sampling.repetitionPenalty());
        }
        if (sampling.presencePenalty() != 0) {
            body.put("presence_penalty", sampling.presencePenalty());
        }
        if (sampling.frequencyPenalty() != 0) {
            body.put("frequency_penalty", sampling.frequencyPenalty());
        }
    }

    private static void logprobs(ObjectNode body, GenerationRequest request) {
        if (request.topLogprobs() == GenerationRequest.NO_LOGPROBS) {
            return;
        }
        if (request.prompt() instanceof Prompt.Text) {
            body.put("logprobs", request.topLogprobs());
        } else {
            body.put("logprobs", true).put("top_logprobs", request.topLogprobs());
        }
    }

    private static void form(ObjectNode body, Constraint form) {
        if (!(form instanceof Constraint.JsonSchema(String schema))) {
            throw new StoaException(
                    ErrorKind.INVALID_REQUEST,
                    "This model can hold its answers to JSON Schemas only, to no other form.");
        }
        ObjectNode format = body.putObject("response_format");
        if (form.equals(Constraint.JsonSchema.ANY_OBJECT)) {
            format.put("type", "json_object");
            return;
        }
        JsonNode read = Json.MAPPER.readTree(schema);
        format.put("type", "json_schema")
                .putObject("json_schema")
                .put("name", FORM_NAME)
                .put("strict", StrictSchema.is(read))
                .set("schema", read);
    }

    @Override
    public Wire wire() {
        return Wire.OPENAI;
    }

    /** A stream's usage is told only to who asks for it, and the ledger must know it. */
    @Override
    public byte[] body(Prompt.Original original, String model) {
        byte[] body = Splice.replace(original.body(), "model", model);
        byte[] options = Splice.value(body, STREAM_OPTIONS);
        if (!mustAsk(original, options)) {
            return body;
        }
        byte[] asks = options == null || !isObject(options) ? ASKS : Splice.put(options, INCLUDE_USAGE, TRUE);
        return Splice.put(body, STREAM_OPTIONS, asks);
    }

    /**
     * Whether a stream's usage is to be asked for, as its caller has not. What is no form of the options, the upstream is
     * to refuse.
     *
     * @param options as the caller sent them; null for none
     */
    private static boolean mustAsk(Prompt.Original original, byte @Nullable [] options) {
        if (!original.stream() || options == null) {
            return original.stream();
        }
        JsonNode sent = Json.MAPPER.readTree(options);
        JsonNode asked = sent.path(INCLUDE_USAGE);
        return sent.isNull()
                || (sent.isObject()
                        && (asked.isMissingNode() || asked.isNull() || asked.isBoolean() && !asked.booleanValue()));
    }

    private static boolean isObject(byte[] json) {
        return json[0] == '{';
    }

    @Override
    public AnswerReader reader(GenerationRequest request, Tally tally) {
        boolean showThinking = !(request.prompt() instanceof Prompt.Conversation conversation)
                || conversation.thinking().orElse(true);
        boolean hidesUsage = request.prompt() instanceof Prompt.Original original
                && mustAsk(original, Splice.value(original.body(), STREAM_OPTIONS));
        return new OpenAiReader(request.maxTokens(), showThinking, hidesUsage, tally);
    }
}
