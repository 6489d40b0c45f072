package dev.stoa.api;

import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A JSON object read field by field; every error names the field's path, such as {@code messages.0.content}. An optional
 * field that is null counts as absent. {@link #end} refuses what nobody asked for.
 */
public final class Fields {
    /** More than this of an unknown name is not worth repeating. */
    private static final int NAME_SHOWN_MAX = 60;

    private final JsonNode object;
    private final String path;
    private final Set<String> known = new HashSet<>();

    private Fields(JsonNode object, String path) {
        this.object = object;
        this.path = path;
    }

    /**
     * @param path of the object; empty for the body itself
     * @throws StoaException INVALID_REQUEST if it is no object
     */
    public static Fields of(JsonNode node, String path) {
        if (!node.isObject()) {
            throw invalid(path.isEmpty() ? "body" : path, "must be an object, not " + kind(node));
        }
        return new Fields(node, path);
    }

    public static StoaException invalid(String path, String problem) {
        return StoaException.about(ErrorKind.INVALID_REQUEST, path, problem);
    }

    /** @throws StoaException INVALID_REQUEST unless it holds */
    public static void require(boolean holds, String path, String problem) {
        if (!holds) {
            throw invalid(path, problem);
        }
    }

    public static String kind(JsonNode node) {
        return switch (node.getNodeType()) {
            case ARRAY -> "a list";
            case OBJECT -> "an object";
            case STRING -> "a string";
            case NUMBER -> "a number";
            case BOOLEAN -> "a boolean";
            case NULL -> "null";
            case MISSING, BINARY, POJO -> "nothing";
        };
    }

    /** The object itself. */
    public JsonNode object() {
        return object;
    }

    public String path(String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    /** The field, or null if it is absent or null. */
    public @Nullable JsonNode optional(String name) {
        known.add(name);
        JsonNode node = object.get(name);
        return node == null || node.isNull() ? null : node;
    }

    public JsonNode required(String name) {
        JsonNode node = optional(name);
        if (node == null) {
            throw invalid(path(name), "this field is required");
        }
        return node;
    }

    public String requiredString(String name) {
        return string(required(name), name);
    }

    public @Nullable String optionalString(String name) {
        JsonNode node = optional(name);
        return node == null ? null : string(node, name);
    }

    private String string(JsonNode node, String name) {
        if (!node.isString()) {
            throw invalid(path(name), "must be a string, not " + kind(node));
        }
        return node.stringValue();
    }

    public int requiredInt(String name, int min) {
        return integer(required(name), name, min, Integer.MAX_VALUE);
    }

    public OptionalInt optionalInt(String name, int min) {
        return optionalInt(name, min, Integer.MAX_VALUE);
    }

    public OptionalInt optionalInt(String name, int min, int max) {
        JsonNode node = optional(name);
        return node == null ? OptionalInt.empty() : OptionalInt.of(integer(node, name, min, max));
    }

    public OptionalLong optionalLong(String name) {
        JsonNode node = optional(name);
        if (node == null) {
            return OptionalLong.empty();
        }
        if (!node.isIntegralNumber() || !node.canConvertToLong()) {
            throw invalid(path(name), "must be a whole number of 64 bits");
        }
        return OptionalLong.of(node.longValue());
    }

    private int integer(JsonNode node, String name, int min, int max) {
        if (!node.isIntegralNumber()) {
            throw invalid(path(name), "must be a whole number, not " + (node.isNumber() ? "a fraction" : kind(node)));
        }
        if (!node.canConvertToInt() || node.intValue() < min || node.intValue() > max) {
            throw invalid(path(name), "must be between " + min + " and " + max);
        }
        return node.intValue();
    }

    /** A number between 0 and 1. */
    public OptionalDouble optionalShare(String name) {
        return optionalNumber(name, 0, 1);
    }

    /** A number between {@code min} and {@code max}, whole numbers of both. */
    public OptionalDouble optionalNumber(String name, int min, int max) {
        JsonNode node = optional(name);
        if (node == null) {
            return OptionalDouble.empty();
        }
        if (!node.isNumber()) {
            throw invalid(path(name), "must be a number, not " + kind(node));
        }
        double value = node.doubleValue();
        if (!(value >= min && value <= max)) {
            throw invalid(path(name), "must be between " + min + " and " + max);
        }
        return OptionalDouble.of(value);
    }

    public boolean optionalBoolean(String name) {
        JsonNode node = optional(name);
        if (node != null && !node.isBoolean()) {
            throw invalid(path(name), "must be true or false, not " + kind(node));
        }
        return node != null && node.booleanValue();
    }

    /** The items of a list; empty if it is absent. */
    public List<JsonNode> list(String name) {
        JsonNode node = optional(name);
        return node == null ? List.of() : items(node, path(name));
    }

    public static List<JsonNode> items(JsonNode node, String path) {
        if (!node.isArray()) {
            throw invalid(path, "must be a list, not " + kind(node));
        }
        List<JsonNode> items = new ArrayList<>(node.size());
        node.forEach(items::add);
        return items;
    }

    public @Nullable Fields optionalObject(String name) {
        JsonNode node = optional(name);
        return node == null ? null : of(node, path(name));
    }

    /** @throws StoaException INVALID_REQUEST if the field is there and says anything */
    public void refuse(String name, String reason) {
        JsonNode node = optional(name);
        if (node != null && !(node.isContainer() && node.isEmpty())) {
            throw invalid(path(name), reason);
        }
    }

    /** @throws StoaException INVALID_REQUEST if there is a field that was not asked for */
    public void end() {
        for (String name : object.propertyNames()) {
            if (!known.contains(name)) {
                String shown = name.length() > NAME_SHOWN_MAX ? name.substring(0, NAME_SHOWN_MAX) + "…" : name;
                throw invalid(path(shown), "this field is not known here");
            }
        }
    }
}
