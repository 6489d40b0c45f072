package dev.stoa.engine.grammar;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Makes schemas of the supported keywords, mostly ones that some value matches. */
final class RandomSchemas {
    private static final List<String> FORMATS =
            List.of("date", "time", "date-time", "uuid", "email", "ipv4", "ipv6", "hostname", "uri");
    private static final List<String> PATTERNS = List.of(
            "^[a-z]{1,8}$",
            "^[A-Z][a-z]*$",
            "\\\\d+",
            "^(foo|bar|baz)+$",
            "^[^\\\"]{0,6}$",
            "x.y",
            "^\\\\w+\\\\s\\\\w+$");
    private static final List<String> NAMES = List.of("a", "b", "name", "first name", "größe", "x-1", "items", "");

    private final Random random;
    private boolean recursive;

    RandomSchemas(Random random) {
        this.random = random;
    }

    String next() {
        recursive = random.nextInt(5) == 0;
        String body = schema(0);
        if (!recursive) {
            return body;
        }
        return "{\"$defs\":{\"r\":{\"type\":\"object\",\"properties\":{\"v\":" + schema(2)
                + ",\"r\":{\"anyOf\":[{\"type\":\"null\"},{\"$ref\":\"#/$defs/r\"}]}}}},\"allOf\":[" + body + "]}";
    }

    private String schema(int depth) {
        int kind = random.nextInt(depth >= 3 ? 6 : 12);
        return switch (kind) {
            case 0, 1 -> string();
            case 2 -> number("integer");
            case 3 -> number("number");
            case 4 ->
                pick(List.of("{\"type\":\"boolean\"}", "{\"type\":\"null\"}", "{\"type\":[\"string\",\"integer\"]}"));
            case 5 ->
                pick(List.of(
                        "{\"enum\":[\"x\",2,null,[true]]}",
                        "{\"const\":\"" + pick(NAMES) + "\"}",
                        recursive ? "{\"$ref\":\"#/$defs/r\"}" : "{\"enum\":[1,2,3]}"));
            case 6, 7, 8 -> object(depth);
            case 9 -> array(depth);
            case 10 -> "{\"anyOf\":[" + schema(depth + 1) + "," + schema(depth + 1) + "]}";
            default -> "{\"allOf\":[" + object(depth) + "," + object(depth) + "]}";
        };
    }

    private String string() {
        List<String> parts = new ArrayList<>(List.of("\"type\":\"string\""));
        switch (random.nextInt(5)) {
            case 0 -> parts.add("\"format\":\"" + pick(FORMATS) + "\"");
            case 1 -> parts.add("\"pattern\":\"" + pick(PATTERNS) + "\"");
            case 2 -> {
                int min = random.nextInt(6);
                parts.add("\"minLength\":" + min);
                parts.add("\"maxLength\":" + (min + random.nextInt(30)));
            }
            default -> parts.add("\"maxLength\":" + random.nextInt(50));
        }
        return "{" + String.join(",", parts) + "}";
    }

    private String number(String type) {
        List<String> parts = new ArrayList<>(List.of("\"type\":\"" + type + "\""));
        int digits = 1 + random.nextInt(5);
        int low = random.nextInt((int) Math.pow(10, digits)) - (int) Math.pow(10, digits) / 2;
        String point = type.equals("number") && random.nextBoolean() ? "." + random.nextInt(1000) : "";
        if (random.nextBoolean()) {
            parts.add((random.nextBoolean() ? "\"minimum\":" : "\"exclusiveMinimum\":") + low + point);
        }
        if (random.nextBoolean()) {
            parts.add((random.nextBoolean() ? "\"maximum\":" : "\"exclusiveMaximum\":")
                    + (low + 1 + random.nextInt(2000))
                    + point);
        }
        if (random.nextInt(5) == 0) {
            parts.add("\"multipleOf\":" + pick(List.of("2", "3", "25", type.equals("number") ? "0.1" : "10")));
        }
        return "{" + String.join(",", parts) + "}";
    }

    private String object(int depth) {
        List<String> properties = new ArrayList<>();
        List<String> required = new ArrayList<>();
        for (String name : NAMES) {
            if (random.nextInt(3) == 0) {
                properties.add("\"" + name + "\":" + schema(depth + 1));
                if (random.nextBoolean()) {
                    required.add("\"" + name + "\"");
                }
            }
        }
        String rest = pick(List.of(
                "",
                ",\"additionalProperties\":false",
                ",\"additionalProperties\":{\"type\":\"integer\"}",
                ",\"maxProperties\":" + (properties.size() + 1),
                ",\"minProperties\":" + Math.min(1, properties.size())));
        if (rest.endsWith("false") && depth > 0) {
            rest = "";
        }
        return "{\"type\":\"object\",\"properties\":{" + String.join(",", properties) + "},\"required\":["
                + String.join(",", required) + "]" + rest + "}";
    }

    private String array(int depth) {
        int min = random.nextInt(3);
        String prefix = random.nextInt(3) == 0 ? ",\"prefixItems\":[" + schema(depth + 1) + "]" : "";
        return "{\"type\":\"array\",\"items\":" + schema(depth + 1) + prefix + ",\"minItems\":" + min + ",\"maxItems\":"
                + (min + random.nextInt(4)) + "}";
    }

    private <T> T pick(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }
}
