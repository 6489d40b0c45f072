package dev.stoa.engine.grammar;

import dev.stoa.engine.grammar.SchemaDocument.Schema;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Tells whether a given value, such as one of an {@code enum}, is what a schema allows. For supported keywords only. */
final class SchemaChecker {
    private final SchemaDocument document;
    private final Work work;
    private final Map<String, Optional<Dfa>> patterns = new HashMap<>();
    /** What was found of values before, each by its place in the document. */
    private final Map<Object, Map<Schema, Boolean>> known = new IdentityHashMap<>();

    private int depth;

    SchemaChecker(SchemaDocument document, Work work) {
        this.document = document;
        this.work = work;
    }

    boolean allows(Schema schema, Object value) {
        if (schema.never()) {
            return false;
        }
        Map<Schema, Boolean> ofValue = known.computeIfAbsent(value, _ -> new HashMap<>());
        Boolean before = ofValue.get(schema);
        work.spend(1);
        if (before == null) {
            before = find(schema, value);
            ofValue.put(schema, before);
        }
        return before;
    }

    private boolean find(Schema schema, Object value) {
        work.spend((long) Work.OBJECT * Keywords.size(schema));
        Keywords.check(schema);
        if (++depth > GrammarLimits.NESTING_MAX) {
            throw schema.error("$ref", "the schema refers to itself without end");
        }
        try {
            return JsonType.named(schema).contains(JsonType.of(value))
                    && allowsByValue(schema, value)
                    && allowsByOthers(schema, value)
                    && switch (value) {
                        case String text -> allowsText(schema, text);
                        case BigDecimal number -> allowsNumber(schema, number);
                        case List<?> list -> allowsArray(schema, list);
                        case Map<?, ?> map -> allowsObject(schema, map);
                        default -> true;
                    };
        } finally {
            depth--;
        }
    }

    private boolean allowsByValue(Schema schema, Object value) {
        boolean listed = !(schema.get("enum") instanceof List<?> list) || contains(list, value);
        Object constant = schema.get("const");
        return listed && (constant == null || equal(constant, value));
    }

    private boolean contains(List<?> list, Object value) {
        work.spend(list.size() / 8);
        // Most values that are asked for are of this very list.
        for (Object each : list) {
            if (each == value) {
                return true;
            }
        }
        return list.stream().anyMatch(each -> equal(each, value));
    }

    private boolean allowsByOthers(Schema schema, Object value) {
        String reference = Keywords.string(schema, "$ref");
        List<Schema> any = Keywords.schemas(schema, "anyOf");
        List<Schema> one = Keywords.schemas(schema, "oneOf");
        return (reference == null || allows(document.resolve(schema, reference), value))
                && Keywords.schemas(schema, "allOf").stream().allMatch(each -> allows(each, value))
                && (any.isEmpty() || any.stream().anyMatch(each -> allows(each, value)))
                && (one.isEmpty()
                        || one.stream().filter(each -> allows(each, value)).count() == 1);
    }

    private boolean allowsText(Schema schema, String text) {
        work.spend(text.length());
        int length = text.codePointCount(0, text.length());
        String pattern = Keywords.string(schema, "pattern");
        return length >= Keywords.count(schema, "minLength", 0)
                && length <= Keywords.count(schema, "maxLength", Pattern.UNBOUNDED)
                && (pattern == null || matches(pattern, schema.at("pattern"), text));
    }

    /** Whether the pattern is found in the text. */
    boolean matches(String pattern, String pointer, String text) {
        work.spend(2 * Work.OBJECT + text.length());
        return patterns.computeIfAbsent(
                        pattern,
                        _ -> SchemaCompiler.bounded(
                                pointer,
                                () -> PatternCompiler.compile(
                                        RegexParser.search(pattern, pointer, work), PatternCompiler.Form.TEXT, work)))
                .map(dfa -> dfa.matches(text.getBytes(StandardCharsets.UTF_8)))
                .orElse(false);
    }

    private static boolean allowsNumber(Schema schema, BigDecimal number) {
        BigDecimal min = Keywords.number(schema, "minimum");
        BigDecimal max = Keywords.number(schema, "maximum");
        BigDecimal above = Keywords.number(schema, "exclusiveMinimum");
        BigDecimal below = Keywords.number(schema, "exclusiveMaximum");
        BigDecimal multiple = Keywords.multiple(schema);
        return (min == null || number.compareTo(min) >= 0)
                && (max == null || number.compareTo(max) <= 0)
                && (above == null || number.compareTo(above) > 0)
                && (below == null || number.compareTo(below) < 0)
                && (multiple == null || number.remainder(multiple).signum() == 0);
    }

    private boolean allowsArray(Schema schema, List<?> list) {
        List<Schema> prefix = Keywords.prefix(schema);
        Schema rest = Keywords.rest(schema);
        if (list.size() < Keywords.count(schema, "minItems", 0)
                || list.size() > Keywords.count(schema, "maxItems", Pattern.UNBOUNDED)) {
            return false;
        }
        for (int i = 0; i < list.size(); i++) {
            Schema of = i < prefix.size() ? prefix.get(i) : rest;
            if (of != null && !allows(of, list.get(i))) {
                return false;
            }
            for (int j = 0; j < i && Keywords.flag(schema, "uniqueItems"); j++) {
                if (equal(list.get(i), list.get(j))) {
                    return false;
                }
            }
        }
        return true;
    }

    private boolean allowsObject(Schema schema, Map<?, ?> map) {
        if (map.size() < Keywords.count(schema, "minProperties", 0)
                || map.size() > Keywords.count(schema, "maxProperties", Pattern.UNBOUNDED)
                || !map.keySet().containsAll(Keywords.strings(schema, "required"))) {
            return false;
        }
        return map.entrySet().stream().allMatch(entry -> {
            String name = (String) entry.getKey();
            return of(schema, name).stream().allMatch(each -> allows(each, entry.getValue()));
        });
    }

    /** The schemas that one schema has for a property. */
    List<Schema> of(Schema schema, String name) {
        List<Schema> found = new ArrayList<>();
        Schema own = Keywords.named(schema, "properties", name);
        if (own != null) {
            found.add(own);
        }
        Keywords.named(schema, "patternProperties").forEach((pattern, each) -> {
            if (matches(pattern, schema.at("patternProperties"), name)) {
                found.add(each);
            }
        });
        if (found.isEmpty() && schema.has("additionalProperties")) {
            found.add(SchemaDocument.child(schema, "additionalProperties"));
        }
        return found;
    }

    private boolean equal(Object a, Object b) {
        work.spend(4);
        if (a instanceof BigDecimal left && b instanceof BigDecimal right) {
            return left.compareTo(right) == 0;
        }
        if (a instanceof List<?> left && b instanceof List<?> right) {
            if (left.size() != right.size()) {
                return false;
            }
            for (int i = 0; i < left.size(); i++) {
                if (!equal(left.get(i), right.get(i))) {
                    return false;
                }
            }
            return true;
        }
        if (a instanceof Map<?, ?> left && b instanceof Map<?, ?> right) {
            return left.size() == right.size()
                    && left.entrySet().stream().allMatch(entry -> {
                        Object other = right.get(entry.getKey());
                        return other != null && equal(entry.getValue(), other);
                    });
        }
        return a.equals(b);
    }
}
