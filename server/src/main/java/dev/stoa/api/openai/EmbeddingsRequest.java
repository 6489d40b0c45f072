package dev.stoa.api.openai;

import dev.stoa.api.Fields;
import dev.stoa.embedding.EmbeddingModelInfo;
import dev.stoa.embedding.Embeddings;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.OptionalInt;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A decoded body of {@code POST /v1/embeddings}.
 *
 * @param base64 whether vectors are written as little-endian floats in base64
 */
record EmbeddingsRequest(String model, List<String> texts, boolean base64) {
    static final String SURFACE = "openai";
    private static final JsonMapper JSON = new JsonMapper();

    /** @param models whose dimensions may be named */
    static EmbeddingsRequest decode(JsonNode node, List<EmbeddingModelInfo> models) {
        Fields fields = Fields.of(node, "");
        String model = fields.requiredString("model");
        List<String> texts = texts(fields.required("input"));
        String format = Decoding.oneOf(fields, "encoding_format", List.of("float", "base64"));
        OptionalInt dimensions = fields.optionalInt("dimensions", 1);
        fields.optionalString("user");
        fields.end();
        requireDimensions(model, dimensions, models);
        return new EmbeddingsRequest(model, texts, "base64".equals(format));
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
    private static void requireDimensions(String name, OptionalInt dimensions, List<EmbeddingModelInfo> models) {
        models.stream()
                .filter(model -> model.isNamed(name))
                .filter(model -> dimensions.orElse(model.dimensions()) != model.dimensions())
                .forEach(model -> {
                    throw Fields.invalid("dimensions", "must be " + model.dimensions() + " for this model");
                });
    }

    ObjectNode answer(Embeddings.Embedded embedded) {
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
