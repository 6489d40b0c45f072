package dev.stoa.engine.json;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;

/** Reads and writes JSON. Stateless. */
public final class Json {
    /** Chars of a text; a schema or a tool call is a thousandth of it. */
    public static final int CHARS_MAX = 4 << 20;

    /** Arrays and objects inside one another, so that reading can't exhaust the stack. */
    public static final int NESTING_MAX = 200;

    /** Digits of a number's exponent in effect: 10^1000 is beyond every double, and a huge scale takes forever to add. */
    static final int SCALE_MAX = 1000;

    /** Chars of a number. */
    static final int NUMBER_CHARS_MAX = 1100;

    /** JSON's null. */
    public static final Object NULL = new Object() {
        @Override
        public String toString() {
            return "null";
        }
    };

    private Json() {}

    /**
     * The value of a text.
     *
     * @throws JsonException if it is no JSON, names a member twice, or is beyond a limit
     */
    public static Object parse(String text) {
        return new JsonReader(text).parse();
    }

    /** A value on one line, without spaces. Numbers keep their digits. */
    public static String write(Object value) {
        StringBuilder out = new StringBuilder();
        write(value, out);
        return out.toString();
    }

    private static void write(Object value, StringBuilder out) {
        switch (value) {
            case String text -> quote(text, out);
            case BigDecimal number -> out.append(number(number));
            case Map<?, ?> map -> {
                out.append('{');
                String separator = "";
                for (Map.Entry<?, ?> entry : map.entrySet()) {
                    out.append(separator);
                    quote((String) entry.getKey(), out);
                    out.append(':');
                    write(entry.getValue(), out);
                    separator = ",";
                }
                out.append('}');
            }
            case List<?> list -> {
                out.append('[');
                String separator = "";
                for (Object element : list) {
                    out.append(separator);
                    write(element, out);
                    separator = ",";
                }
                out.append(']');
            }
            default -> out.append(value); // a truth value or null
        }
    }

    private static String number(BigDecimal number) {
        return Math.abs(number.scale()) <= 20 ? number.toPlainString() : number.toString();
    }

    /** Appends a string in quotes, with the shortest escapes and those only that JSON demands. */
    public static void quote(String text, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            appendChar(text.charAt(i), out);
        }
        out.append('"');
    }

    /** Appends one char as it stands inside a string. */
    public static void appendChar(char c, StringBuilder out) {
        switch (c) {
            case '"' -> out.append("\\\"");
            case '\\' -> out.append("\\\\");
            case '\n' -> out.append("\\n");
            case '\r' -> out.append("\\r");
            case '\t' -> out.append("\\t");
            case '\b' -> out.append("\\b");
            case '\f' -> out.append("\\f");
            default -> {
                if (c < ' ') {
                    out.append(String.format("\\u%04x", (int) c));
                } else {
                    out.append(c);
                }
            }
        }
    }
}
