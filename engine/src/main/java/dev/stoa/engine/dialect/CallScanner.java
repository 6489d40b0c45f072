package dev.stoa.engine.dialect;

import dev.stoa.engine.OutputPart;
import dev.stoa.engine.json.Json;
import dev.stoa.engine.json.JsonException;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Reads one call written as a JSON object with a name and arguments, char by char. The arguments are passed on as they
 * come once the name is known. Arguments written as a string that holds JSON are passed on as that JSON.
 */
final class CallScanner {
    /** Chars before the name is known, after which this is no call. */
    private static final int NAMELESS_CHARS_MAX = 1 << 16;

    private enum Place {
        BEFORE,
        MEMBER,
        KEY,
        COLON,
        VALUE,
        IN_VALUE,
        AFTER_VALUE,
        DONE,
        FAILED
    }

    private final int call;
    private final Predicate<String> isName;
    private final StringBuilder raw = new StringBuilder();
    private final StringBuilder keyChars = new StringBuilder();
    /** Arguments not yet passed on. */
    private final StringBuilder fragment = new StringBuilder();

    private final StringBuilder value = new StringBuilder();
    private Place place = Place.BEFORE;
    private int depth;
    private boolean inString;
    private boolean escaped;
    private @Nullable String name;
    /** Arguments that came before the name. */
    private @Nullable String early;

    private boolean argumentsSent;
    private String key = "";

    /** @param isName the names with which an object is taken for a call */
    CallScanner(int call, Predicate<String> isName) {
        this.call = call;
        this.isName = isName;
    }

    boolean done() {
        return place == Place.DONE;
    }

    boolean failed() {
        return place == Place.FAILED;
    }

    /** Whether the start of the call was passed on. */
    boolean started() {
        return name != null;
    }

    /** All chars so far. */
    String raw() {
        return raw.toString();
    }

    /** Takes a char; what is certain by it goes to {@code out}. */
    void take(char c, List<OutputPart> out) {
        if (name == null) {
            raw.append(c);
        }
        step(c, out);
        if (name == null && raw.length() > NAMELESS_CHARS_MAX) {
            place = Place.FAILED;
        }
    }

    /** Passes on the arguments so far. */
    void flush(List<OutputPart> out) {
        if (!fragment.isEmpty()) {
            out.add(new OutputPart.CallArguments(call, fragment.toString()));
            fragment.setLength(0);
        }
    }

    private void step(char c, List<OutputPart> out) {
        boolean space = c == ' ' || c == '\n' || c == '\t' || c == '\r';
        switch (place) {
            case BEFORE -> expect(space, c == '{', Place.MEMBER);
            case MEMBER -> {
                keyChars.setLength(0);
                if (c == '}') {
                    close(out);
                } else {
                    expect(space || c == ',', c == '"', Place.KEY);
                }
            }
            case KEY -> {
                if (c == '"') {
                    key = keyChars.toString();
                    place = Place.COLON;
                } else {
                    keyChars.append(c);
                }
            }
            case COLON -> expect(space, c == ':', Place.VALUE);
            case VALUE -> {
                if (!space) {
                    value.setLength(0);
                    depth = 0;
                    place = Place.IN_VALUE;
                    inValue(c, out);
                }
            }
            case IN_VALUE -> inValue(c, out);
            case AFTER_VALUE -> {
                if (c == '}') {
                    close(out);
                } else {
                    expect(space, c == ',', Place.MEMBER);
                }
            }
            case DONE, FAILED -> throw new IllegalStateException("the call has ended");
        }
    }

    private void expect(boolean stay, boolean go, Place next) {
        if (!stay) {
            place = go ? next : Place.FAILED;
        }
    }

    private void inValue(char c, List<OutputPart> out) {
        boolean scalar = !value.isEmpty() && depth == 0 && !inString;
        if (scalar && (c == ',' || c == '}' || c == ' ' || c == '\n')) {
            place = Place.AFTER_VALUE;
            valueEnded(out);
            if (place == Place.AFTER_VALUE) {
                step(c, out);
            }
            return;
        }
        value.append(c);
        if (inString) {
            inString = escaped || c != '"';
            escaped = !escaped && c == '\\';
        } else if (c == '"') {
            inString = true;
        } else if (c == '{' || c == '[') {
            depth++;
        } else if (c == '}' || c == ']') {
            depth--;
        }
        if (name != null && isArguments() && !argumentsSent && value.charAt(0) != '"') {
            fragment.append(c);
        }
        boolean container = value.charAt(0) == '{' || value.charAt(0) == '[' || value.charAt(0) == '"';
        if (container && depth == 0 && !inString) {
            place = Place.AFTER_VALUE;
            valueEnded(out);
        }
    }

    private boolean isArguments() {
        return key.equals("arguments") || key.equals("parameters");
    }

    private void valueEnded(List<OutputPart> out) {
        String text = value.toString();
        if (isArguments()) {
            boolean quoted = text.startsWith("\"");
            String json = quoted ? unquoted(text) : text;
            if (name == null) {
                early = json;
            } else if (quoted && !argumentsSent) {
                fragment.append(json);
            }
            argumentsSent |= name != null;
        } else if (name == null && text.startsWith("\"") && isNameKey()) {
            String found = unquoted(text);
            if (!isName.test(found)) {
                place = Place.FAILED;
                return;
            }
            name = found;
            out.add(new OutputPart.CallStart(call, found));
            if (early != null) {
                fragment.append(early);
                argumentsSent = true;
            }
        }
    }

    private boolean isNameKey() {
        return key.equals("name") || key.equals("function");
    }

    private String unquoted(String text) {
        try {
            return (String) Json.parse(text);
        } catch (JsonException | ClassCastException e) {
            return text;
        }
    }

    private void close(List<OutputPart> out) {
        if (name == null) {
            place = Place.FAILED;
            return;
        }
        if (!argumentsSent) {
            fragment.append("{}");
        }
        flush(out);
        out.add(new OutputPart.CallEnd(call, true));
        place = Place.DONE;
    }
}
