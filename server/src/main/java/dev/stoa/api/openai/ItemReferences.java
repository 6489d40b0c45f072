package dev.stoa.api.openai;

import dev.stoa.api.Fields;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Items of {@code input} that only name an item of an earlier answer: {@code item_reference}. */
final class ItemReferences {
    private ItemReferences() {}

    /**
     * Puts the items themselves in their places.
     *
     * @param lengthMax characters of all named items together
     * @param bodies of kept responses whose outputs have any of these items
     * @return the body itself where nothing is named
     * @throws dev.stoa.shared.StoaException INVALID_REQUEST if one is not kept, or they are too long
     */
    static JsonNode resolve(JsonNode body, long lengthMax, Function<Set<String>, List<String>> bodies) {
        JsonNode input = body.path("input");
        Set<String> wanted = new LinkedHashSet<>();
        if (input.isArray()) {
            input.values().stream().map(ItemReferences::named).forEach(id -> {
                if (id != null) {
                    wanted.add(id);
                }
            });
        }
        if (wanted.isEmpty()) {
            return body;
        }
        Map<String, JsonNode> items = items(bodies.apply(wanted));
        ObjectNode whole = ((ObjectNode) body).deepCopy();
        ArrayNode places = (ArrayNode) whole.get("input");
        long length = 0;
        for (int i = 0; i < places.size(); i++) {
            String id = named(places.get(i));
            if (id != null) {
                JsonNode item = items.get(id);
                String path = "input[" + i + "].id";
                if (item == null) {
                    throw Fields.invalid(path, "an item with this id was not found among the kept responses");
                }
                length += item.toString().length();
                Fields.require(length <= lengthMax, path, "the named items are longer than a request may be");
                places.set(i, item);
            }
        }
        return whole;
    }

    private static @Nullable String named(JsonNode item) {
        return "item_reference".equals(item.path("type").asString(""))
                        && item.path("id").isString()
                ? item.get("id").stringValue()
                : null;
    }

    private static Map<String, JsonNode> items(List<String> bodies) {
        Map<String, JsonNode> items = new HashMap<>();
        for (String body : bodies) {
            for (JsonNode item : StoredItems.read(body).get("output")) {
                items.put(item.get("id").stringValue(), item);
            }
        }
        return items;
    }
}
