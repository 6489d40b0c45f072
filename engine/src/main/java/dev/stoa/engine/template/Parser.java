package dev.stoa.engine.template;

import dev.stoa.engine.template.Lexer.Kind;
import dev.stoa.engine.template.Lexer.Token;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Parses the statements of a template; expressions are {@link ExpressionParser}'s. */
final class Parser {
    private final TokenReader in;
    private final ExpressionParser expressions;

    private Parser(TokenReader in) {
        this.in = in;
        this.expressions = new ExpressionParser(in);
    }

    static List<Statement> parse(String source) {
        if (source.length() > TemplateLimits.SOURCE_CHARS_MAX) {
            throw new TemplateException(
                    "the chat template is longer than " + TemplateLimits.SOURCE_CHARS_MAX + " chars");
        }
        Parser parser = new Parser(new TokenReader(Lexer.tokens(source)));
        List<Statement> statements = parser.body(Set.of());
        if (parser.in.peek().kind() != Kind.END) {
            throw parser.in.error("'" + parser.in.peek(1).text() + "' ends nothing");
        }
        return statements;
    }

    /** Statements up to a tag with one of these names, whose opening mark and name are left unread. */
    private List<Statement> body(Set<String> ends) {
        in.enter();
        List<Statement> statements = new ArrayList<>();
        while (true) {
            Token token = in.peek();
            switch (token.kind()) {
                case DATA -> {
                    in.next();
                    statements.add(new Statement.Data(Text.trusted(token.text())));
                }
                case OUTPUT_BEGIN -> {
                    in.next();
                    statements.add(new Statement.Output(expressions.tuple(), token.line()));
                    in.take(Kind.OUTPUT_END);
                }
                case STATEMENT_BEGIN -> {
                    String name = in.peek(1).text();
                    if (ends.contains(name) || name.startsWith("end") || name.startsWith("el")) {
                        in.leave();
                        return statements;
                    }
                    in.next();
                    statements.add(statement());
                }
                default -> {
                    in.leave();
                    return statements;
                }
            }
        }
    }

    private Statement statement() {
        Token name = in.take(Kind.NAME);
        return switch (name.text()) {
            case "if" -> ifStatement();
            case "for" -> forStatement(name.line());
            case "set" -> setStatement(name.line());
            case "macro" -> macro();
            case "generation" -> {
                in.take(Kind.STATEMENT_END);
                yield new Statement.Block(bodyTo("endgeneration"));
            }
            case "break" -> {
                in.take(Kind.STATEMENT_END);
                yield new Statement.Break();
            }
            case "continue" -> {
                in.take(Kind.STATEMENT_END);
                yield new Statement.Continue();
            }
            default -> throw in.error("the statement '" + name.text() + "' is not supported");
        };
    }

    /** A body and its end tag. */
    private List<Statement> bodyTo(String end) {
        List<Statement> body = body(Set.of(end));
        takeTag(end);
        in.take(Kind.STATEMENT_END);
        return body;
    }

    private void takeTag(String name) {
        if (!nextTagIs(name)) {
            throw in.error("expected {% " + name + " %}");
        }
        in.next();
        in.next();
    }

    private boolean nextTagIs(String name) {
        return in.peek().kind() == Kind.STATEMENT_BEGIN && in.peek(1).isName(name);
    }

    private Statement ifStatement() {
        List<Statement.Branch> branches = new ArrayList<>();
        Set<String> ends = Set.of("elif", "else", "endif");
        do {
            Expression condition = expressions.tuple();
            in.take(Kind.STATEMENT_END);
            branches.add(new Statement.Branch(condition, body(ends)));
        } while (takenTag("elif"));
        if (takenTag("else")) {
            in.take(Kind.STATEMENT_END);
            branches.add(new Statement.Branch(new Expression.Literal(true), body(ends)));
        }
        takeTag("endif");
        in.take(Kind.STATEMENT_END);
        return new Statement.If(branches);
    }

    private boolean takenTag(String name) {
        if (!nextTagIs(name)) {
            return false;
        }
        takeTag(name);
        return true;
    }

    private Statement forStatement(int line) {
        List<String> targets = targets();
        if (!in.takenName("in")) {
            throw in.error("expected 'in'");
        }
        Expression elements = expressions.withoutConditional();
        Expression condition = in.takenName("if") ? expressions.expression() : null;
        in.take(Kind.STATEMENT_END);
        List<Statement> body = body(Set.of("else", "endfor"));
        List<Statement> otherwise = List.of();
        if (takenTag("else")) {
            in.take(Kind.STATEMENT_END);
            otherwise = body(Set.of("endfor"));
        }
        takeTag("endfor");
        in.take(Kind.STATEMENT_END);
        return new Statement.For(targets, elements, condition, body, otherwise, line);
    }

    private List<String> targets() {
        List<String> names = new ArrayList<>();
        boolean parenthesis = in.taken("(");
        do {
            names.add(in.take(Kind.NAME).text());
        } while (in.taken(","));
        if (parenthesis) {
            in.take(")");
        }
        return names;
    }

    private Statement setStatement(int line) {
        if (in.peek(1).is(".")) {
            String object = in.take(Kind.NAME).text();
            in.take(".");
            String attribute = in.take(Kind.NAME).text();
            in.take("=");
            Expression value = expressions.tuple();
            in.take(Kind.STATEMENT_END);
            return new Statement.SetAttribute(object, attribute, value, line);
        }
        List<String> names = targets();
        if (in.taken("=")) {
            Expression value = expressions.tuple();
            in.take(Kind.STATEMENT_END);
            return new Statement.SetNames(names, value, line);
        }
        in.take(Kind.STATEMENT_END);
        return new Statement.SetBlock(names.getFirst(), bodyTo("endset"));
    }

    private Statement macro() {
        String name = in.take(Kind.NAME).text();
        List<Statement.Parameter> parameters = new ArrayList<>();
        in.take("(");
        while (!in.taken(")")) {
            String parameter = in.take(Kind.NAME).text();
            parameters.add(new Statement.Parameter(parameter, in.taken("=") ? expressions.expression() : null));
            if (!in.taken(",")) {
                in.take(")");
                break;
            }
        }
        in.take(Kind.STATEMENT_END);
        return new Statement.Macro(name, parameters, bodyTo("endmacro"));
    }
}
