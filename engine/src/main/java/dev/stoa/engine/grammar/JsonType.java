package dev.stoa.engine.grammar;

import dev.stoa.engine.grammar.SchemaDocument.Schema;
import dev.stoa.engine.json.Json;
import java.math.BigDecimal;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The types of JSON values, numbers split so that {@code integer} is a part of {@code number}. */
enum JsonType {
    NULL,
    BOOLEAN,
    INTEGER,
    FRACTION,
    STRING,
    ARRAY,
    OBJECT;

    static JsonType of(Object value) {
        return switch (value) {
            case Boolean _ -> BOOLEAN;
            case BigDecimal number -> number.stripTrailingZeros().scale() <= 0 ? INTEGER : FRACTION;
            case String _ -> STRING;
            case List<?> _ -> ARRAY;
            case Map<?, ?> _ -> OBJECT;
            default -> {
                assert value == Json.NULL;
                yield NULL;
            }
        };
    }

    /** What {@code type} says; all if it isn't there. */
    static Set<JsonType> named(Schema schema) {
        Object type = schema.get("type");
        if (type == null) {
            return EnumSet.allOf(JsonType.class);
        }
        List<?> names = type instanceof List<?> list ? list : List.of(type);
        Set<JsonType> types = EnumSet.noneOf(JsonType.class);
        for (Object name : names) {
            switch (String.valueOf(name)) {
                case "null" -> types.add(NULL);
                case "boolean" -> types.add(BOOLEAN);
                case "integer" -> types.add(INTEGER);
                case "number" -> types.addAll(List.of(INTEGER, FRACTION));
                case "string" -> types.add(STRING);
                case "array" -> types.add(ARRAY);
                case "object" -> types.add(OBJECT);
                default -> throw schema.error("type", "there is no type " + name);
            }
        }
        return types;
    }
}
