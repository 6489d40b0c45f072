package dev.stoa.engine.grammar;

import dev.stoa.engine.grammar.SchemaDocument.Schema;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** What several schemas say together of one value, their references and branches aside. */
final class Merged {
    private final Set<Schema> schemas;
    private final Set<JsonType> types = EnumSet.allOf(JsonType.class);
    private final List<Object> values = new ArrayList<>();
    private boolean hasValues;
    private int minLength;
    private int maxLength = Pattern.UNBOUNDED;
    private int minItems;
    private int maxItems = Pattern.UNBOUNDED;
    private NumberRange numbers = NumberRange.ALL;
    private final Set<String> required = new LinkedHashSet<>();

    Merged(Set<Schema> schemas, SchemaChecker checker, Work work) {
        this.schemas = schemas;
        for (Schema schema : schemas) {
            work.spend(8L * Keywords.size(schema));
            types.retainAll(JsonType.named(schema));
            minLength = Math.max(minLength, Keywords.count(schema, "minLength", 0));
            maxLength = Math.min(maxLength, Keywords.count(schema, "maxLength", Pattern.UNBOUNDED));
            minItems = Math.max(minItems, Keywords.count(schema, "minItems", 0));
            maxItems = Math.min(maxItems, Keywords.count(schema, "maxItems", Pattern.UNBOUNDED));
            required.addAll(Keywords.strings(schema, "required"));
            addNumbers(schema);
        }
        for (Schema schema : schemas) {
            addValues(schema, checker, work);
        }
    }

    private void addNumbers(Schema schema) {
        BigDecimal min = Keywords.number(schema, "minimum");
        BigDecimal above = Keywords.number(schema, "exclusiveMinimum");
        BigDecimal max = Keywords.number(schema, "maximum");
        BigDecimal below = Keywords.number(schema, "exclusiveMaximum");
        BigDecimal multiple = Keywords.multiple(schema);
        numbers = min == null ? numbers : numbers.atLeast(min, false);
        numbers = above == null ? numbers : numbers.atLeast(above, true);
        numbers = max == null ? numbers : numbers.atMost(max, false);
        numbers = below == null ? numbers : numbers.atMost(below, true);
        numbers = multiple == null ? numbers : numbers.multiplesOf(multiple);
    }

    private void addValues(Schema schema, SchemaChecker checker, Work work) {
        if (hasValues || !schema.has("enum") && !schema.has("const")) {
            return;
        }
        hasValues = true;
        Object constant = schema.get("const");
        List<?> listed = constant != null ? List.of(constant) : enumeration(schema);
        work.spend(8L * listed.size());
        for (Object value : listed) {
            if (schemas.stream().allMatch(each -> checker.allows(each, value))) {
                values.add(value);
            }
        }
    }

    private static List<?> enumeration(Schema schema) {
        if (schema.get("enum") instanceof List<?> list) {
            return list;
        }
        throw schema.error("enum", "'enum' must be a list");
    }

    /** The types that are allowed. */
    Set<JsonType> allowedTypes() {
        return types;
    }

    /**
     * The types to write. Where the schemas name none but have keywords for some, only those are: who writes
     * {@code properties} means an object.
     */
    Set<JsonType> types() {
        boolean named = schemas.stream().anyMatch(schema -> schema.has("type"));
        Set<JsonType> meant = EnumSet.noneOf(JsonType.class);
        for (Schema schema : schemas) {
            for (String keyword : schema.keywords().keySet()) {
                if (Keywords.FOR_STRINGS.contains(keyword)) {
                    meant.add(JsonType.STRING);
                } else if (Keywords.FOR_NUMBERS.contains(keyword)) {
                    meant.addAll(List.of(JsonType.INTEGER, JsonType.FRACTION));
                } else if (Keywords.FOR_ARRAYS.contains(keyword)) {
                    meant.add(JsonType.ARRAY);
                } else if (Keywords.FOR_OBJECTS.contains(keyword)) {
                    meant.add(JsonType.OBJECT);
                }
            }
        }
        return named || meant.isEmpty() ? types : meant;
    }

    Set<Schema> schemas() {
        return schemas;
    }

    /** Whether there is an {@code enum} or {@code const}. */
    boolean hasValues() {
        return hasValues;
    }

    /** The values of {@code enum} and {@code const} that all the schemas allow. */
    List<Object> values() {
        return values;
    }

    int minLength() {
        return minLength;
    }

    int maxLength() {
        return maxLength;
    }

    int minItems() {
        return minItems;
    }

    int maxItems() {
        return maxItems;
    }

    NumberRange numbers() {
        return numbers;
    }

    Set<String> required() {
        return required;
    }
}
