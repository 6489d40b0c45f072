package dev.stoa.engine.grammar;

import dev.stoa.engine.json.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;

/** Makes small schemas of all keywords, with values of every kind, right and wrong, that draw out as much as they can. */
final class HostileSchemas {
    private static final List<String> ATOMS = List.of(
            "a",
            "[ab]",
            ".",
            "\\d",
            "\\W",
            "[^a]",
            "\\p{L}",
            "\\P{Lu}",
            "[\\s\\S]",
            "é",
            "😀",
            "^",
            "$",
            "(?:)",
            "\\",
            "]",
            "[",
            "(",
            ")",
            "|",
            "\\b",
            "\\u{1F600}",
            "\\ud83d",
            "a-");
    private static final List<String> QUANTIFIERS =
            List.of("*", "+", "?", "{2}", "{0,5000}", "{3,}", "*?", "{200}", "{5,2}", "**");
    private static final List<String> NUMBERS = List.of(
            "0",
            "1",
            "-1",
            "2",
            "0.1",
            "1e999",
            "-1e-999",
            "3.000",
            "5000",
            "100001",
            "99999999999999999999",
            "0.30",
            "1e2");
    private static final List<String> NAMES =
            List.of("a", "b", "", "a/b", "~", "größe", "\\ud800", "$ref", "kkkkkkkkkkkkkkkkk");
    private static final List<String> REFERENCES = List.of(
            "#",
            "#/$defs/a",
            "#/$defs/b",
            "#/$defs/a/properties/a",
            "#b",
            "#/%zz",
            "#/$defs/%61",
            "#/allOf/0",
            "x",
            "#/$defs",
            "");
    private static final List<String> TYPES =
            List.of("string", "number", "integer", "object", "array", "null", "boolean", "text");
    private static final int DEPTH_MAX = 4;

    private final Random random;
    private final Map<String, Supplier<String>> keywords = new LinkedHashMap<>();
    private int depth;

    HostileSchemas(Random random) {
        this.random = random;
        for (String keyword : List.of(
                "minLength",
                "maxLength",
                "minItems",
                "maxItems",
                "minProperties",
                "maxProperties",
                "minimum",
                "maximum",
                "exclusiveMinimum",
                "exclusiveMaximum",
                "multipleOf")) {
            keywords.put(keyword, () -> pick(NUMBERS));
        }
        for (String keyword : List.of("allOf", "anyOf", "oneOf", "prefixItems", "items")) {
            keywords.put(keyword, () -> list(this::schema));
        }
        for (String keyword : List.of("items", "additionalProperties")) {
            keywords.put(keyword, this::schema);
        }
        keywords.put("properties", () -> members(() -> pick(NAMES), this::schema));
        keywords.put("patternProperties", () -> members(() -> unquoted(pattern()), this::schema));
        keywords.put("required", () -> list(() -> "\"" + pick(NAMES) + "\""));
        keywords.put("pattern", () -> Json.write(pattern()));
        keywords.put("enum", () -> list(this::value));
        keywords.put("const", this::value);
        keywords.put("type", () -> random.nextInt(4) == 0 ? list(this::type) : type());
        keywords.put("format", () -> pick(List.of("\"date\"", "\"email\"", "\"uri\"", "\"none\"")));
        for (String keyword : List.of("uniqueItems", "unevaluatedItems", "unevaluatedProperties")) {
            keywords.put(keyword, () -> pick(List.of("true", "false")));
        }
        keywords.put("$ref", () -> Json.write(pick(REFERENCES)));
        keywords.put("$anchor", () -> Json.write(pick(NAMES)));
    }

    String next() {
        return "{\"$defs\":{\"a\":" + schema() + ",\"b\":" + schema() + "}," + inner() + "}";
    }

    private String schema() {
        if (depth >= DEPTH_MAX || random.nextInt(8) == 0) {
            return pick(List.of(
                    "true",
                    "false",
                    "{}",
                    "{\"$ref\":\"#/$defs/a\"}",
                    "{\"$ref\":\"#/$defs/b\"}",
                    "{\"type\":\"string\"}"));
        }
        return "{" + inner() + "}";
    }

    /** Some keywords, each once. */
    private String inner() {
        depth++;
        Map<String, String> chosen = new LinkedHashMap<>();
        List<Map.Entry<String, Supplier<String>>> all = List.copyOf(keywords.entrySet());
        int count = 1 + random.nextInt(4);
        for (int i = 0; i < count; i++) {
            Map.Entry<String, Supplier<String>> keyword = pick(all);
            chosen.put(
                    keyword.getKey(),
                    random.nextInt(30) == 0 ? value() : keyword.getValue().get());
        }
        depth--;
        return chosen.entrySet().stream()
                .map(entry -> "\"" + entry.getKey() + "\":" + entry.getValue())
                .reduce((a, b) -> a + "," + b)
                .orElseThrow();
    }

    private String type() {
        return "\"" + pick(TYPES) + "\"";
    }

    private String value() {
        return switch (random.nextInt(depth > DEPTH_MAX ? 4 : 6)) {
            case 0 -> pick(List.of("null", "true", "false"));
            case 1, 2 -> pick(NUMBERS);
            case 3 -> "\"" + pick(NAMES) + "\"";
            case 4 -> deeper(() -> list(this::value));
            default -> deeper(() -> members(() -> pick(NAMES), this::value));
        };
    }

    private String deeper(Supplier<String> part) {
        depth++;
        String made = part.get();
        depth--;
        return made;
    }

    private String list(Supplier<String> each) {
        List<String> parts = new ArrayList<>();
        int count = random.nextInt(4);
        for (int i = 0; i < count; i++) {
            parts.add(each.get());
        }
        int times = random.nextInt(20) == 0 && String.join("", parts).length() < 100 ? 200 : 1;
        return "[" + (parts.isEmpty() ? "" : String.join(",", parts) + ("," + parts.getFirst()).repeat(times - 1))
                + "]";
    }

    private String members(Supplier<String> name, Supplier<String> value) {
        Map<String, String> members = new LinkedHashMap<>();
        int count = random.nextInt(4);
        for (int i = 0; i < count; i++) {
            members.put(name.get(), value.get());
        }
        List<String> parts = new ArrayList<>();
        members.forEach((key, each) -> parts.add("\"" + key + "\":" + each));
        return "{" + String.join(",", parts) + "}";
    }

    private static String unquoted(String text) {
        String quoted = Json.write(text);
        return quoted.substring(1, quoted.length() - 1);
    }

    private String pattern() {
        StringBuilder out = new StringBuilder(random.nextInt(4) == 0 ? "^" : "");
        int parts = 1 + random.nextInt(4);
        for (int i = 0; i < parts; i++) {
            String part = random.nextInt(3) == 0 && depth <= DEPTH_MAX + 3 ? "(" + deeper(this::pattern) + ")" : atom();
            String quantifier = random.nextInt(2) == 0 ? pick(QUANTIFIERS) : "";
            out.append((part + quantifier).repeat(part.length() < 100 && random.nextInt(10) == 0 ? 30 : 1));
        }
        return out.append(random.nextInt(4) == 0 ? "$" : "").toString();
    }

    /** Mostly one that may stand anywhere: few expressions with another can be read. */
    private String atom() {
        return random.nextInt(10) == 0 ? pick(ATOMS) : ATOMS.get(random.nextInt(11));
    }

    private <T> T pick(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }
}
