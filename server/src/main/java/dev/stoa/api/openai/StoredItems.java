package dev.stoa.api.openai;

import dev.stoa.response.ResponseStatus;
import dev.stoa.response.StoredResponse;
import dev.stoa.shared.Ids;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A response's items as they are kept: each with an id, and in the long form, whichever form they came in. */
final class StoredItems {
    private static final JsonMapper JSON = new JsonMapper();
    /** The database can't hold every character that JSON can. */
    private static final JsonMapper ASCII = new JsonMapper(
            JsonFactory.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build());

    private StoredItems() {}

    /** @param input of a body that was decoded, so it is known to be right */
    static ArrayNode named(JsonNode input, Ids ids) {
        ArrayNode items = JSON.createArrayNode();
        if (input.isString()) {
            ObjectNode message = JSON.createObjectNode().put("role", "user").put("content", input.stringValue());
            items.add(named(message, ids));
        } else {
            input.forEach(item -> items.add(named((ObjectNode) item, ids)));
        }
        return items;
    }

    private static ObjectNode named(ObjectNode given, Ids ids) {
        ObjectNode item = given.deepCopy();
        if (!item.hasNonNull("type")) {
            item.put("type", "message");
        }
        String type = item.get("type").stringValue();
        if (!item.hasNonNull("id")) {
            String prefix = switch (type) {
                case "function_call" -> "fc_";
                case "function_call_output" -> "fco_";
                case "reasoning" -> "rs_";
                default -> "msg_";
            };
            item.put("id", ids.responseItem(prefix));
        }
        if (!item.hasNonNull("status")) {
            item.put("status", "completed");
        }
        JsonNode content = item.get("content");
        if (type.equals("message") && content != null && content.isString()) {
            boolean said = item.get("role").stringValue().equals("assistant");
            ObjectNode part = item.putArray("content").addObject();
            part.put("type", said ? "output_text" : "input_text").put("text", content.stringValue());
            if (said) {
                part.putArray("annotations");
            }
        }
        return item;
    }

    /** What was said in a response and before it was made, for one that goes on from it. */
    static List<JsonNode> said(StoredResponse response) {
        List<JsonNode> items = new ArrayList<>();
        read(response.input()).forEach(items::add);
        for (JsonNode item : read(response.body()).get("output")) {
            // Half a call can't be answered.
            boolean half = item.get("type").stringValue().equals("function_call")
                    && !item.get("status").stringValue().equals(ResponseStatus.COMPLETED.word());
            if (!half) {
                items.add(item);
            }
        }
        return items;
    }

    /** What is in a response's output, by its ids. */
    static Map<String, String> output(ObjectNode response) {
        Map<String, String> items = new LinkedHashMap<>();
        response.get("output").forEach(item -> items.put(item.get("id").stringValue(), write(item)));
        return items;
    }

    static String write(JsonNode node) {
        return ASCII.writeValueAsString(node);
    }

    static JsonNode read(String json) {
        return ASCII.readTree(json);
    }
}
