package dev.stoa.inference.upstream;

import dev.stoa.inference.JsonText;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/** Collects the texts of an answer's parts, wherever they stand in them. */
final class Untold {
    /** Words of the protocols, not of a model. */
    private static final Set<String> PROTOCOL = Set.of("type", "role", "id", "tool_use_id");

    /** Pictures, sounds and signatures, in which no reader sees words. */
    private static final Pattern BASE64 = Pattern.compile("(data:[\\w.+/-]*;base64,)?[A-Za-z0-9+/_-]{100,}+={0,2}");

    /** For parts of which no event has told anything. */
    static final Predicate<String> NOTHING = _ -> false;

    /** Most answers have none. */
    private Map<String, String> texts = Map.of();

    /**
     * Collects them of an object.
     *
     * @param told whether events have told of what it has by a name
     */
    void add(String place, JsonNode part, Predicate<String> told) {
        part.forEachEntry((name, value) -> {
            if (!PROTOCOL.contains(name) && !told.test(name)) {
                collect(place + "." + name, value);
            }
        });
    }

    private void collect(String place, JsonNode node) {
        if (node.isString()) {
            text(place, node.stringValue());
        } else if (node.isArray()) {
            for (int i = 0; i < node.size(); i++) {
                collect(place + "." + i, node.get(i));
            }
        } else {
            add(place, node, NOTHING);
        }
    }

    private void text(String place, String text) {
        if (text.isEmpty() || BASE64.matcher(text).matches()) {
            return;
        }
        put(place, text);
        // It may be JSON, behind whose escapes words could hide.
        String unescaped = JsonText.unescaped(text);
        if (!unescaped.equals(text)) {
            put(place + " unescaped", unescaped);
        }
    }

    private void put(String place, String text) {
        texts = texts.isEmpty() ? new HashMap<>() : texts;
        texts.put(place, text);
    }

    Map<String, String> texts() {
        return texts;
    }
}
