package dev.stoa.engine.template;

import dev.stoa.engine.template.Expression.ArgumentList;
import dev.stoa.engine.template.Lexer.Kind;
import dev.stoa.engine.template.Lexer.Token;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Parses expressions by recursive descent; one method a level of binding, the loosest first. */
final class ExpressionParser {
    private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");
    /** Names that go on with the expression around a test, so can't be its argument. */
    private static final Set<String> NOT_ARGUMENTS = Set.of("and", "or", "else", "if", "is", "in", "not");

    private final TokenReader in;

    ExpressionParser(TokenReader in) {
        this.in = in;
    }

    /** An expression, or several with commas, which make a list. */
    Expression tuple() {
        Expression first = expression();
        if (!in.peek().is(",")) {
            return first;
        }
        List<Expression> elements = new ArrayList<>(List.of(first));
        while (in.taken(",")) {
            Kind kind = in.peek().kind();
            if (kind == Kind.STATEMENT_END
                    || kind == Kind.OUTPUT_END
                    || in.peek().is(")")) {
                break;
            }
            elements.add(expression());
        }
        return new Expression.ListOf(elements);
    }

    Expression expression() {
        in.enter();
        Expression value = or();
        while (in.takenName("if")) {
            Expression condition = or();
            value = new Expression.Conditional(condition, value, in.takenName("else") ? expression() : null);
        }
        in.leave();
        return value;
    }

    /** What a loop runs over: a following {@code if} belongs to the loop. */
    Expression withoutConditional() {
        return or();
    }

    private Expression or() {
        Expression left = and();
        while (in.takenName("or")) {
            left = new Expression.Or(left, and());
        }
        return left;
    }

    private Expression and() {
        Expression left = not();
        while (in.takenName("and")) {
            left = new Expression.And(left, not());
        }
        return left;
    }

    private Expression not() {
        if (!in.takenName("not")) {
            return comparison();
        }
        in.enter();
        Expression negated = new Expression.Not(not());
        in.leave();
        return negated;
    }

    private Expression comparison() {
        Expression left = sum();
        Expression result = null;
        while (true) {
            Token token = in.peek();
            String operator;
            boolean negated = false;
            if (token.kind() == Kind.OPERATOR && COMPARISONS.contains(token.text())) {
                in.next();
                operator = token.text();
            } else if (token.isName("in")) {
                in.next();
                operator = "in";
            } else if (token.isName("not") && in.peek(1).isName("in")) {
                in.next();
                in.next();
                operator = "in";
                negated = true;
            } else {
                return result == null ? left : result;
            }
            Expression right = sum();
            Expression compared = new Expression.Binary(operator, left, right, token.line());
            compared = negated ? new Expression.Not(compared) : compared;
            result = result == null ? compared : new Expression.And(result, compared);
            left = right;
        }
    }

    private Expression sum() {
        Expression left = concatenation();
        while (in.peek().is("+") || in.peek().is("-")) {
            Token operator = in.next();
            left = new Expression.Binary(operator.text(), left, concatenation(), operator.line());
        }
        return left;
    }

    private Expression concatenation() {
        Expression left = product();
        while (in.peek().is("~")) {
            Token operator = in.next();
            left = new Expression.Binary("~", left, product(), operator.line());
        }
        return left;
    }

    private Expression product() {
        Expression left = power();
        while (in.peek().is("*")
                || in.peek().is("/")
                || in.peek().is("//")
                || in.peek().is("%")) {
            Token operator = in.next();
            left = new Expression.Binary(operator.text(), left, power(), operator.line());
        }
        return left;
    }

    private Expression power() {
        Expression left = unary(true);
        while (in.peek().is("**")) {
            Token operator = in.next();
            left = new Expression.Binary("**", left, unary(true), operator.line());
        }
        return left;
    }

    private Expression unary(boolean withFilters) {
        Token token = in.peek();
        Expression value;
        if (token.is("-") || token.is("+")) {
            in.next();
            in.enter();
            Expression operand = unary(false);
            in.leave();
            value = token.is("-") ? new Expression.Negative(operand, token.line()) : operand;
        } else {
            value = postfix(primary());
        }
        return withFilters ? filters(value) : value;
    }

    private Expression primary() {
        Token token = in.next();
        return switch (token.kind()) {
            case NAME ->
                switch (token.text()) {
                    case "true", "True" -> new Expression.Literal(true);
                    case "false", "False" -> new Expression.Literal(false);
                    case "none", "None" -> new Expression.Literal(Values.NONE);
                    default -> new Expression.Name(token.text(), token.line());
                };
            case INTEGER -> new Expression.Literal(Long.parseLong(token.text()));
            case DECIMAL -> new Expression.Literal(Double.parseDouble(token.text()));
            case STRING -> {
                StringBuilder text = new StringBuilder(token.text());
                while (in.peek().kind() == Kind.STRING) {
                    text.append(in.next().text());
                }
                yield new Expression.Literal(Text.trusted(text.toString()));
            }
            case OPERATOR ->
                switch (token.text()) {
                    case "(" -> parenthesis();
                    case "[" -> new Expression.ListOf(elements("]"));
                    case "{" -> dict();
                    default -> throw unexpected(token);
                };
            default -> throw unexpected(token);
        };
    }

    private TemplateException unexpected(Token token) {
        return new TemplateException(
                "chat template, line " + token.line() + ": expected an expression, found '" + token.text() + "'");
    }

    private Expression parenthesis() {
        if (in.taken(")")) {
            return new Expression.ListOf(List.of());
        }
        Expression inner = tuple();
        in.take(")");
        return inner;
    }

    private List<Expression> elements(String close) {
        List<Expression> elements = new ArrayList<>();
        while (!in.taken(close)) {
            elements.add(expression());
            if (!in.taken(",")) {
                in.take(close);
                break;
            }
        }
        return elements;
    }

    private Expression dict() {
        List<Expression> keys = new ArrayList<>();
        List<Expression> values = new ArrayList<>();
        while (!in.taken("}")) {
            keys.add(expression());
            in.take(":");
            values.add(expression());
            if (!in.taken(",")) {
                in.take("}");
                break;
            }
        }
        return new Expression.DictOf(keys, values);
    }

    private Expression postfix(Expression start) {
        Expression value = start;
        while (true) {
            Token token = in.peek();
            if (in.taken(".")) {
                Token name = in.next();
                value = name.kind() == Kind.INTEGER
                        ? new Expression.Subscript(
                                value, new Expression.Literal(Long.parseLong(name.text())), token.line())
                        : new Expression.Attribute(value, name.text(), token.line());
            } else if (in.taken("[")) {
                value = subscript(value, token.line());
            } else if (in.taken("(")) {
                value = new Expression.Call(value, arguments(), token.line());
            } else {
                return value;
            }
        }
    }

    private Expression subscript(Expression object, int line) {
        Expression start = in.peek().is(":") ? null : tuple();
        if (!in.taken(":")) {
            in.take("]");
            if (start == null) {
                throw in.error("a subscript is empty");
            }
            return new Expression.Subscript(object, start, line);
        }
        Expression stop = sliceEnd();
        Expression step = in.taken(":") ? sliceEnd() : null;
        in.take("]");
        return new Expression.Slice(object, start, stop, step, line);
    }

    private @Nullable Expression sliceEnd() {
        return in.peek().is(":") || in.peek().is("]") ? null : expression();
    }

    /** ArgumentList behind an opening parenthesis. */
    private ArgumentList arguments() {
        List<Expression> positional = new ArrayList<>();
        Map<String, Expression> named = new LinkedHashMap<>();
        while (!in.taken(")")) {
            if (in.peek().kind() == Kind.NAME && in.peek(1).is("=")) {
                String name = in.next().text();
                in.next();
                named.put(name, expression());
            } else {
                positional.add(expression());
            }
            if (!in.taken(",")) {
                in.take(")");
                break;
            }
        }
        return new ArgumentList(positional, named);
    }

    private Expression filters(Expression start) {
        Expression value = start;
        while (true) {
            Token token = in.peek();
            if (in.taken("|")) {
                String name = in.take(Kind.NAME).text();
                value = new Expression.Filter(value, name, optionalArguments(), token.line());
            } else if (in.takenName("is")) {
                value = test(value, token.line());
            } else if (in.taken("(")) {
                value = new Expression.Call(value, arguments(), token.line());
            } else {
                return value;
            }
        }
    }

    private ArgumentList optionalArguments() {
        return in.taken("(") ? arguments() : ArgumentList.NONE;
    }

    private Expression test(Expression object, int line) {
        boolean negated = in.takenName("not");
        String name =
                in.peek().isName("in") ? in.next().text() : in.take(Kind.NAME).text();
        Token next = in.peek();
        ArgumentList arguments;
        if (next.is("(")) {
            arguments = optionalArguments();
        } else if (beginsTestArgument(next)) {
            arguments = new ArgumentList(List.of(postfix(primary())), Map.of());
        } else {
            arguments = ArgumentList.NONE;
        }
        Expression test = new Expression.Test(object, name, arguments, line);
        return negated ? new Expression.Not(test) : test;
    }

    private static boolean beginsTestArgument(Token token) {
        return switch (token.kind()) {
            case NAME -> !NOT_ARGUMENTS.contains(token.text());
            case STRING, INTEGER, DECIMAL -> true;
            case OPERATOR -> token.is("[") || token.is("{");
            default -> false;
        };
    }
}
