package dev.stoa.engine.template;

import dev.stoa.engine.template.Values.Scope;
import dev.stoa.engine.template.Values.Undefined;
import java.time.Clock;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Computes expressions. Counts the steps of one rendering; used by one thread. */
final class Evaluator {
    /** Chars of a string, or elements of a list, that count as one step. */
    private static final int STEP_SIZE = 64;

    private final Interpreter interpreter;
    private final Clock clock;
    private int steps;
    private int depth;

    Evaluator(Interpreter interpreter, Clock clock) {
        this.interpreter = interpreter;
        this.clock = clock;
    }

    void step(int count) {
        steps += count;
        if (steps > TemplateLimits.STEPS_MAX) {
            throw new TemplateException("the chat template does not end within " + TemplateLimits.STEPS_MAX + " steps");
        }
    }

    Object evaluate(Expression expression, Scope scope) {
        if (++depth > TemplateLimits.EVALUATION_DEPTH_MAX) {
            throw new TemplateException(
                    "the chat template computes deeper than " + TemplateLimits.EVALUATION_DEPTH_MAX);
        }
        Object value = compute(expression, scope);
        step(1 + size(value) / STEP_SIZE);
        depth--;
        return value;
    }

    private static int size(Object value) {
        return switch (value) {
            case Text text -> text.length();
            case List<?> list -> list.size();
            default -> 0;
        };
    }

    boolean isTrue(Expression expression, Scope scope) {
        return Values.isTrue(evaluate(expression, scope));
    }

    private Object compute(Expression expression, Scope scope) {
        return switch (expression) {
            case Expression.Literal literal -> literal.value();
            case Expression.Name name -> {
                Object value = scope.find(name.name());
                yield value == null ? new Undefined(name.name()) : value;
            }
            case Expression.ListOf list -> evaluateAll(list.elements(), scope);
            case Expression.DictOf dict -> dict(dict, scope);
            case Expression.Attribute attribute -> at(attribute.line(), () -> attribute(attribute, scope));
            case Expression.Subscript subscript -> at(subscript.line(), () -> subscript(subscript, scope));
            case Expression.Slice slice -> at(slice.line(), () -> slice(slice, scope));
            case Expression.Call call -> at(call.line(), () -> call(call, scope));
            case Expression.Filter filter -> at(filter.line(), () -> filter(filter, scope));
            case Expression.Test test -> at(test.line(), () -> test(test, scope));
            case Expression.Not not -> !isTrue(not.operand(), scope);
            case Expression.Negative negative -> at(negative.line(), () -> negative(negative, scope));
            case Expression.And and -> {
                Object left = evaluate(and.left(), scope);
                yield Values.isTrue(left) ? evaluate(and.right(), scope) : left;
            }
            case Expression.Or or -> {
                Object left = evaluate(or.left(), scope);
                yield Values.isTrue(left) ? left : evaluate(or.right(), scope);
            }
            case Expression.Conditional conditional -> conditional(conditional, scope);
            case Expression.Binary binary -> at(binary.line(), () -> binary(binary, scope));
        };
    }

    /** Computes, and adds the line to an error that has none. */
    private static Object at(int line, Supplier<Object> computation) {
        try {
            return computation.get();
        } catch (TemplateException e) {
            throw Interpreter.withLine(e, line);
        }
    }

    private List<Object> evaluateAll(List<Expression> expressions, Scope scope) {
        List<Object> values = new ArrayList<>(expressions.size());
        for (Expression expression : expressions) {
            values.add(evaluate(expression, scope));
        }
        return values;
    }

    private Map<Object, Object> dict(Expression.DictOf dict, Scope scope) {
        Map<Object, Object> values = new LinkedHashMap<>();
        for (int i = 0; i < dict.keys().size(); i++) {
            values.put(
                    evaluate(dict.keys().get(i), scope), evaluate(dict.values().get(i), scope));
        }
        return values;
    }

    private Object conditional(Expression.Conditional conditional, Scope scope) {
        if (isTrue(conditional.condition(), scope)) {
            return evaluate(conditional.then(), scope);
        }
        Expression otherwise = conditional.otherwise();
        return otherwise == null ? Text.EMPTY : evaluate(otherwise, scope);
    }

    private Object attribute(Expression.Attribute attribute, Scope scope) {
        Object object = evaluate(attribute.object(), scope);
        String name = attribute.name();
        return switch (object) {
            case Map<?, ?> map -> orUndefined(map.get(Text.trusted(name)), name);
            case Values.Namespace namespace -> orUndefined(namespace.attributes.get(name), name);
            case Values.Loop loop -> loop.attribute(name);
            case Undefined undefined -> throw new TemplateException("'" + undefined.name() + "' is undefined");
            default -> new Undefined(name);
        };
    }

    private static Object orUndefined(@Nullable Object value, String name) {
        return value == null ? new Undefined(name) : value;
    }

    private Object subscript(Expression.Subscript subscript, Scope scope) {
        Object object = evaluate(subscript.object(), scope);
        Object key = evaluate(subscript.key(), scope);
        String name = Values.scalar(key);
        return switch (object) {
            case Map<?, ?> map -> orUndefined(map.get(key), Values.show(key).toString());
            case Values.Namespace namespace -> orUndefined(namespace.attributes.get(key.toString()), key.toString());
            case Values.Loop loop -> loop.attribute(key.toString());
            case Undefined undefined -> throw new TemplateException("'" + undefined.name() + "' is undefined");
            case List<?> _, Text _ -> Values.isWhole(key) ? element(object, Values.whole(key)) : new Undefined(name);
            default -> new Undefined(name);
        };
    }

    private static Object element(Object object, long index) {
        int length = Values.length(object);
        long at = index < 0 ? index + length : index;
        return at >= 0 && at < length ? element(object, (int) at) : new Undefined("element " + index);
    }

    private static Object element(Object listOrText, int at) {
        return listOrText instanceof Text text
                ? text.characters(at, at + 1)
                : Values.elements(listOrText).get(at);
    }

    private Object slice(Expression.Slice slice, Scope scope) {
        Object object = evaluate(slice.object(), scope);
        int length = Values.length(object);
        long step = bound(slice.step(), scope, 1);
        if (step == 0) {
            throw new TemplateException("a slice's step is 0");
        }
        long start = place(bound(slice.start(), scope, step > 0 ? 0 : Integer.MAX_VALUE), length, step);
        long stop =
                slice.stop() == null ? (step > 0 ? length : -1) : place(bound(slice.stop(), scope, 0), length, step);
        if (step == 1 && object instanceof Text text) {
            // Templates cut whole messages so, which may be longer than a list may be.
            return text.characters((int) start, (int) stop);
        }
        List<Object> elements = Values.elements(object);
        List<Object> chosen = new ArrayList<>();
        for (long i = start; step > 0 ? i < stop : i > stop; i += step) {
            chosen.add(elements.get((int) i));
        }
        step(chosen.size());
        return object instanceof Text ? Methods.join(chosen, Text.EMPTY) : chosen;
    }

    private long bound(@Nullable Expression expression, Scope scope, long otherwise) {
        Object value = expression == null ? Values.NONE : evaluate(expression, scope);
        return value == Values.NONE ? otherwise : Math.clamp(Values.whole(value), Integer.MIN_VALUE, Integer.MAX_VALUE);
    }

    /** Python's rule for a slice's ends: negative ones count from the end, and all are drawn into the list. */
    private static long place(long index, int length, long step) {
        long at = index < 0 ? index + length : index;
        return step > 0 ? Math.clamp(at, 0, length) : Math.clamp(at, -1, length - 1);
    }

    private Object filter(Expression.Filter filter, Scope scope) {
        Object object = evaluate(filter.object(), scope);
        return Filters.apply(object, filter.name(), arguments(filter.arguments(), scope));
    }

    private Object test(Expression.Test test, Scope scope) {
        Object object = evaluate(test.object(), scope);
        return Tests.holds(object, test.name(), arguments(test.arguments(), scope));
    }

    private Arguments arguments(Expression.ArgumentList list, Scope scope) {
        Map<String, Object> named = new LinkedHashMap<>();
        list.named().forEach((name, value) -> named.put(name, evaluate(value, scope)));
        return new Arguments(evaluateAll(list.positional(), scope), named);
    }

    private Object call(Expression.Call call, Scope scope) {
        Arguments arguments = arguments(call.arguments(), scope);
        if (call.callee() instanceof Expression.Attribute method) {
            Object object = evaluate(method.object(), scope);
            if (object instanceof Undefined undefined) {
                throw new TemplateException("'" + undefined.name() + "' is undefined");
            }
            if (object instanceof Values.Loop loop && method.name().equals("cycle")) {
                return cycled(loop, arguments.positional());
            }
            return Methods.call(object, method.name(), arguments);
        }
        if (evaluate(call.callee(), scope) instanceof Values.MacroValue macro) {
            return interpreter.call(macro, arguments);
        }
        return call.callee() instanceof Expression.Name name
                ? function(name.name(), arguments)
                : fail("only macros and functions can be called");
    }

    private static Object cycled(Values.Loop loop, List<Object> values) {
        return values.isEmpty() ? fail("loop.cycle needs an argument") : values.get(loop.index() % values.size());
    }

    private Object function(String name, Arguments arguments) {
        return switch (name) {
            case "raise_exception" ->
                throw Interpreter.refusal(
                        Values.show(arguments.required(0, "message")).toString());
            case "range" -> range(arguments);
            case "namespace" -> {
                Values.Namespace namespace = new Values.Namespace();
                namespace.attributes.putAll(arguments.named());
                yield namespace;
            }
            case "dict" -> {
                Map<Object, Object> dict = new LinkedHashMap<>();
                arguments.named().forEach((key, value) -> dict.put(Text.trusted(key), value));
                yield dict;
            }
            case "strftime_now" ->
                Text.trusted(DateFormat.format(
                        Values.text(arguments.required(0, "format")).toString(), ZonedDateTime.now(clock)));
            default -> fail("there is no function '" + name + "'");
        };
    }

    private static Object fail(String message) {
        throw new TemplateException(message);
    }

    private static List<Object> range(Arguments arguments) {
        int count = arguments.positional().size();
        long start = count > 1 ? Values.whole(arguments.positional().get(0)) : 0;
        long stop = Values.whole(arguments.required(count > 1 ? 1 : 0, "stop"));
        long step = Values.whole(arguments.get(2, "step", 1L));
        if (step == 0) {
            throw new TemplateException("range: the step is 0");
        }
        List<Object> numbers = new ArrayList<>();
        for (long i = start; step > 0 ? i < stop : i > stop; i += step) {
            if (numbers.size() == TemplateLimits.LIST_ELEMENTS_MAX) {
                throw new TemplateException("range: more than " + TemplateLimits.LIST_ELEMENTS_MAX + " numbers");
            }
            numbers.add(i);
        }
        return numbers;
    }

    private Object negative(Expression.Negative negative, Scope scope) {
        Object value = evaluate(negative.operand(), scope);
        return value instanceof Double number ? (Object) (-number) : (Object) (-Values.whole(value));
    }

    private Object binary(Expression.Binary binary, Scope scope) {
        Object left = evaluate(binary.left(), scope);
        Object right = evaluate(binary.right(), scope);
        return switch (binary.operator()) {
            case "==" -> Values.equal(left, right);
            case "!=" -> !Values.equal(left, right);
            case "<" -> Values.compare(left, right) < 0;
            case "<=" -> Values.compare(left, right) <= 0;
            case ">" -> Values.compare(left, right) > 0;
            case ">=" -> Values.compare(left, right) >= 0;
            case "in" -> Values.contains(right, left);
            case "~" -> joined(Values.show(left), Values.show(right));
            default -> Arithmetic.compute(binary.operator(), left, right);
        };
    }

    static Text joined(Text left, Text right) {
        return new Text.Builder().append(left).append(right).build();
    }
}
