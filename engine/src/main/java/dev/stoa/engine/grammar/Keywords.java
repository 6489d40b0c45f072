package dev.stoa.engine.grammar;

import dev.stoa.engine.grammar.SchemaDocument.Schema;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the keywords of schemas, checking their types; refuses those that aren't supported. */
final class Keywords {
    /** Keywords that bound what a value may be, and that nothing here can honour. */
    private static final Set<String> UNSUPPORTED = Set.of(
            "not",
            "if",
            "then",
            "else",
            "dependentSchemas",
            "dependentRequired",
            "dependencies",
            "contains",
            "minContains",
            "maxContains",
            "propertyNames",
            "$dynamicRef",
            "$recursiveRef");

    static final Set<String> FOR_STRINGS = Set.of("minLength", "maxLength", "pattern", "format");
    static final Set<String> FOR_NUMBERS =
            Set.of("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf");
    static final Set<String> FOR_ARRAYS = Set.of("items", "prefixItems", "minItems", "maxItems", "uniqueItems");
    static final Set<String> FOR_OBJECTS = Set.of(
            "properties", "required", "additionalProperties", "patternProperties", "minProperties", "maxProperties");

    private Keywords() {}

    /** @throws dev.stoa.engine.ConstraintException at the first keyword that isn't supported */
    static void check(Schema schema) {
        for (String keyword : schema.keywords().keySet()) {
            if (UNSUPPORTED.contains(keyword)) {
                throw schema.error(keyword, "the keyword '" + keyword + "' is not supported");
            }
        }
        for (String keyword : List.of("unevaluatedProperties", "unevaluatedItems")) {
            Object value = schema.get(keyword);
            if (value != null && !(value instanceof Boolean)) {
                throw schema.error(keyword, "the keyword '" + keyword + "' is supported as true or false only");
            }
        }
    }

    /**
     * How much there is to read in a schema, those inside it aside: its keywords, and what their lists and objects name.
     * The values of an {@code enum} don't count: whoever reads these spends for them.
     */
    static int size(Schema schema) {
        int size = 1;
        for (Map.Entry<String, Object> keyword : schema.keywords().entrySet()) {
            size += 1 + (keyword.getKey().equals("enum") ? 0 : size(keyword.getValue()));
        }
        return size;
    }

    private static int size(Object value) {
        return value instanceof List<?> list ? list.size() : value instanceof Map<?, ?> map ? map.size() : 0;
    }

    static @Nullable String string(Schema schema, String keyword) {
        Object value = schema.get(keyword);
        if (value == null || value instanceof String) {
            return (String) value;
        }
        throw schema.error(keyword, "'" + keyword + "' must be a string");
    }

    static @Nullable BigDecimal number(Schema schema, String keyword) {
        Object value = schema.get(keyword);
        if (value == null || value instanceof BigDecimal) {
            return (BigDecimal) value;
        }
        throw schema.error(keyword, "'" + keyword + "' must be a number");
    }

    /** What {@code multipleOf} says, above 0; null if it isn't there. */
    static @Nullable BigDecimal multiple(Schema schema) {
        BigDecimal multiple = number(schema, "multipleOf");
        if (multiple == null) {
            return null;
        }
        if (multiple.signum() <= 0) {
            throw schema.error("multipleOf", "'multipleOf' must be above 0");
        }
        BigDecimal stripped = multiple.stripTrailingZeros();
        BigDecimal units = stripped.movePointRight(Math.max(0, stripped.scale()));
        if (units.compareTo(BigDecimal.valueOf(GrammarLimits.MULTIPLE_MAX)) > 0
                || stripped.scale() > GrammarLimits.FRACTION_DIGITS_MAX) {
            throw schema.error(
                    "multipleOf",
                    "'multipleOf' may have a value of up to " + GrammarLimits.MULTIPLE_MAX
                            + " in units of its last digit, and " + GrammarLimits.FRACTION_DIGITS_MAX
                            + " digits behind the point");
        }
        return multiple;
    }

    static boolean flag(Schema schema, String keyword) {
        Object value = schema.get(keyword);
        if (value != null && !(value instanceof Boolean)) {
            throw schema.error(keyword, "'" + keyword + "' must be true or false");
        }
        return Boolean.TRUE.equals(value);
    }

    /** A count such as {@code minLength}; {@code otherwise} if it isn't there. */
    static int count(Schema schema, String keyword, int otherwise) {
        BigDecimal value = number(schema, keyword);
        if (value == null) {
            return otherwise;
        }
        if (value.signum() < 0 || value.stripTrailingZeros().scale() > 0) {
            throw schema.error(keyword, "'" + keyword + "' must be a whole number, 0 or more");
        }
        if (value.compareTo(BigDecimal.valueOf(GrammarLimits.COUNT_MAX)) <= 0) {
            return value.intValue();
        }
        if (keyword.startsWith("max")) {
            return Pattern.UNBOUNDED;
        }
        throw schema.error(keyword, "'" + keyword + "' is above " + GrammarLimits.COUNT_MAX);
    }

    static List<Schema> schemas(Schema schema, String keyword) {
        Object value = schema.get(keyword);
        if (value == null) {
            return List.of();
        }
        if (!(value instanceof List<?> list) || list.isEmpty()) {
            throw schema.error(keyword, "'" + keyword + "' must be a list of schemas");
        }
        List<Schema> schemas = new ArrayList<>();
        for (int i = 0; i < list.size(); i++) {
            schemas.add(SchemaDocument.schema(list.get(i), schema.at(keyword) + "/" + i));
        }
        return schemas;
    }

    static Map<String, Schema> named(Schema schema, String keyword) {
        Map<String, Schema> schemas = new LinkedHashMap<>();
        members(schema, keyword)
                .forEach((name, each) -> schemas.put((String) name, member(schema, keyword, name, each)));
        return schemas;
    }

    /** One of those of {@link #named}. */
    static @Nullable Schema named(Schema schema, String keyword, String name) {
        Object each = members(schema, keyword).get(name);
        return each == null ? null : member(schema, keyword, name, each);
    }

    private static Map<?, ?> members(Schema schema, String keyword) {
        Object value = schema.get(keyword);
        if (value == null) {
            return Map.of();
        }
        if (value instanceof Map<?, ?> map) {
            return map;
        }
        throw schema.error(keyword, "'" + keyword + "' must be an object of schemas");
    }

    private static Schema member(Schema schema, String keyword, Object name, Object value) {
        return SchemaDocument.schema(value, schema.at(keyword) + "/" + SchemaDocument.escape((String) name));
    }

    static List<String> strings(Schema schema, String keyword) {
        Object value = schema.get(keyword);
        if (value == null) {
            return List.of();
        }
        if (!(value instanceof List<?> list) || !list.stream().allMatch(String.class::isInstance)) {
            throw schema.error(keyword, "'" + keyword + "' must be a list of strings");
        }
        return list.stream().map(String.class::cast).toList();
    }

    /** The elements before {@code items}; older drafts write them as a list in {@code items}. */
    static List<Schema> prefix(Schema schema) {
        return schemas(schema, schema.get("items") instanceof List<?> ? "items" : "prefixItems");
    }

    /** The schema of elements behind the prefix; null if any will do. */
    static @Nullable Schema rest(Schema schema) {
        String keyword = schema.get("items") instanceof List<?> ? "additionalItems" : "items";
        return schema.has(keyword) ? SchemaDocument.child(schema, keyword) : null;
    }
}
