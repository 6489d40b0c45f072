package dev.stoa.api.openai;

import dev.stoa.api.Fields;
import dev.stoa.api.PassedAnswer;
import dev.stoa.api.PassedBody;
import dev.stoa.engine.OutputControl;
import dev.stoa.engine.Priority;
import dev.stoa.engine.Sampling;
import dev.stoa.inference.GenerationRequest;
import dev.stoa.inference.Inference;
import dev.stoa.inference.Prompt;
import dev.stoa.inference.StopReason;
import dev.stoa.inference.TokenStream;
import dev.stoa.inference.Wire;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.Ids;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Completions that go to upstreams of this protocol as they stand, and what this server says where it ends their answers. */
final class PassedCompletion implements PassedAnswer.Words {
    private static final JsonMapper JSON = new JsonMapper();

    private final AnswerJson json;

    PassedCompletion(AnswerJson json) {
        this.json = json;
    }

    /**
     * Whether a body is for such an upstream: one of one choice, as the choices of an answer are judged one by one, and
     * whose prompt, if it has one, is text. Token ids, which some servers take, could not be judged.
     */
    static boolean takes(JsonNode body, Inference inference) {
        JsonNode prompt = body.path("prompt");
        JsonNode only = prompt.isArray() && prompt.size() == 1 ? prompt.get(0) : prompt;
        return body.path("model").isString()
                && body.path("n").asInt(1) == 1
                && (only.isString() || only.isMissingNode())
                && inference.passes(body.get("model").stringValue(), Wire.OPENAI);
    }

    /** Reads what this server must know; all else is for the upstream to judge. */
    static CompletionRequest decode(JsonNode body, byte[] bytes, String path, Ids ids) {
        Fields fields = Fields.of(body, "");
        boolean stream = fields.optionalBoolean("stream");
        fields.required(path.equals("/completions") ? "prompt" : "messages");
        int max = fields.optionalInt("max_completion_tokens", 1)
                .orElse(fields.optionalInt("max_tokens", 1).orElse(GenerationRequest.AS_FITS));
        JsonNode temperature = body.path("temperature");
        boolean greedy = temperature.isNumber() && temperature.doubleValue() == 0;
        Prompt prompt = PassedBody.of(Wire.OPENAI, path, body, bytes, Map.of(), stream);
        return new CompletionRequest(
                fields.requiredString("model"),
                List.of(prompt),
                1,
                max,
                // Only whether the answer is the same each time matters here.
                greedy ? Sampling.GREEDY : new Sampling(1, 0, 1, 0, 1, 0, 0, ids.seed()),
                body.path("seed").isIntegralNumber(),
                List.of(),
                GenerationRequest.NO_LOGPROBS,
                OutputControl.NONE,
                Priority.STANDARD,
                stream,
                false);
    }

    @Override
    public byte[] refused(TokenStream.Started started, boolean begun, TokenStream.Finished end) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        if (!begun && json.tellsBegin()) {
            write(out, JSON.writeValueAsString(json.begin(0)));
        }
        write(out, JSON.writeValueAsString(json.end(0, StopReason.REFUSAL)));
        write(out, "[DONE]");
        return out.toByteArray();
    }

    @Override
    public byte[] refusedWhole(TokenStream.Finished end) {
        AnswerJson.Choice nothing = new AnswerJson.Choice("", "", List.of(), List.of(), StopReason.REFUSAL);
        return JSON.writeValueAsBytes(json.whole(List.of(nothing), end.usage()));
    }

    @Override
    public byte[] fault(ErrorKind kind, String message) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        write(out, JSON.writeValueAsString(Errors.body(kind, message, null)));
        return out.toByteArray();
    }

    private static void write(ByteArrayOutputStream out, String data) {
        out.writeBytes(("data: " + data + "\n\n").getBytes(StandardCharsets.UTF_8));
    }
}
