package dev.stoa.engine.dialect;

import dev.stoa.engine.ChatPrompt;
import dev.stoa.engine.Constraint;
import dev.stoa.engine.Constraint.Choice;
import dev.stoa.engine.Constraint.JsonSchema;
import dev.stoa.engine.Constraint.Literal;
import dev.stoa.engine.Constraint.Repeat;
import dev.stoa.engine.Constraint.Sequence;
import dev.stoa.engine.Constraint.Until;
import dev.stoa.engine.Constraint.Without;
import dev.stoa.engine.Tool;
import dev.stoa.engine.ToolChoice;
import dev.stoa.engine.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The form of an answer in which a call is forced, or in which calls must match their tools' schemas.
 *
 * <p>A forced call begins where the prompt ends, see {@link ChatDialect#prepare}. Arguments of a tool that isn't strict
 * are any JSON object where the model may choose, and match the schema where the call is forced.
 */
final class CallGrammar {
    /** Calls in one answer. */
    private static final int CALLS_MAX = 64;

    private static final String ANY_OBJECT = "{\"type\":\"object\"}";

    private CallGrammar() {}

    static Optional<Constraint> of(Dialect dialect, ChatPrompt chat, List<Tool> tools) {
        return switch (chat.toolChoice()) {
            case ToolChoice.None _ -> Optional.empty();
            case ToolChoice.Any _ -> Optional.of(forced(dialect, tools, chat.parallelToolCalls()));
            case ToolChoice.Named(String name) ->
                Optional.of(forced(
                        dialect,
                        tools.stream().filter(tool -> tool.name().equals(name)).toList(),
                        false));
            case ToolChoice.Auto _ ->
                tools.stream().anyMatch(Tool::strict)
                        ? Optional.of(free(dialect, tools, chat.parallelToolCalls()))
                        : Optional.empty();
        };
    }

    /**
     * What becomes of a form for the words of an answer: it may be nothing but calls instead. An answer that must be calls
     * has no words.
     */
    static Constraint orCalls(Dialect dialect, ChatPrompt chat, List<Tool> tools, Constraint form) {
        if (tools.isEmpty()) {
            return form;
        }
        return chat.toolChoice() instanceof ToolChoice.Auto
                ? new Choice(List.of(form, onlyCalls(dialect, tools, chat.parallelToolCalls())))
                : of(dialect, chat, tools).orElse(form);
    }

    /** What becomes of a form for an answer that begins inside a thought: it holds for what follows that. */
    static Constraint afterThought(Constraint form) {
        return new Sequence(new Until(Dialect.THINK_CLOSE), new Constraint.Regex("\\s{0,4}"), form);
    }

    private static Constraint onlyCalls(Dialect dialect, List<Tool> tools, boolean parallel) {
        Constraint calls = calls(dialect, tools, false);
        int more = parallel ? CALLS_MAX - 1 : 0;
        return switch (dialect) {
            case HERMES, TOLD -> {
                Constraint call = new Sequence(
                        new Literal(dialect.open()),
                        new Literal(dialect.afterOpen()),
                        calls,
                        new Literal("\n" + dialect.close()));
                yield new Sequence(call, new Repeat(new Sequence(new Literal("\n"), call), 0, more));
            }
            case MISTRAL ->
                new Sequence(
                        new Literal(dialect.open()),
                        new Literal("["),
                        calls,
                        new Repeat(new Sequence(new Literal(", "), calls), 0, more),
                        new Literal("]"));
            case LLAMA3, BARE -> calls;
        };
    }

    private static Constraint forced(Dialect dialect, List<Tool> tools, boolean parallel) {
        Constraint call = calls(dialect, tools, true);
        int more = parallel ? CALLS_MAX - 1 : 0;
        return switch (dialect) {
            case HERMES, TOLD -> {
                String between = "\n" + dialect.close();
                String again = "\n" + dialect.open() + dialect.afterOpen();
                yield new Sequence(
                        call,
                        new Literal(between),
                        new Repeat(new Sequence(new Literal(again), call, new Literal(between)), 0, more));
            }
            case MISTRAL ->
                new Sequence(
                        new Literal("["),
                        call,
                        new Repeat(new Sequence(new Literal(", "), call), 0, more),
                        new Literal("]"));
            case LLAMA3, BARE -> call;
        };
    }

    /** Words, or words and calls that match their schemas. */
    private static Constraint free(Dialect dialect, List<Tool> tools, boolean parallel) {
        Constraint calls = calls(dialect, tools, false);
        return switch (dialect) {
            case HERMES, TOLD -> {
                Constraint call = new Sequence(
                        new Until(dialect.open()), new Literal("\n"), calls, new Literal("\n" + dialect.close()));
                yield new Sequence(new Repeat(call, 0, parallel ? CALLS_MAX : 1), new Without(dialect.open()));
            }
            case MISTRAL -> {
                Constraint more = new Repeat(new Sequence(new Literal(", "), calls), 0, parallel ? CALLS_MAX - 1 : 0);
                yield new Choice(List.of(
                        new Without(dialect.open()),
                        new Sequence(new Until(dialect.open()), new Literal("["), calls, more, new Literal("]"))));
            }
            // An answer that begins with a brace is a call, and no other is.
            case LLAMA3, BARE -> new Choice(List.of(calls, new Constraint.Regex("([^{\\s][\\s\\S]*)?")));
        };
    }

    private static Constraint calls(Dialect dialect, List<Tool> tools, boolean always) {
        List<Constraint> options = new ArrayList<>();
        for (Tool tool : tools) {
            StringBuilder head = new StringBuilder("{\"name\": ");
            Json.quote(tool.name(), head);
            head.append(", \"").append(dialect.argumentsKey()).append("\": ");
            String schema = always || tool.strict() ? tool.parameters() : ANY_OBJECT;
            options.add(new Sequence(new Literal(head.toString()), new JsonSchema(schema), new Literal("}")));
        }
        return options.size() == 1 ? options.getFirst() : new Choice(options);
    }
}
