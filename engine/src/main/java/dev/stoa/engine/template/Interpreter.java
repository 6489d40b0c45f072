package dev.stoa.engine.template;

import dev.stoa.engine.template.Values.Scope;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Runs the statements of a template once. Used by one thread for one rendering. */
final class Interpreter {
    private final Evaluator evaluator;
    private Text.Builder out = new Text.Builder();
    private int callDepth;

    private Interpreter(Clock clock) {
        this.evaluator = new Evaluator(this, clock);
    }

    /** How a statement ends. */
    private enum Flow {
        NEXT,
        BREAK,
        CONTINUE
    }

    static Text run(List<Statement> template, Map<String, Object> variables, Clock clock) {
        Interpreter interpreter = new Interpreter(clock);
        interpreter.run(template, new Scope(new LinkedHashMap<>(variables), null));
        return interpreter.out.build();
    }

    private Flow run(List<Statement> statements, Scope scope) {
        for (Statement statement : statements) {
            evaluator.step(1);
            Flow flow = run(statement, scope);
            if (flow != Flow.NEXT) {
                return flow;
            }
        }
        return Flow.NEXT;
    }

    private Flow run(Statement statement, Scope scope) {
        switch (statement) {
            case Statement.Data data -> out.append(data.text());
            case Statement.Output output -> out.append(Values.show(evaluator.evaluate(output.expression(), scope)));
            case Statement.If choice -> {
                return choose(choice, scope);
            }
            case Statement.For loop -> loop(loop, scope);
            case Statement.SetNames set -> {
                Object value = evaluator.evaluate(set.value(), scope);
                assign(set.names(), value, scope, set.line());
            }
            case Statement.SetAttribute set -> setAttribute(set, scope);
            case Statement.SetBlock set -> scope.names().put(set.name(), written(set.body(), scope));
            case Statement.Macro macro -> scope.names().put(macro.name(), new Values.MacroValue(macro, scope));
            case Statement.Block block -> {
                return run(block.body(), scope);
            }
            case Statement.Break _ -> {
                return Flow.BREAK;
            }
            case Statement.Continue _ -> {
                return Flow.CONTINUE;
            }
        }
        return Flow.NEXT;
    }

    private Flow choose(Statement.If choice, Scope scope) {
        for (Statement.Branch branch : choice.branches()) {
            if (evaluator.isTrue(branch.condition(), scope)) {
                return run(branch.body(), scope);
            }
        }
        return Flow.NEXT;
    }

    private void loop(Statement.For loop, Scope scope) {
        List<Object> elements = chosen(loop, scope);
        if (elements.isEmpty()) {
            run(loop.otherwise(), scope);
            return;
        }
        for (int i = 0; i < elements.size(); i++) {
            evaluator.step(1);
            Scope body = Scope.inside(scope);
            body.names().put("loop", new Values.Loop(elements, i));
            assign(loop.targets(), elements.get(i), body, loop.line());
            if (run(loop.body(), body) == Flow.BREAK) {
                break;
            }
        }
    }

    /** The elements that a loop runs over: its condition is asked first, so that {@code loop.index} counts these only. */
    private List<Object> chosen(Statement.For loop, Scope scope) {
        List<Object> all = elements(evaluator.evaluate(loop.elements(), scope), loop.line());
        Expression condition = loop.condition();
        if (condition == null) {
            return all;
        }
        List<Object> chosen = new ArrayList<>();
        for (Object element : all) {
            evaluator.step(1);
            Scope inner = Scope.inside(scope);
            assign(loop.targets(), element, inner, loop.line());
            if (evaluator.isTrue(condition, inner)) {
                chosen.add(element);
            }
        }
        return chosen;
    }

    private static List<Object> elements(Object value, int line) {
        try {
            return Values.elements(value);
        } catch (TemplateException e) {
            throw withLine(e, line);
        }
    }

    private static void assign(List<String> names, Object value, Scope scope, int line) {
        if (names.size() == 1) {
            scope.names().put(names.getFirst(), value);
            return;
        }
        List<Object> parts = elements(value, line);
        if (parts.size() != names.size()) {
            throw withLine(new TemplateException("expected " + names.size() + " values, found " + parts.size()), line);
        }
        for (int i = 0; i < names.size(); i++) {
            scope.names().put(names.get(i), parts.get(i));
        }
    }

    private void setAttribute(Statement.SetAttribute set, Scope scope) {
        Object value = evaluator.evaluate(set.value(), scope);
        if (!(scope.find(set.object()) instanceof Values.Namespace namespace)) {
            throw withLine(new TemplateException("'" + set.object() + "' is not a namespace"), set.line());
        }
        namespace.attributes.put(set.attribute(), value);
    }

    /** What the statements write, instead of writing it. */
    private Text written(List<Statement> statements, Scope scope) {
        Text.Builder outer = out;
        out = new Text.Builder();
        run(statements, Scope.inside(scope));
        Text text = out.build();
        out = outer;
        return text;
    }

    Text call(Values.MacroValue called, Arguments arguments) {
        if (++callDepth > TemplateLimits.CALL_DEPTH_MAX) {
            throw new TemplateException("macros call each other deeper than " + TemplateLimits.CALL_DEPTH_MAX);
        }
        Scope scope = Scope.inside(called.scope());
        List<Statement.Parameter> parameters = called.macro().parameters();
        for (int i = 0; i < parameters.size(); i++) {
            Statement.Parameter parameter = parameters.get(i);
            Expression otherwise = parameter.otherwise();
            Object value = arguments.has(i, parameter.name()) || otherwise == null
                    ? arguments.get(i, parameter.name(), new Values.Undefined(parameter.name()))
                    : evaluator.evaluate(otherwise, scope);
            scope.names().put(parameter.name(), value);
        }
        Text text = written(called.macro().body(), scope);
        callDepth--;
        return text;
    }

    /** What {@code raise_exception} throws: the template's own words and nothing else. */
    static TemplateException refusal(String message) {
        return new TemplateException(message, true);
    }

    static TemplateException withLine(TemplateException e, int line) {
        return e.isComplete() ? e : new TemplateException("chat template, line " + line + ": " + e.getMessage(), true);
    }
}
