package dev.stoa.engine.template;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a template computes with, as parsed. */
sealed interface Expression {
    /** A string, number, truth value or none. */
    record Literal(Object value) implements Expression {}

    record Name(String name, int line) implements Expression {}

    record ListOf(List<Expression> elements) implements Expression {}

    /** Keys and values in turn. */
    record DictOf(List<Expression> keys, List<Expression> values) implements Expression {}

    record Attribute(Expression object, String name, int line) implements Expression {}

    record Subscript(Expression object, Expression key, int line) implements Expression {}

    record Slice(
            Expression object,
            @Nullable Expression start,
            @Nullable Expression stop,
            @Nullable Expression step,
            int line)
            implements Expression {}

    record Call(Expression callee, ArgumentList arguments, int line) implements Expression {}

    record Filter(Expression object, String name, ArgumentList arguments, int line) implements Expression {}

    record Test(Expression object, String name, ArgumentList arguments, int line) implements Expression {}

    record Not(Expression operand) implements Expression {}

    record Negative(Expression operand, int line) implements Expression {}

    record And(Expression left, Expression right) implements Expression {}

    record Or(Expression left, Expression right) implements Expression {}

    record Conditional(
            Expression condition, Expression then, @Nullable Expression otherwise) implements Expression {}

    /** One of {@code + - * / // % ** ~ == != < <= > >= in}. */
    record Binary(String operator, Expression left, Expression right, int line) implements Expression {}

    record ArgumentList(List<Expression> positional, Map<String, Expression> named) {
        static final ArgumentList NONE = new ArgumentList(List.of(), Map.of());
    }
}
