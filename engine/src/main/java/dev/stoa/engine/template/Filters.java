package dev.stoa.engine.template;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;

/**
 * What may stand behind {@code |}. Text: trim, upper, lower, title, capitalize, replace, indent, string, safe, length.
 * Lists: join, first, last, reverse, sort, unique, list, map, select, reject, selectattr, rejectattr, sum, min, max,
 * items, dictsort. Others: default, tojson, int, float, abs, round.
 */
final class Filters {
    private Filters() {}

    static Object apply(Object value, String name, Arguments arguments) {
        return switch (name) {
            case "trim", "upper", "lower", "title", "capitalize", "replace", "indent" -> ofText(value, name, arguments);
            case "string", "safe" -> Values.show(value);
            case "length", "count" -> length(value);
            case "default", "d" -> otherwise(value, arguments);
            case "tojson" -> json(value, arguments);
            case "int" -> integer(value, arguments);
            case "float" -> decimal(value);
            case "abs" -> value instanceof Double number ? Math.abs(number) : (Object) Math.abs(Values.whole(value));
            case "round" -> (double) Math.round(Values.decimal(value));
            case "items" -> items(value);
            case "dictsort" -> Methods.items(Methods.sorted(map(value)));
            default -> ofList(value, name, arguments);
        };
    }

    private static Object ofText(Object value, String name, Arguments arguments) {
        Text text = Values.show(value);
        return switch (name) {
            case "trim" -> Methods.call(text, "strip", arguments);
            case "indent" -> indent(text, arguments);
            default -> Methods.call(text, name, arguments);
        };
    }

    private static Text indent(Text text, Arguments arguments) {
        Object width = arguments.get(0, "width", 4L);
        Text margin = width instanceof Text given
                ? given
                : Text.trusted(" ".repeat((int) Math.clamp(Values.whole(width), 0, 1_000)));
        boolean first = Values.isTrue(arguments.get(1, "first", false));
        boolean blank = Values.isTrue(arguments.get(2, "blank", false));
        Text.Builder out = new Text.Builder();
        int from = 0;
        String value = text.toString();
        for (int line = 0; from <= value.length(); line++) {
            int end = value.indexOf('\n', from);
            int to = end < 0 ? value.length() : end + 1;
            boolean empty = from == (end < 0 ? to : end);
            if ((line > 0 || first) && (!empty || blank)) {
                out.append(margin);
            }
            out.append(text.substring(from, to));
            if (end < 0) {
                break;
            }
            from = to;
        }
        return out.build();
    }

    private static long length(Object value) {
        return switch (value) {
            case Map<?, ?> map -> map.size();
            default -> Values.length(value);
        };
    }

    private static Object otherwise(Object value, Arguments arguments) {
        boolean falseToo = Values.isTrue(arguments.get(1, "boolean", false));
        boolean missing = falseToo ? !Values.isTrue(value) : value instanceof Values.Undefined;
        return missing ? arguments.get(0, "default_value", Text.EMPTY) : value;
    }

    private static Text json(Object value, Arguments arguments) {
        Object indent = arguments.get(1, "indent", Values.NONE);
        boolean sort = Values.isTrue(arguments.named().getOrDefault("sort_keys", false));
        Object written = sort && value instanceof Map<?, ?> map ? Methods.sorted(map) : value;
        return JsonText.json(written, indent == Values.NONE ? -1 : (int) Math.clamp(Values.whole(indent), 0, 100));
    }

    private static Object integer(Object value, Arguments arguments) {
        if (value instanceof Double number) {
            return number.longValue();
        }
        if (value instanceof Text text) {
            try {
                return Long.parseLong(text.toString().strip());
            } catch (NumberFormatException e) {
                return arguments.get(0, "default", 0L); // what Jinja does: no error
            }
        }
        return Values.isNumber(value) ? (Object) Values.whole(value) : arguments.get(0, "default", 0L);
    }

    private static double decimal(Object value) {
        if (value instanceof Text text) {
            try {
                return Double.parseDouble(text.toString().strip());
            } catch (NumberFormatException e) {
                return 0; // what Jinja does: no error
            }
        }
        return Values.decimal(value);
    }

    private static Map<?, ?> map(Object value) {
        if (value instanceof Map<?, ?> map) {
            return map;
        }
        throw new TemplateException("expected a dictionary, found " + Values.kind(value));
    }

    private static List<Object> items(Object value) {
        return value instanceof Values.Undefined ? List.of() : Methods.items(map(value));
    }

    private static Object ofList(Object value, String name, Arguments arguments) {
        List<Object> list = Values.elements(value);
        return switch (name) {
            case "list" -> list;
            case "join" -> join(list, arguments);
            case "first" -> list.isEmpty() ? new Values.Undefined("first") : list.getFirst();
            case "last" -> list.isEmpty() ? new Values.Undefined("last") : list.getLast();
            case "reverse" -> reversed(value, list);
            case "sort" -> sorted(list, arguments);
            case "unique" -> unique(list);
            case "map" -> mapped(list, arguments);
            case "select" -> chosen(list, arguments, false, true);
            case "reject" -> chosen(list, arguments, false, false);
            case "selectattr" -> chosen(list, arguments, true, true);
            case "rejectattr" -> chosen(list, arguments, true, false);
            case "sum" -> sum(list);
            case "min", "max" -> extreme(list, name.equals("max"));
            default -> throw new TemplateException("there is no filter '" + name + "'");
        };
    }

    private static Text join(List<Object> list, Arguments arguments) {
        Object attribute = arguments.get(1, "attribute", Values.NONE);
        List<Object> parts = attribute == Values.NONE
                ? list
                : list.stream().map(each -> attribute(each, attribute)).toList();
        return Methods.join(parts, Values.show(arguments.get(0, "d", Text.EMPTY)));
    }

    private static Object reversed(Object value, List<Object> list) {
        List<Object> reversed = new ArrayList<>(list.reversed());
        return value instanceof Text ? Methods.join(reversed, Text.EMPTY) : reversed;
    }

    private static List<Object> sorted(List<Object> list, Arguments arguments) {
        Object attribute = arguments.named().getOrDefault("attribute", Values.NONE);
        Comparator<Object> order = (a, b) -> attribute == Values.NONE
                ? Values.compare(a, b)
                : Values.compare(attribute(a, attribute), attribute(b, attribute));
        List<Object> sorted = new ArrayList<>(list);
        boolean reverse = Values.isTrue(arguments.get(0, "reverse", false));
        sorted.sort(reverse ? Collections.reverseOrder(order) : order);
        return sorted;
    }

    private static List<Object> unique(List<Object> list) {
        return new ArrayList<>(new LinkedHashSet<>(list));
    }

    private static List<Object> mapped(List<Object> list, Arguments arguments) {
        Object attribute = arguments.named().get("attribute");
        if (attribute != null) {
            return new ArrayList<>(
                    list.stream().map(each -> attribute(each, attribute)).toList());
        }
        String filter = Values.text(arguments.required(0, "filter")).toString();
        Arguments rest = arguments.after(1);
        return new ArrayList<>(
                list.stream().map(each -> apply(each, filter, rest)).toList());
    }

    private static List<Object> chosen(List<Object> list, Arguments arguments, boolean byAttribute, boolean keep) {
        int testAt = byAttribute ? 1 : 0;
        List<Object> chosen = new ArrayList<>();
        for (Object each : list) {
            Object tested = byAttribute ? attribute(each, arguments.required(0, "attribute")) : each;
            boolean holds = arguments.positional().size() > testAt
                    ? Tests.holds(
                            tested,
                            Values.text(arguments.positional().get(testAt)).toString(),
                            arguments.after(testAt + 1))
                    : Values.isTrue(tested);
            if (holds == keep) {
                chosen.add(each);
            }
        }
        return chosen;
    }

    /** An attribute by its name, with dots for attributes of attributes. */
    private static Object attribute(Object object, Object name) {
        Object value = object;
        for (String part : Values.show(name).toString().split("\\.", -1)) {
            Object found = value instanceof Map<?, ?> map ? map.get(Text.trusted(part)) : null;
            value = found == null ? new Values.Undefined(part) : found;
        }
        return value;
    }

    private static Object sum(List<Object> list) {
        Object sum = 0L;
        for (Object each : list) {
            sum = sum instanceof Long && Values.isWhole(each)
                    ? (Object) (Values.whole(sum) + Values.whole(each))
                    : (Object) (Values.decimal(sum) + Values.decimal(each));
        }
        return sum;
    }

    private static Object extreme(List<Object> list, boolean max) {
        if (list.isEmpty()) {
            return new Values.Undefined(max ? "max" : "min");
        }
        return max ? Collections.max(list, Values::compare) : Collections.min(list, Values::compare);
    }
}
