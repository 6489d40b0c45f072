package dev.stoa.engine.template;

import java.util.ArrayList;
import java.util.List;

/** Cuts a template's source into tokens, with Jinja's rules on white space around tags. */
final class Lexer {
    enum Kind {
        /** Text between tags. */
        DATA,
        STATEMENT_BEGIN,
        STATEMENT_END,
        OUTPUT_BEGIN,
        OUTPUT_END,
        NAME,
        STRING,
        INTEGER,
        DECIMAL,
        OPERATOR,
        END
    }

    /** @param text a string's value, otherwise as written */
    record Token(Kind kind, String text, int line) {
        boolean is(String operator) {
            return kind == Kind.OPERATOR && text.equals(operator);
        }

        boolean isName(String name) {
            return kind == Kind.NAME && text.equals(name);
        }
    }

    private static final List<String> OPERATORS = List.of(
            "**", "//", "==", "!=", "<=", ">=", "+", "-", "*", "/", "%", "~", "<", ">", "=", "(", ")", "[", "]", "{",
            "}", ",", ".", ":", "|");

    private final String source;
    private final List<Token> tokens = new ArrayList<>();
    private int at;
    private int line = 1;
    /** Whether {@code at} is the start of a line, so that white space before a tag may be dropped. */
    private boolean lineStarts = true;

    private Lexer(String source) {
        this.source = source;
    }

    static List<Token> tokens(String template) {
        String source = template.replace("\r\n", "\n").replace('\r', '\n');
        if (source.endsWith("\n")) {
            source = source.substring(0, source.length() - 1);
        }
        Lexer lexer = new Lexer(source);
        lexer.run();
        return lexer.tokens;
    }

    private void run() {
        while (at < source.length()) {
            int tag = nextTag();
            if (tag < 0) {
                data(source.substring(at));
                at = source.length();
                break;
            }
            char kind = source.charAt(tag + 1);
            char sign = tag + 2 < source.length() ? source.charAt(tag + 2) : ' ';
            data(before(tag, kind, sign));
            skip(tag + 2 + (sign == '-' || sign == '+' ? 1 : 0));
            switch (kind) {
                case '#' -> comment();
                case '%' -> statement();
                default -> output();
            }
            lineStarts = source.charAt(at - 1) == '\n';
        }
        add(Kind.END, "the end");
    }

    private int nextTag() {
        for (int i = source.indexOf('{', at); i >= 0 && i + 1 < source.length(); i = source.indexOf('{', i + 1)) {
            if ("{%#".indexOf(source.charAt(i + 1)) >= 0) {
                return i;
            }
        }
        return -1;
    }

    /** The text before a tag, without what {@code -} or lstrip_blocks take away. */
    private String before(int tag, char kind, char sign) {
        String text = source.substring(at, tag);
        if (sign == '-') {
            return stripEnd(text, 0);
        }
        if (kind == '{' || sign == '+') {
            return text;
        }
        int lineStart = text.lastIndexOf('\n') + 1;
        boolean onlySpace = stripEnd(text, lineStart).length() == lineStart;
        return onlySpace && (lineStart > 0 || lineStarts) ? text.substring(0, lineStart) : text;
    }

    private static String stripEnd(String text, int from) {
        int end = text.length();
        while (end > from && Text.isSpace(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(0, end);
    }

    private void comment() {
        int end = source.indexOf("#}", at);
        if (end < 0) {
            throw error("a comment isn't closed");
        }
        boolean dash = end > at && source.charAt(end - 1) == '-';
        boolean plus = end > at && source.charAt(end - 1) == '+';
        skip(end + 2);
        afterBlock(dash, plus);
    }

    private void statement() {
        int mark = tokens.size();
        add(Kind.STATEMENT_BEGIN, "{%");
        expression("%}");
        boolean dash = source.charAt(at - 3) == '-';
        boolean plus = source.charAt(at - 3) == '+';
        if (tokens.size() == mark + 2 && tokens.get(mark + 1).isName("raw")) {
            tokens.subList(mark, tokens.size()).clear();
            afterBlock(dash, plus);
            raw();
            return;
        }
        add(Kind.STATEMENT_END, "%}");
        afterBlock(dash, plus);
    }

    private void raw() {
        int end = at;
        do {
            end = source.indexOf("{%", end);
            if (end < 0) {
                throw error("raw isn't closed");
            }
            int close = source.indexOf("%}", end + 2);
            String inner = close < 0 ? "" : source.substring(end + 2, close);
            String name = inner.replaceAll("^[-+]|[-+]$", "").strip();
            if (name.equals("endraw")) {
                char sign = inner.charAt(0);
                data(before(end, '%', sign));
                skip(close + 2);
                afterBlock(inner.endsWith("-"), inner.endsWith("+"));
                return;
            }
            end += 2;
        } while (true);
    }

    private void output() {
        add(Kind.OUTPUT_BEGIN, "{{");
        expression("}}");
        boolean dash = source.charAt(at - 3) == '-';
        add(Kind.OUTPUT_END, "}}");
        if (dash) {
            skipSpace();
        }
    }

    private void afterBlock(boolean dash, boolean plus) {
        if (dash) {
            skipSpace();
        } else if (!plus && at < source.length() && source.charAt(at) == '\n') {
            skip(at + 1);
        }
    }

    /** The tokens of a tag up to and including its closing mark. */
    private void expression(String close) {
        int open = 0;
        while (true) {
            skipSpace();
            if (at >= source.length()) {
                throw error("a tag isn't closed with " + close);
            }
            if (open == 0) {
                boolean signed = source.startsWith("-" + close, at) || source.startsWith("+" + close, at);
                if (signed || source.startsWith(close, at)) {
                    skip(at + close.length() + (signed ? 1 : 0));
                    return;
                }
            }
            char c = source.charAt(at);
            if (c == '\'' || c == '"') {
                string(c);
            } else if (c >= '0' && c <= '9') {
                number();
            } else if (Character.isJavaIdentifierStart(c) && c != '$') {
                int start = at;
                while (at < source.length() && Character.isJavaIdentifierPart(source.charAt(at))) {
                    at++;
                }
                add(Kind.NAME, source.substring(start, at));
            } else {
                String operator = operator();
                open += switch (operator) {
                    case "(", "[", "{" -> 1;
                    case ")", "]", "}" -> -1;
                    default -> 0;
                };
            }
        }
    }

    private String operator() {
        for (String operator : OPERATORS) {
            if (source.startsWith(operator, at)) {
                add(Kind.OPERATOR, operator);
                at += operator.length();
                return operator;
            }
        }
        throw error("unexpected '" + source.charAt(at) + "'");
    }

    private void number() {
        int start = at;
        while (at < source.length() && (Character.isDigit(source.charAt(at)) || source.charAt(at) == '_')) {
            at++;
        }
        boolean decimal =
                at + 1 < source.length() && source.charAt(at) == '.' && Character.isDigit(source.charAt(at + 1));
        if (decimal) {
            at++;
            while (at < source.length() && Character.isDigit(source.charAt(at))) {
                at++;
            }
        }
        String text = source.substring(start, at).replace("_", "");
        if (text.length() > 18) {
            throw error("the number " + text + " is too long");
        }
        add(decimal ? Kind.DECIMAL : Kind.INTEGER, text);
    }

    private void string(char quote) {
        int startLine = line;
        StringBuilder out = new StringBuilder();
        int i = at + 1;
        while (i < source.length() && source.charAt(i) != quote) {
            char c = source.charAt(i);
            if (c == '\\' && i + 1 < source.length()) {
                i = escape(i + 1, out);
            } else {
                out.append(c);
                i++;
            }
        }
        if (i >= source.length()) {
            throw error("a string isn't closed");
        }
        skip(i + 1);
        tokens.add(new Token(Kind.STRING, out.toString(), startLine));
    }

    /** Reads an escape as Python does; an unknown one stands for itself. Returns the place behind it. */
    private int escape(int i, StringBuilder out) {
        char c = source.charAt(i);
        int digits = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
        if (digits > 0) {
            try {
                out.appendCodePoint(Integer.parseInt(source, i + 1, i + 1 + digits, 16));
            } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
                TemplateException error = error("a bad escape \\" + c);
                error.initCause(e);
                throw error;
            }
            return i + 1 + digits;
        }
        switch (c) {
            case 'n' -> out.append('\n');
            case 't' -> out.append('\t');
            case 'r' -> out.append('\r');
            case 'b' -> out.append('\b');
            case 'f' -> out.append('\f');
            case '0' -> out.append('\0');
            case '\\', '\'', '"' -> out.append(c);
            case '\n' -> out.append("");
            default -> out.append('\\').append(c);
        }
        return i + 1;
    }

    private void data(String text) {
        if (!text.isEmpty()) {
            add(Kind.DATA, text);
        }
    }

    private void add(Kind kind, String text) {
        tokens.add(new Token(kind, text, line));
    }

    private void skipSpace() {
        int to = at;
        while (to < source.length() && Text.isSpace(source.charAt(to))) {
            to++;
        }
        skip(to);
    }

    private void skip(int to) {
        for (int i = at; i < to; i++) {
            if (source.charAt(i) == '\n') {
                line++;
            }
        }
        at = to;
    }

    private TemplateException error(String what) {
        return new TemplateException("chat template, line " + line + ": " + what);
    }
}
