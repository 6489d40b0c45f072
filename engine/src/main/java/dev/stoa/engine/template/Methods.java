package dev.stoa.engine.template;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The methods of values, as in Python. Strings: strip, lstrip, rstrip, split, rsplit, splitlines, startswith, endswith,
 * removeprefix, removesuffix, replace, upper, lower, title, capitalize, join, find, rfind, count, isdigit, isalpha,
 * isalnum, isspace. Dictionaries: items, keys, values, get. Lists: index, count.
 */
final class Methods {
    private Methods() {}

    static Object call(Object object, String name, Arguments arguments) {
        Object result = switch (object) {
            case Text text -> ofText(text, name, arguments);
            case Map<?, ?> map -> ofMap(map, name, arguments);
            case List<?> list -> ofList(list, name, arguments);
            default -> null;
        };
        if (result == null) {
            throw new TemplateException(Values.kind(object) + " has no method '" + name + "'");
        }
        return result;
    }

    private static @Nullable Object ofMap(Map<?, ?> map, String name, Arguments arguments) {
        return switch (name) {
            case "items" -> items(map);
            case "keys" -> new ArrayList<Object>(map.keySet());
            case "values" -> new ArrayList<Object>(map.values());
            case "get" -> {
                Object value = map.get(arguments.required(0, "key"));
                yield value == null ? arguments.get(1, "default", Values.NONE) : value;
            }
            default -> null;
        };
    }

    static List<Object> items(Map<?, ?> map) {
        List<Object> items = new ArrayList<>(map.size());
        map.forEach((key, value) -> items.add(List.<Object>of(key, value)));
        return items;
    }

    private static @Nullable Object ofList(List<?> list, String name, Arguments arguments) {
        Object wanted = arguments.get(0, "value", Values.NONE);
        return switch (name) {
            case "count" ->
                list.stream().filter(each -> Values.equal(each, wanted)).count();
            case "index" -> {
                for (int i = 0; i < list.size(); i++) {
                    if (Values.equal(list.get(i), wanted)) {
                        yield (long) i;
                    }
                }
                throw new TemplateException("index: the value is not in the list");
            }
            default -> null;
        };
    }

    private static @Nullable Object ofText(Text text, String name, Arguments arguments) {
        String value = text.toString();
        return switch (name) {
            case "strip" -> text.strip(chars(arguments), true, true);
            case "lstrip" -> text.strip(chars(arguments), true, false);
            case "rstrip" -> text.strip(chars(arguments), false, true);
            case "split" -> split(text, arguments, false);
            case "rsplit" -> split(text, arguments, true);
            case "splitlines" -> lines(text);
            case "startswith" -> anyOf(arguments, value::startsWith);
            case "endswith" -> anyOf(arguments, value::endsWith);
            case "removeprefix" -> {
                String prefix = string(arguments, 0);
                yield value.startsWith(prefix) ? text.substring(prefix.length(), value.length()) : text;
            }
            case "removesuffix" -> {
                String suffix = string(arguments, 0);
                yield value.endsWith(suffix) ? text.substring(0, value.length() - suffix.length()) : text;
            }
            case "replace" ->
                replace(
                        text,
                        string(arguments, 0),
                        Values.text(arguments.required(1, "new")),
                        Values.whole(arguments.get(2, "count", -1L)));
            case "upper" -> changed(text, value.toUpperCase(Locale.ROOT));
            case "lower" -> changed(text, value.toLowerCase(Locale.ROOT));
            case "title" -> changed(text, title(value));
            case "capitalize" -> changed(text, capitalize(value));
            case "join" -> join(Values.elements(arguments.required(0, "iterable")), text);
            case "find" -> (long) value.indexOf(string(arguments, 0));
            case "rfind" -> (long) value.lastIndexOf(string(arguments, 0));
            case "count" -> (long) occurrences(value, string(arguments, 0));
            case "isdigit" -> !value.isEmpty() && value.chars().allMatch(Character::isDigit);
            case "isalpha" -> !value.isEmpty() && value.chars().allMatch(Character::isLetter);
            case "isalnum" -> !value.isEmpty() && value.chars().allMatch(Character::isLetterOrDigit);
            case "isspace" -> !value.isEmpty() && value.chars().allMatch(c -> Text.isSpace((char) c));
            default -> null;
        };
    }

    private static String chars(Arguments arguments) {
        Object chars = arguments.get(0, "chars", Values.NONE);
        return chars == Values.NONE ? "" : Values.text(chars).toString();
    }

    private static String string(Arguments arguments, int index) {
        return Values.text(arguments.required(index, "argument " + (index + 1))).toString();
    }

    private static boolean anyOf(Arguments arguments, Predicate<String> holds) {
        Object wanted = arguments.required(0, "prefix or suffix");
        List<Object> all = wanted instanceof Text ? List.of(wanted) : Values.elements(wanted);
        return all.stream().anyMatch(each -> holds.test(Values.text(each).toString()));
    }

    private static int occurrences(String value, String part) {
        int count = 0;
        for (int at = value.indexOf(part); at >= 0 && !part.isEmpty(); at = value.indexOf(part, at + part.length())) {
            count++;
        }
        return count;
    }

    /** A text with the case of its chars changed: places stay if lengths do. */
    static Text changed(Text text, String value) {
        if (!text.isForeign()) {
            return Text.trusted(value);
        }
        if (value.length() != text.length()) {
            return Text.foreign(value);
        }
        Text.Builder out = new Text.Builder();
        int from = 0;
        while (from < value.length()) {
            int to = from + 1;
            boolean trusted = text.isTrusted(from, to);
            while (to < value.length() && text.isTrusted(to, to + 1) == trusted) {
                to++;
            }
            out.append(Text.madeFrom(value.substring(from, to), !trusted));
            from = to;
        }
        return out.build();
    }

    static String capitalize(String value) {
        return value.isEmpty()
                ? value
                : value.substring(0, 1).toUpperCase(Locale.ROOT)
                        + value.substring(1).toLowerCase(Locale.ROOT);
    }

    static String title(String value) {
        StringBuilder out = new StringBuilder(value.toLowerCase(Locale.ROOT));
        for (int i = 0; i < out.length(); i++) {
            if (i == 0 || !Character.isLetter(out.charAt(i - 1))) {
                out.setCharAt(i, Character.toUpperCase(out.charAt(i)));
            }
        }
        return out.toString();
    }

    static Text join(List<Object> parts, Text separator) {
        Text.Builder out = new Text.Builder();
        for (int i = 0; i < parts.size(); i++) {
            if (i > 0) {
                out.append(separator);
            }
            out.append(Values.show(parts.get(i)));
        }
        return out.build();
    }

    /** @param count how many to replace, from the left; negative for all */
    static Text replace(Text text, String old, Text replacement, long count) {
        String value = text.toString();
        if (old.isEmpty()) {
            throw new TemplateException("replace: the text to replace is empty");
        }
        Text.Builder out = new Text.Builder();
        int from = 0;
        long left = count;
        for (int at = value.indexOf(old); at >= 0 && left != 0; at = value.indexOf(old, from)) {
            out.append(text.substring(from, at)).append(replacement);
            from = at + old.length();
            left--;
        }
        return out.append(text.substring(from, value.length())).build();
    }

    private static List<Object> split(Text text, Arguments arguments, boolean fromRight) {
        Object separator = arguments.get(0, "sep", Values.NONE);
        long max = Values.whole(arguments.get(1, "maxsplit", -1L));
        if (separator == Values.NONE) {
            if (max >= 0) {
                throw new TemplateException("split at white space takes no limit here");
            }
            return words(text);
        }
        String part = Values.text(separator).toString();
        if (part.isEmpty()) {
            throw new TemplateException("split: the separator is empty");
        }
        return fromRight ? splitRight(text, part, max) : splitLeft(text, part, max);
    }

    private static List<Object> splitLeft(Text text, String part, long max) {
        String value = text.toString();
        List<Object> parts = new ArrayList<>();
        int from = 0;
        for (int at = value.indexOf(part); at >= 0 && (max < 0 || parts.size() < max); at = value.indexOf(part, from)) {
            parts.add(text.substring(from, at));
            from = at + part.length();
        }
        parts.add(text.substring(from, value.length()));
        return Values.limited(parts);
    }

    private static List<Object> splitRight(Text text, String part, long max) {
        String value = text.toString();
        List<Object> parts = new ArrayList<>();
        int to = value.length();
        while (max < 0 || parts.size() < max) {
            int at = to < part.length() ? -1 : value.lastIndexOf(part, to - part.length());
            if (at < 0) {
                break;
            }
            parts.add(text.substring(at + part.length(), to));
            to = at;
        }
        parts.add(text.substring(0, to));
        return Values.limited(parts).reversed();
    }

    private static List<Object> words(Text text) {
        String value = text.toString();
        List<Object> words = new ArrayList<>();
        int from = 0;
        while (from < value.length()) {
            int to = from;
            while (to < value.length() && !Text.isSpace(value.charAt(to))) {
                to++;
            }
            if (to > from) {
                words.add(text.substring(from, to));
            }
            from = to + 1;
        }
        return Values.limited(words);
    }

    private static List<Object> lines(Text text) {
        List<Object> lines = splitLeft(text, "\n", -1);
        if (((Text) lines.getLast()).isEmpty()) {
            lines.removeLast();
        }
        return lines;
    }

    /** A copy with keys in order, for {@code dictsort} and {@code tojson(sort_keys=true)}. */
    static Map<Object, Object> sorted(Map<?, ?> map) {
        Map<Object, Object> sorted = new LinkedHashMap<>();
        map.entrySet().stream()
                .sorted((a, b) -> Values.compare(a.getKey(), b.getKey()))
                .forEach(entry -> sorted.put(entry.getKey(), entry.getValue()));
        return sorted;
    }
}
