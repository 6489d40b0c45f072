package dev.stoa.api.openai;

import dev.stoa.api.Fields;
import java.util.LinkedHashSet;
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
     * @param kept items, JSON, by their ids
     * @return the body itself where nothing is named
     * @throws dev.stoa.shared.StoaException INVALID_REQUEST if one is not kept, or they are too long
     */
    static JsonNode resolve(JsonNode body, long lengthMax, Function<Set<String>, Map<String, String>> kept) {
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
        Map<String, String> items = kept.apply(wanted);
        ObjectNode whole = ((ObjectNode) body).deepCopy();
        ArrayNode places = (ArrayNode) whole.get("input");
        long length = 0;
        for (int i = 0; i < places.size(); i++) {
            String id = named(places.get(i));
            if (id != null) {
                String item = items.get(id);
                String path = "input[" + i + "].id";
                if (item == null) {
                    throw Fields.invalid(path, "an item with this id was not found among the kept responses");
                }
                length += item.length();
                Fields.require(length <= lengthMax, path, "the named items are longer than a request may be");
                places.set(i, StoredItems.read(item));
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
}
