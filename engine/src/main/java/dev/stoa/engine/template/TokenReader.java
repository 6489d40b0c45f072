package dev.stoa.engine.template;

import dev.stoa.engine.template.Lexer.Kind;
import dev.stoa.engine.template.Lexer.Token;
import java.util.List;
import java.util.Locale;

/** The tokens of a template, read front to back; counts how deep the parsers are nested. */
final class TokenReader {
    private final List<Token> tokens;
    private int at;
    private int nesting;

    TokenReader(List<Token> tokens) {
        this.tokens = tokens;
    }

    Token peek() {
        return peek(0);
    }

    /** A token further on; the last one is the end. */
    Token peek(int ahead) {
        return tokens.get(Math.min(at + ahead, tokens.size() - 1));
    }

    Token next() {
        Token token = peek();
        at++;
        return token;
    }

    Token take(Kind kind) {
        if (peek().kind() != kind) {
            throw error("expected " + kind.name().toLowerCase(Locale.ROOT).replace('_', ' ') + ", found '"
                    + peek().text() + "'");
        }
        return next();
    }

    void take(String operator) {
        if (!taken(operator)) {
            throw error("expected '" + operator + "', found '" + peek().text() + "'");
        }
    }

    boolean taken(String operator) {
        boolean is = peek().is(operator);
        at += is ? 1 : 0;
        return is;
    }

    boolean takenName(String name) {
        boolean is = peek().isName(name);
        at += is ? 1 : 0;
        return is;
    }

    void enter() {
        if (++nesting > TemplateLimits.NESTING_MAX) {
            throw error("nested deeper than " + TemplateLimits.NESTING_MAX);
        }
    }

    void leave() {
        nesting--;
    }

    TemplateException error(String what) {
        return new TemplateException("chat template, line " + peek().line() + ": " + what);
    }
}
