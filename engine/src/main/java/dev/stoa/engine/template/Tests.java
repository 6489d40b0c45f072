package dev.stoa.engine.template;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What may stand behind {@code is}: defined, undefined, none, boolean, true, false, string, number, integer, float,
 * mapping, sequence, iterable, callable, equalto, eq, ne, lt, le, gt, ge, in, odd, even, divisibleby, lower, upper,
 * sameas.
 */
final class Tests {
    private Tests() {}

    static boolean holds(Object value, String name, Arguments arguments) {
        return switch (name) {
            case "defined" -> !(value instanceof Values.Undefined);
            case "undefined" -> value instanceof Values.Undefined;
            case "none" -> value == Values.NONE;
            case "boolean" -> value instanceof Boolean;
            case "true" -> value.equals(true);
            case "false" -> value.equals(false);
            case "string" -> value instanceof Text;
            case "number" -> Values.isNumber(value);
            case "integer" -> value instanceof Long;
            case "float" -> value instanceof Double;
            case "mapping" -> value instanceof Map;
            case "sequence", "iterable" -> value instanceof List || value instanceof Map || value instanceof Text;
            case "callable" -> value instanceof Values.MacroValue;
            case "odd" -> Values.whole(value) % 2 != 0;
            case "even" -> Values.whole(value) % 2 == 0;
            case "lower" -> value.toString().equals(value.toString().toLowerCase(Locale.ROOT));
            case "upper" -> value.toString().equals(value.toString().toUpperCase(Locale.ROOT));
            default -> comparison(value, name, arguments);
        };
    }

    private static boolean comparison(Object value, String name, Arguments arguments) {
        if (arguments.positional().isEmpty()) {
            throw new TemplateException("there is no test '" + name + "', or it needs an argument");
        }
        Object other = arguments.positional().getFirst();
        return switch (name) {
            case "equalto", "eq", "==", "sameas" -> Values.equal(value, other);
            case "ne", "!=" -> !Values.equal(value, other);
            case "lt", "lessthan", "<" -> Values.compare(value, other) < 0;
            case "le", "<=" -> Values.compare(value, other) <= 0;
            case "gt", "greaterthan", ">" -> Values.compare(value, other) > 0;
            case "ge", ">=" -> Values.compare(value, other) >= 0;
            case "in" -> Values.contains(other, value);
            case "divisibleby" -> Values.equal(Arithmetic.compute("%", value, other), 0L);
            default -> throw new TemplateException("there is no test '" + name + "'");
        };
    }
}
