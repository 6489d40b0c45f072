package dev.stoa.engine.json;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads one text. */
final class JsonReader {
    private final String text;
    private int at;
    private int depth;

    JsonReader(String text) {
        this.text = text;
    }

    Object parse() {
        if (text.length() > Json.CHARS_MAX) {
            throw error("the text has more than " + Json.CHARS_MAX + " chars");
        }
        Object value = value();
        space();
        if (at < text.length()) {
            throw error("text after the value");
        }
        return value;
    }

    private Object value() {
        space();
        return switch (peek()) {
            case '{' -> object();
            case '[' -> array();
            case '"' -> string();
            case 't' -> word("true", true);
            case 'f' -> word("false", false);
            case 'n' -> word("null", Json.NULL);
            default -> number();
        };
    }

    private Map<String, Object> object() {
        enter();
        Map<String, Object> members = new LinkedHashMap<>();
        if (!taken('}')) {
            do {
                space();
                int start = at;
                String key = string();
                take(':');
                if (members.putIfAbsent(key, value()) != null) {
                    at = start;
                    throw error("the member '" + key + "' is there twice");
                }
            } while (taken(','));
            take('}');
        }
        depth--;
        return members;
    }

    private List<Object> array() {
        enter();
        List<Object> elements = new ArrayList<>();
        if (!taken(']')) {
            do {
                elements.add(value());
            } while (taken(','));
            take(']');
        }
        depth--;
        return elements;
    }

    private void enter() {
        at++;
        depth++;
        if (depth > Json.NESTING_MAX) {
            throw error("nested deeper than " + Json.NESTING_MAX);
        }
    }

    private String string() {
        if (peek() != '"') {
            throw error("expected a string");
        }
        at++;
        StringBuilder out = new StringBuilder();
        while (true) {
            char c = next();
            if (c == '"') {
                return out.toString();
            }
            if (c < ' ') {
                throw error("a control character in a string");
            }
            out.append(c == '\\' ? escaped() : c);
        }
    }

    private char escaped() {
        char c = next();
        return switch (c) {
            case '"', '\\', '/' -> c;
            case 'n' -> '\n';
            case 't' -> '\t';
            case 'r' -> '\r';
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'u' -> {
                int code = 0;
                for (int i = 0; i < 4; i++) {
                    int digit = hex(next());
                    if (digit < 0) {
                        throw error("a bad escape");
                    }
                    code = 16 * code + digit;
                }
                yield (char) code;
            }
            default -> throw error("a bad escape");
        };
    }

    private static int hex(char c) {
        return c < 0x80 ? Character.digit(c, 16) : -1;
    }

    private BigDecimal number() {
        int start = at;
        if (at < text.length() && text.charAt(at) == '-') {
            at++;
        }
        int whole = digits();
        boolean valid = whole == 1 || whole > 1 && text.charAt(at - whole) != '0';
        if (valid && at < text.length() && text.charAt(at) == '.') {
            at++;
            valid = digits() > 0;
        }
        if (valid && at < text.length() && (text.charAt(at) | 0x20) == 'e') {
            at++;
            if (at < text.length() && (text.charAt(at) == '+' || text.charAt(at) == '-')) {
                at++;
            }
            int exponent = digits();
            valid = exponent > 0 && exponent <= 9;
        }
        if (!valid || at - start > Json.NUMBER_CHARS_MAX) {
            at = start;
            throw error("expected a value");
        }
        BigDecimal number = new BigDecimal(text.substring(start, at));
        if (Math.abs(number.scale()) > Json.SCALE_MAX) {
            at = start;
            throw error("the number is beyond the range of this reader");
        }
        return number;
    }

    private int digits() {
        int start = at;
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
            at++;
        }
        return at - start;
    }

    private Object word(String word, Object value) {
        if (!text.startsWith(word, at)) {
            throw error("expected a value");
        }
        at += word.length();
        return value;
    }

    private void take(char c) {
        if (!taken(c)) {
            throw error("expected '" + c + "'");
        }
    }

    private boolean taken(char c) {
        space();
        if (at < text.length() && text.charAt(at) == c) {
            at++;
            return true;
        }
        return false;
    }

    private char peek() {
        if (at >= text.length()) {
            throw error("the text ends early");
        }
        return text.charAt(at);
    }

    private char next() {
        char c = peek();
        at++;
        return c;
    }

    private void space() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private JsonException error(String what) {
        return new JsonException("not valid JSON: " + what + " (char " + at + ")");
    }
}
