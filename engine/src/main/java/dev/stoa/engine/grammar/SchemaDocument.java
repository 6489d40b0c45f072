package dev.stoa.engine.grammar;

import dev.stoa.engine.ConstraintException;
import dev.stoa.engine.json.Json;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A schema's text and what its references mean. Schemas in it are known by their JSON pointer. */
final class SchemaDocument {
    /**
     * A schema in the document.
     *
     * @param keywords of an object; empty for {@code true} and {@code false}
     * @param never whether it is {@code false}
     */
    record Schema(String pointer, Map<String, Object> keywords, boolean never) {
        boolean has(String keyword) {
            return keywords.containsKey(keyword);
        }

        @Nullable Object get(String keyword) {
            return keywords.get(keyword);
        }

        String at(String keyword) {
            return pointer + "/" + escape(keyword);
        }

        ConstraintException error(String keyword, String message) {
            return new ConstraintException(at(keyword), message);
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Schema schema && schema.pointer.equals(pointer);
        }

        @Override
        public int hashCode() {
            return pointer.hashCode();
        }
    }

    private final Object root;
    private final Map<String, String> anchors = new HashMap<>();
    /** What was found of references: the same few are met again and again. */
    private final Map<String, Schema> resolved = new HashMap<>();

    /** @throws ConstraintException if the text is no JSON, or too long */
    SchemaDocument(String text) {
        if (text.length() > GrammarLimits.SOURCE_CHARS_MAX) {
            throw new ConstraintException("", "the schema is longer than " + GrammarLimits.SOURCE_CHARS_MAX + " chars");
        }
        try {
            this.root = Json.parse(text);
        } catch (IllegalArgumentException e) {
            throw new ConstraintException("", "the schema is " + e.getMessage());
        }
        findAnchors(root, "");
    }

    private void findAnchors(Object value, String pointer) {
        if (pointer.length() > GrammarLimits.POINTER_CHARS_MAX) {
            throw new ConstraintException(
                    "",
                    "the schema has a part whose pointer is longer than " + GrammarLimits.POINTER_CHARS_MAX + " chars");
        }
        if (value instanceof Map<?, ?> map) {
            if (map.get("$anchor") instanceof String anchor) {
                anchors.put(anchor, pointer);
            }
            map.forEach((key, member) -> findAnchors(member, pointer + "/" + escape((String) key)));
        } else if (value instanceof List<?> list) {
            for (int i = 0; i < list.size(); i++) {
                findAnchors(list.get(i), pointer + "/" + i);
            }
        }
    }

    Schema root() {
        return schema(root, "");
    }

    /** A value of the document as a schema. */
    static Schema schema(Object value, String pointer) {
        if (value instanceof Boolean always) {
            return new Schema(pointer, Map.of(), !always);
        }
        if (value instanceof Map<?, ?> map) {
            @SuppressWarnings("unchecked") // keys of JSON objects are strings
            Map<String, Object> keywords = (Map<String, Object>) map;
            return new Schema(pointer, keywords, false);
        }
        throw new ConstraintException(pointer, "a schema is an object, true or false");
    }

    /** The schema that a keyword holds. */
    static Schema child(Schema schema, String keyword) {
        return schema(Objects.requireNonNull(schema.get(keyword)), schema.at(keyword));
    }

    /** What {@code $ref} means. */
    Schema resolve(Schema schema, String reference) {
        Schema known = resolved.get(reference);
        if (known == null) {
            known = find(schema, reference);
            resolved.put(reference, known);
        }
        return known;
    }

    private Schema find(Schema schema, String reference) {
        String base = root instanceof Map<?, ?> map && map.get("$id") instanceof String id ? id : "";
        String local = !base.isEmpty() && reference.startsWith(base) ? reference.substring(base.length()) : reference;
        if (local.isEmpty()) {
            return root();
        }
        if (!local.startsWith("#")) {
            throw schema.error(
                    "$ref", "'" + reference + "' is outside the schema; only references inside are supported");
        }
        String fragment = decoded(schema, local.substring(1));
        String pointer = fragment;
        if (!fragment.isEmpty() && !fragment.startsWith("/")) {
            pointer = anchors.get(fragment);
            if (pointer == null) {
                throw schema.error("$ref", "there is no anchor '" + fragment + "'");
            }
        }
        return schema(at(schema, pointer), pointer);
    }

    private static String decoded(Schema schema, String fragment) {
        try {
            return URLDecoder.decode(fragment.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw schema.error("$ref", "'#" + fragment + "' has a bad escape");
        }
    }

    private Object at(Schema from, String pointer) {
        Object value = root;
        if (pointer.isEmpty()) {
            return value;
        }
        for (String token : pointer.substring(1).split("/", -1)) {
            String key = token.replace("~1", "/").replace("~0", "~");
            Object next = null;
            if (value instanceof Map<?, ?> map) {
                next = map.get(key);
            } else if (value instanceof List<?> list
                    && key.matches("[0-9]{1,6}")
                    && Integer.parseInt(key) < list.size()) {
                next = list.get(Integer.parseInt(key));
            }
            if (next == null) {
                throw from.error("$ref", "there is nothing at '" + pointer + "'");
            }
            value = next;
        }
        return value;
    }

    static String escape(String key) {
        return key.replace("~", "~0").replace("/", "~1");
    }
}
