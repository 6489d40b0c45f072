package dev.stoa.api.openai;

import dev.stoa.admission.Admission;
import dev.stoa.api.Callers;
import dev.stoa.api.ClientConnection;
import dev.stoa.api.Fields;
import dev.stoa.api.JsonBody;
import dev.stoa.api.RequestId;
import dev.stoa.api.Responses;
import dev.stoa.embedding.Embeddings;
import dev.stoa.identity.Caller;
import dev.stoa.shared.Limits;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.RequestMapping;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code POST /v1/embeddings}, with vectors as numbers or as base64 of little-endian floats. */
@Controller
final class EmbeddingsController {
    private static final String SURFACE = "openai";
    private static final JsonMapper JSON = new JsonMapper();

    private final Callers callers;
    private final Embeddings embeddings;
    private final Admission admission;
    private final Limits limits;
    private final JsonBody body;

    EmbeddingsController(Callers callers, Embeddings embeddings, Admission admission, Limits limits) {
        this.callers = callers;
        this.embeddings = embeddings;
        this.admission = admission;
        this.limits = limits;
        this.body = new JsonBody(limits);
    }

    /** A decoded body. */
    private record Decoded(String model, List<String> texts, boolean base64, OptionalInt dimensions) {}

    @RequestMapping("/v1/embeddings")
    void embed(HttpServletRequest http, HttpServletResponse response) throws IOException, InterruptedException {
        Responses.requireMethod(http, response, "POST");
        Caller caller = callers.authenticate(http, response, ChatController.ORGANIZATION_HEADER);
        Decoded decoded = decode(body.read(http));
        requireDimensions(decoded);
        ClientConnection client = ClientConnection.current(limits.clientCheck());
        Embeddings.Embedded embedded = embed(
                caller,
                new Embeddings.Request(RequestId.of(http), SURFACE, decoded.model(), decoded.texts()),
                client,
                response);
        if (embedded != null) {
            Responses.json(response, HttpServletResponse.SC_OK, json(embedded, decoded.base64()));
        }
    }

    private Embeddings.@Nullable Embedded embed(
            Caller caller, Embeddings.Request request, ClientConnection client, HttpServletResponse response)
            throws InterruptedException {
        try {
            return embeddings.embed(caller, request, client::gone);
        } finally {
            RateLimitHeaders.set(response, admission.allowance(caller.credentialId()));
        }
    }

    private static Decoded decode(JsonNode node) {
        Fields fields = Fields.of(node, "");
        String model = fields.requiredString("model");
        List<String> texts = texts(fields.required("input"));
        String format = Decoding.oneOf(fields, "encoding_format", List.of("float", "base64"));
        OptionalInt dimensions = fields.optionalInt("dimensions", 1);
        fields.optionalString("user");
        fields.end();
        return new Decoded(model, texts, "base64".equals(format), dimensions);
    }

    private static List<String> texts(JsonNode input) {
        List<JsonNode> items = input.isArray() ? Fields.items(input, "input") : List.of(input);
        if (items.isEmpty() || items.size() > Embeddings.TEXTS_MAX) {
            throw Fields.invalid("input", "must hold 1 to " + Embeddings.TEXTS_MAX + " texts, not " + items.size());
        }
        List<String> texts = new ArrayList<>(items.size());
        for (JsonNode item : items) {
            String path = input.isArray() ? "input[" + texts.size() + "]" : "input";
            if (item.isNumber() || item.isArray()) {
                throw Fields.invalid(path, "token ids are not supported, as each model has its own: send the text");
            }
            if (!item.isString()) {
                throw Fields.invalid(path, "must be a text, not " + Fields.kind(item));
            }
            if (item.stringValue().isEmpty()) {
                throw Fields.invalid(path, "must not be empty");
            }
            texts.add(item.stringValue());
        }
        return texts;
    }

    /** A vector of this model means nothing if it is cut. */
    private void requireDimensions(Decoded decoded) {
        embeddings.models().stream()
                .filter(model -> model.id().equals(decoded.model()))
                .filter(model -> decoded.dimensions().orElse(model.dimensions()) != model.dimensions())
                .forEach(model -> {
                    throw Fields.invalid("dimensions", "must be " + model.dimensions() + " for this model");
                });
    }

    private static ObjectNode json(Embeddings.Embedded embedded, boolean base64) {
        ObjectNode answer = JSON.createObjectNode().put("object", "list");
        ArrayNode data = answer.putArray("data");
        for (float[] vector : embedded.vectors()) {
            ObjectNode item = data.addObject().put("object", "embedding").put("index", data.size() - 1);
            if (base64) {
                item.put("embedding", base64(vector));
            } else {
                ArrayNode numbers = item.putArray("embedding");
                for (float number : vector) {
                    numbers.add(number);
                }
            }
        }
        answer.put("model", embedded.model());
        answer.putObject("usage").put("prompt_tokens", embedded.tokens()).put("total_tokens", embedded.tokens());
        return answer;
    }

    private static String base64(float[] vector) {
        ByteBuffer bytes = ByteBuffer.allocate(vector.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(vector);
        return Base64.getEncoder().encodeToString(bytes.array());
    }
}
