package dev.stoa.inference.upstream;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/**
 * Which schemas OpenAI takes with {@code strict}: each object names all it has, and all of it is required
 * (https://platform.openai.com/docs/guides/structured-outputs). It refuses others then, and without it holds to a schema
 * as well as the model can. Servers of open models hold to it either way.
 */
final class StrictSchema {
    private static final Set<String> NOT_TAKEN = Set.of(
            "allOf",
            "oneOf",
            "not",
            "if",
            "then",
            "else",
            "dependentRequired",
            "dependentSchemas",
            "patternProperties",
            "prefixItems");

    private static final List<String> MAPS = List.of("properties", "$defs", "definitions");

    private StrictSchema() {}

    static boolean is(JsonNode schema) {
        return "object".equals(schema.path("type").asString("")) && !schema.has("anyOf") && fits(schema);
    }

    private static boolean fits(JsonNode schema) {
        if (!schema.isObject() || schema.propertyNames().stream().anyMatch(NOT_TAKEN::contains)) {
            return false;
        }
        return (!describesObjects(schema) || closed(schema))
                && MAPS.stream().allMatch(map -> allFit(schema.path(map)))
                && allFit(schema.path("anyOf"))
                && (!schema.has("items") || fits(schema.get("items")));
    }

    private static boolean allFit(JsonNode schemas) {
        return schemas.values().stream().allMatch(StrictSchema::fits);
    }

    private static boolean describesObjects(JsonNode schema) {
        JsonNode type = schema.path("type");
        return schema.has("properties")
                || "object".equals(type.asString(""))
                || type.values().stream().anyMatch(each -> "object".equals(each.asString("")));
    }

    private static boolean closed(JsonNode schema) {
        JsonNode more = schema.path("additionalProperties");
        Set<String> required = schema.path("required").values().stream()
                .map(name -> name.asString(""))
                .collect(Collectors.toSet());
        return more.isBoolean()
                && !more.booleanValue()
                && required.containsAll(schema.path("properties").propertyNames());
    }
}
