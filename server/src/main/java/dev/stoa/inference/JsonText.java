package dev.stoa.inference;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** JSON as people would read it. */
public final class JsonText {
    private static final int HEX_DIGITS = 4;
    private static final int HEX = 16;

    /** As Anthropic's documentation names it where a model is to see again what it wrote. */
    private static final String NO_JSON = "INVALID_JSON";

    private static final JsonMapper JSON = new JsonMapper();

    private JsonText() {}

    /**
     * What a model has written as the arguments of a call, as an object: nothing at all has no names, and what is no
     * object stands in one as text, as templates and servers take nothing else.
     */
    public static ObjectNode object(String arguments) {
        if (arguments.isBlank()) {
            return JSON.createObjectNode();
        }
        try {
            if (JSON.readTree(arguments) instanceof ObjectNode object) {
                return object;
            }
        } catch (JacksonException _) {
            // It is told as it stands.
        }
        return JSON.createObjectNode().put(NO_JSON, arguments);
    }

    /**
     * The text with the escapes of its strings resolved, so that nothing hides behind them from who looks for words. The
     * result is no JSON any more. Takes JSON that is cut off, too: what isn't a whole escape stands as it is.
     */
    public static String unescaped(String json) {
        int slash = json.indexOf('\\');
        if (slash < 0) {
            return json;
        }
        StringBuilder text = new StringBuilder(json.length()).append(json, 0, slash);
        int at = slash;
        while (at < json.length()) {
            char c = json.charAt(at++);
            if (c != '\\' || at == json.length()) {
                text.append(c);
                continue;
            }
            char kind = json.charAt(at++);
            switch (kind) {
                case 'n' -> text.append('\n');
                case 't' -> text.append('\t');
                case 'r' -> text.append('\r');
                case 'b' -> text.append('\b');
                case 'f' -> text.append('\f');
                case 'u' -> {
                    int code = hex(json, at);
                    if (code >= 0) {
                        text.append((char) code);
                        at += HEX_DIGITS;
                    } else {
                        text.append("\\u");
                    }
                }
                default -> text.append(kind);
            }
        }
        return text.toString();
    }

    private static int hex(String json, int from) {
        if (json.length() < from + HEX_DIGITS) {
            return -1;
        }
        int code = 0;
        for (int i = from; i < from + HEX_DIGITS; i++) {
            int digit = Character.digit(json.charAt(i), HEX);
            if (digit < 0) {
                return -1;
            }
            code = code * HEX + digit;
        }
        return code;
    }
}
