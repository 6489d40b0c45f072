package dev.stoa.engine;

import dev.stoa.engine.json.Json;
import java.util.Map;

/**
 * A function that the model may call.
 *
 * @param name letters, digits, {@code _}, {@code -} and {@code .}; 1 to 128 chars
 * @param description what it is for, in words to the model; may be empty
 * @param parameters a JSON Schema of an object, as JSON text
 * @param strict whether the arguments of every call must match {@code parameters}, whatever the model would say
 */
public record Tool(String name, String description, String parameters, boolean strict) {
    private static final int NAME_CHARS_MAX = 128;

    /** @throws IllegalArgumentException naming the tool, if its name or its parameters' JSON is not valid */
    public Tool {
        boolean valid = !name.isEmpty() && name.length() <= NAME_CHARS_MAX;
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            valid &= c < 0x80 && Character.isLetterOrDigit(c) || c == '_' || c == '-' || c == '.';
        }
        if (!valid) {
            throw new IllegalArgumentException(
                    "a tool's name has 1 to " + NAME_CHARS_MAX + " letters, digits, '_', '-' and '.': '" + name + "'");
        }
        if (!(Json.parse(parameters) instanceof Map<?, ?>)) {
            throw new IllegalArgumentException("the parameters of the tool '" + name + "' are no JSON Schema object");
        }
    }
}
