package dev.stoa.engine.template;

import java.util.List;
import java.util.Map;

/**
 * Writes values as Python's {@code json.dumps(…, ensure_ascii=False)} and {@code repr} do. A string from a message stays
 * foreign inside the result.
 */
final class JsonText {
    private final Text.Builder out = new Text.Builder();
    private final boolean python;
    /** Spaces a level; negative for everything on one line. */
    private final int indent;

    private JsonText(boolean python, int indent) {
        this.python = python;
        this.indent = indent;
    }

    static Text json(Object value, int indent) {
        JsonText writer = new JsonText(false, indent);
        writer.write(value, 0);
        return writer.out.build();
    }

    static Text pythonForm(Object value) {
        JsonText writer = new JsonText(true, -1);
        writer.write(value, 0);
        return writer.out.build();
    }

    private void write(Object value, int depth) {
        if (depth > TemplateLimits.NESTING_MAX) {
            throw new TemplateException("a value is nested deeper than " + TemplateLimits.NESTING_MAX);
        }
        switch (value) {
            case Text text -> quoted(text);
            case List<?> list -> list(list, depth);
            case Map<?, ?> map -> map(map, depth);
            default -> put(python ? Values.scalar(value) : scalar(value));
        }
    }

    private static String scalar(Object value) {
        if (value == Values.NONE) {
            return "null";
        }
        if (value instanceof Boolean || value instanceof Long || value instanceof Double) {
            return value.toString();
        }
        throw new TemplateException("tojson can't write " + Values.kind(value));
    }

    private void list(List<?> list, int depth) {
        put("[");
        boolean first = true;
        for (Object element : list) {
            separate(first, depth + 1);
            first = false;
            write(element, depth + 1);
        }
        close("]", first, depth);
    }

    private void map(Map<?, ?> map, int depth) {
        put("{");
        boolean first = true;
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            separate(first, depth + 1);
            first = false;
            Object key = entry.getKey();
            write(python ? key : Values.show(key), depth + 1);
            put(": ");
            write(entry.getValue(), depth + 1);
        }
        close("}", first, depth);
    }

    private void separate(boolean first, int depth) {
        if (!first) {
            put(indent < 0 ? ", " : ",");
        }
        line(depth);
    }

    private void close(String bracket, boolean empty, int depth) {
        if (!empty) {
            line(depth);
        }
        put(bracket);
    }

    private void line(int depth) {
        if (indent >= 0) {
            put("\n" + " ".repeat(indent * depth));
        }
    }

    private void quoted(Text text) {
        String value = text.toString();
        String quote = python ? value.indexOf('\'') >= 0 && value.indexOf('"') < 0 ? "\"" : "'" : "\"";
        put(quote);
        int plain = 0;
        for (int i = 0; i < value.length(); i++) {
            String escaped = escape(value.charAt(i), quote);
            if (!escaped.isEmpty()) {
                out.append(text.substring(plain, i)).append(Text.madeFrom(escaped, !text.isTrusted(i, i + 1)));
                plain = i + 1;
            }
        }
        out.append(text.substring(plain, value.length()));
        put(quote);
    }

    /** How a char is written where it can't stand for itself; empty if it can. */
    private String escape(char c, String quote) {
        if (c == quote.charAt(0) || c == '\\') {
            return "\\" + c;
        }
        if (c >= ' ' && c != 0x7f) {
            return "";
        }
        return switch (c) {
            case '\n' -> "\\n";
            case '\r' -> "\\r";
            case '\t' -> "\\t";
            case '\b' -> python ? "\\x08" : "\\b";
            case '\f' -> python ? "\\x0c" : "\\f";
            default -> python ? String.format("\\x%02x", (int) c) : c == 0x7f ? "" : String.format("\\u%04x", (int) c);
        };
    }

    private void put(String text) {
        out.append(Text.trusted(text));
    }
}
