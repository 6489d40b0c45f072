package dev.stoa.engine.template;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What template values are and how they behave, as in Python. A value is {@link Text}, Long, Double, Boolean, {@link
 * #NONE}, {@link Undefined}, a {@code List<Object>}, a {@code Map<Object, Object>}, {@link Namespace}, {@link Loop} or
 * {@link MacroValue}.
 */
final class Values {
    static final Object NONE = new Object() {
        @Override
        public String toString() {
            return "None";
        }
    };

    private Values() {}

    /** The value of a name, attribute or key that isn't there. */
    record Undefined(String name) {}

    /** What {@code namespace()} makes: the one thing that a loop's body can change for the outside. */
    static final class Namespace {
        final Map<String, Object> attributes = new LinkedHashMap<>();
    }

    /** The {@code loop} of a running loop. */
    record Loop(List<Object> elements, int index) {
        Object attribute(String name) {
            int length = elements.size();
            return switch (name) {
                case "index" -> index + 1L;
                case "index0" -> (long) index;
                case "revindex" -> (long) length - index;
                case "revindex0" -> length - index - 1L;
                case "first" -> index == 0;
                case "last" -> index == length - 1;
                case "length" -> (long) length;
                case "depth" -> 1L; // counts recursive loops only
                case "depth0" -> 0L;
                case "previtem" -> index > 0 ? elements.get(index - 1) : new Undefined("previtem");
                case "nextitem" -> index < length - 1 ? elements.get(index + 1) : new Undefined("nextitem");
                default -> new Undefined(name);
            };
        }
    }

    /** A macro with the scope it was made in. */
    record MacroValue(Statement.Macro macro, Scope scope) {}

    /** Names and what they stand for; a body sees the names around it, and sets its own. */
    record Scope(Map<String, Object> names, @Nullable Scope around) {
        static Scope inside(Scope around) {
            return new Scope(new LinkedHashMap<>(), around);
        }

        @Nullable Object find(String name) {
            for (Scope scope = this; scope != null; scope = scope.around) {
                Object value = scope.names.get(name);
                if (value != null) {
                    return value;
                }
            }
            return null;
        }
    }

    /** A Java value as a template value; every string in it is foreign or trusted as told. */
    static Object of(@Nullable Object value, boolean trusted) {
        return switch (value) {
            case null -> NONE;
            case Object none when none == NONE -> NONE;
            case Text text -> text;
            case CharSequence text -> trusted ? Text.trusted(text.toString()) : Text.foreign(text.toString());
            case Boolean truth -> truth;
            case Float number -> number.doubleValue();
            case Double number -> number;
            case Number number -> number.longValue();
            case List<?> list -> {
                List<Object> values = new ArrayList<>(list.size());
                list.forEach(element -> values.add(of(element, trusted)));
                yield values;
            }
            case Map<?, ?> map -> {
                Map<Object, Object> values = new LinkedHashMap<>();
                map.forEach((key, element) -> values.put(of(key, trusted), of(element, trusted)));
                yield values;
            }
            default ->
                throw new IllegalArgumentException(
                        "a template takes no " + value.getClass().getName());
        };
    }

    static boolean isTrue(Object value) {
        return switch (value) {
            case Boolean truth -> truth;
            case Text text -> !text.isEmpty();
            case Long number -> number != 0;
            case Double number -> number != 0;
            case List<?> list -> !list.isEmpty();
            case Map<?, ?> map -> !map.isEmpty();
            case Undefined _ -> false;
            default -> value != NONE;
        };
    }

    static boolean equal(Object a, Object b) {
        if (isNumber(a) && isNumber(b)) {
            return isWhole(a) && isWhole(b) ? whole(a) == whole(b) : decimal(a) == decimal(b);
        }
        if (a instanceof List<?> left && b instanceof List<?> right) {
            if (left.size() != right.size()) {
                return false;
            }
            for (int i = 0; i < left.size(); i++) {
                if (!equal(left.get(i), right.get(i))) {
                    return false;
                }
            }
            return true;
        }
        return a instanceof Undefined && b instanceof Undefined || a.equals(b);
    }

    static int compare(Object a, Object b) {
        if (isNumber(a) && isNumber(b)) {
            return isWhole(a) && isWhole(b) ? Long.compare(whole(a), whole(b)) : Double.compare(decimal(a), decimal(b));
        }
        if (a instanceof Text left && b instanceof Text right) {
            return left.compareTo(right);
        }
        throw new TemplateException("can't compare " + kind(a) + " and " + kind(b));
    }

    /** Whether it counts as a number; truth values do, as 1 and 0. */
    static boolean isNumber(Object value) {
        return value instanceof Long || value instanceof Double || value instanceof Boolean;
    }

    static boolean isWhole(Object value) {
        return value instanceof Long || value instanceof Boolean;
    }

    static long whole(Object value) {
        return switch (value) {
            case Long number -> number;
            case Boolean truth -> truth ? 1 : 0;
            default -> throw new TemplateException("expected a whole number, found " + kind(value));
        };
    }

    static double decimal(Object value) {
        return value instanceof Double number ? number : whole(value);
    }

    static Text text(Object value) {
        if (value instanceof Text text) {
            return text;
        }
        throw new TemplateException("expected a string, found " + kind(value));
    }

    /** What a loop runs over: elements, keys, or characters. */
    static List<Object> elements(Object value) {
        return switch (value) {
            case List<?> list -> new ArrayList<>(list);
            case Map<?, ?> map -> new ArrayList<>(map.keySet());
            case Undefined _ -> List.of();
            case Text text -> characters(text);
            default -> throw new TemplateException("can't go through " + kind(value));
        };
    }

    /** How many {@link #elements} it has, without making them. */
    static int length(Object value) {
        return switch (value) {
            case List<?> list -> list.size();
            case Text text -> text.characters();
            default -> elements(value).size();
        };
    }

    private static List<Object> characters(Text text) {
        List<Object> characters = new ArrayList<>();
        String value = text.toString();
        for (int at = 0; at < value.length(); ) {
            int end = at + Character.charCount(value.codePointAt(at));
            characters.add(text.substring(at, end));
            at = end;
        }
        return limited(characters);
    }

    static List<Object> limited(List<Object> list) {
        if (list.size() > TemplateLimits.LIST_ELEMENTS_MAX) {
            throw new TemplateException("a list has more than " + TemplateLimits.LIST_ELEMENTS_MAX + " elements");
        }
        return list;
    }

    static boolean contains(Object container, Object element) {
        return switch (container) {
            case Text text -> text.toString().contains(text(element).toString());
            case Map<?, ?> map -> map.containsKey(element);
            case List<?> list -> list.stream().anyMatch(each -> equal(each, element));
            case Undefined _ -> false;
            default -> throw new TemplateException("nothing is in " + kind(container));
        };
    }

    /** As {@code str(value)} in Python; an undefined value is empty. */
    static Text show(Object value) {
        return switch (value) {
            case Text text -> text;
            case Undefined _ -> Text.EMPTY;
            case List<?> _, Map<?, ?> _ -> JsonText.pythonForm(value);
            default -> Text.trusted(scalar(value));
        };
    }

    static String scalar(Object value) {
        return switch (value) {
            case Boolean truth -> truth ? "True" : "False";
            case Long number -> number.toString();
            case Double number -> number.toString();
            case Undefined _ -> "Undefined";
            default -> value == NONE ? "None" : "<" + kind(value) + ">";
        };
    }

    static String kind(Object value) {
        return switch (value) {
            case Text _ -> "a string";
            case Long _, Double _ -> "a number";
            case Boolean _ -> "a truth value";
            case List<?> _ -> "a list";
            case Map<?, ?> _ -> "a dictionary";
            case Undefined undefined -> "'" + undefined.name() + "', which is undefined";
            case Namespace _ -> "a namespace";
            case Loop _ -> "a loop";
            case MacroValue macro -> "the macro " + macro.macro().name();
            default -> value == NONE ? "none" : "a value";
        };
    }
}
