package dev.stoa.engine.template;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a template does, as parsed. */
sealed interface Statement {
    record Data(Text text) implements Statement {}

    record Output(Expression expression, int line) implements Statement {}

    /** The first branch whose condition holds runs; the last one's may be the literal true. */
    record If(List<Branch> branches) implements Statement {}

    record Branch(Expression condition, List<Statement> body) {}

    record For(
            List<String> targets,
            Expression elements,
            @Nullable Expression condition,
            List<Statement> body,
            List<Statement> otherwise,
            int line)
            implements Statement {}

    record SetNames(List<String> names, Expression value, int line) implements Statement {}

    record SetAttribute(String object, String attribute, Expression value, int line) implements Statement {}

    record SetBlock(String name, List<Statement> body) implements Statement {}

    record Macro(String name, List<Parameter> parameters, List<Statement> body) implements Statement {}

    record Parameter(String name, @Nullable Expression otherwise) {}

    /** A block that changes nothing, such as {@code generation}. */
    record Block(List<Statement> body) implements Statement {}

    record Break() implements Statement {}

    record Continue() implements Statement {}
}
