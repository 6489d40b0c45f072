package dev.stoa.engine.dialect;

import dev.stoa.engine.OutputParser;
import dev.stoa.engine.OutputPart;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The parser of every {@link Dialect}. What may yet turn out to be a marker or the white space around one is held back;
 * what looked like a call but is none comes out as text, so no char of an answer is lost.
 */
final class AnswerParser implements OutputParser {
    private enum Mode {
        /** Before the first char that isn't white space. */
        START,
        TEXT,
        THINKING,
        /** After a marker: a call, or a list of them. */
        CALLS,
        /** Inside a call. */
        CALL,
        /** After {@code [TOOL_CALLS]}: a name up to its arguments. */
        NAMED_CALL,
        /** After a call: another one, or an end. */
        AFTER_CALL
    }

    private final Dialect dialect;
    private final Set<String> tools;
    private final StringBuilder held = new StringBuilder();
    private final List<OutputPart> out = new ArrayList<>();
    private Mode mode;
    private @Nullable CallScanner scanner;
    private int calls;
    /** What led into the present call, to be given back if it is none. */
    private String lead = "";
    /** Whether the text so far ends a part, so that white space behind it is dropped. */
    private boolean fresh;

    private boolean bareAllowed;
    private int namedDepth;
    private boolean namedString;
    private boolean namedEscape;

    /**
     * @param tools names of the tools; empty means that calls are plain text
     * @param opening what the prompt has already opened of the answer, such as {@code <think>} or a forced call
     */
    AnswerParser(Dialect dialect, Set<String> tools, String opening) {
        this.dialect = dialect;
        this.tools = tools;
        this.bareAllowed = dialect.bare() && !tools.isEmpty();
        this.mode = Mode.START;
        if (!opening.isEmpty()) {
            append(opening);
        }
    }

    @Override
    public List<OutputPart> append(String text) {
        held.append(text);
        out.clear();
        boolean more = true;
        while (more && !held.isEmpty()) {
            more = switch (mode) {
                case START -> start();
                case TEXT -> text();
                case THINKING -> thinking();
                case CALLS -> calls();
                case CALL -> call();
                case NAMED_CALL -> namedCall();
                case AFTER_CALL -> afterCall();
            };
        }
        return List.copyOf(out);
    }

    @Override
    public List<OutputPart> finish() {
        out.clear();
        switch (mode) {
            case START, TEXT -> say(held.toString());
            case THINKING -> think(held.toString());
            case CALLS -> say(lead + held);
            case CALL -> abandon();
            case NAMED_CALL -> {
                if (scanner == null && namedDepth > 0) {
                    out.add(new OutputPart.CallEnd(calls, false));
                } else {
                    say(lead + held);
                }
            }
            case AFTER_CALL -> {
                if (!held.toString().isBlank()
                        && !dialect.close().startsWith(held.toString().strip())) {
                    say(held.toString());
                }
            }
        }
        held.setLength(0);
        mode = Mode.TEXT;
        return List.copyOf(out);
    }

    private boolean start() {
        int first = firstVisible();
        if (first < 0) {
            return false;
        }
        if (bareAllowed && held.charAt(first) == '{') {
            lead = held.substring(0, first);
            held.delete(0, first);
            beginCall();
            return true;
        }
        if (startsOpen(Dialect.THINK_OPEN, first)) {
            return false;
        }
        if (begins(Dialect.THINK_OPEN, first)) {
            held.delete(0, first + Dialect.THINK_OPEN.length());
            mode = Mode.THINKING;
            fresh = true;
            return true;
        }
        mode = Mode.TEXT;
        return true;
    }

    private boolean text() {
        String open = tools.isEmpty() ? "" : dialect.open();
        int at = open.isEmpty() ? -1 : held.indexOf(open);
        if (at >= 0) {
            String words = held.substring(0, at).stripTrailing();
            say(words);
            lead = held.substring(words.length(), at + open.length());
            held.delete(0, at + open.length());
            mode = Mode.CALLS;
            return true;
        }
        int safe = held.length() - openEnd(open);
        if (!open.isEmpty()) {
            while (safe > 0 && Character.isWhitespace(held.charAt(safe - 1))) {
                safe--;
            }
        }
        say(held.substring(0, safe));
        held.delete(0, safe);
        return false;
    }

    private boolean thinking() {
        int at = held.indexOf(Dialect.THINK_CLOSE);
        if (at >= 0) {
            think(held.substring(0, at).stripTrailing());
            held.delete(0, at + Dialect.THINK_CLOSE.length());
            mode = Mode.START;
            fresh = true;
            return true;
        }
        int safe = held.length() - openEnd(Dialect.THINK_CLOSE);
        while (safe > 0 && Character.isWhitespace(held.charAt(safe - 1))) {
            safe--;
        }
        think(held.substring(0, safe));
        held.delete(0, safe);
        return false;
    }

    private boolean calls() {
        int first = firstVisible();
        if (first < 0) {
            return false;
        }
        char c = held.charAt(first);
        boolean list = dialect == Dialect.MISTRAL && c == '[';
        if (list || c == '{') {
            int skipped = list ? first + 1 : first;
            lead = lead + held.substring(0, skipped);
            held.delete(0, skipped);
            if (list) {
                return true;
            }
            beginCall();
            return true;
        }
        if (dialect == Dialect.MISTRAL && (Character.isLetter(c) || c == '_')) {
            mode = Mode.NAMED_CALL;
            scanner = null;
            namedDepth = 0;
            return true;
        }
        return noCall();
    }

    /** The marker was none; what stands behind it may hold another one. */
    private boolean noCall() {
        say(lead);
        lead = "";
        mode = Mode.TEXT;
        return true;
    }

    private void beginCall() {
        boolean onlyKnown = dialect.bare() && mode != Mode.CALLS;
        mode = Mode.CALL;
        scanner = new CallScanner(calls, name -> !onlyKnown || tools.contains(name));
    }

    private boolean call() {
        CallScanner open = Objects.requireNonNull(scanner);
        int at = 0;
        while (at < held.length() && !open.done() && !open.failed()) {
            open.take(held.charAt(at++), out);
        }
        held.delete(0, at);
        open.flush(out);
        if (open.done()) {
            ended();
            return true;
        }
        if (open.failed()) {
            abandon();
            mode = Mode.TEXT;
            bareAllowed = false;
            return true;
        }
        return false;
    }

    private void ended() {
        calls++;
        scanner = null;
        lead = "";
        fresh = true;
        mode = Mode.AFTER_CALL;
    }

    /** What was taken for a call is none, or stays incomplete. */
    private void abandon() {
        CallScanner open = Objects.requireNonNull(scanner);
        if (open.started()) {
            out.add(new OutputPart.CallEnd(calls, false));
            calls++;
        } else {
            say(lead + open.raw());
        }
        scanner = null;
        lead = "";
    }

    /** {@code name[ARGS]{…}}, where some models put {@code [CALL_ID]…} between, or nothing. */
    private boolean namedCall() {
        if (namedDepth == 0) {
            int brace = held.indexOf("{");
            if (brace < 0) {
                return false;
            }
            String head = held.substring(0, brace);
            int bracket = head.indexOf('[');
            String name = (bracket < 0 ? head : head.substring(0, bracket)).strip();
            if (name.isEmpty() || name.chars().anyMatch(Character::isWhitespace)) {
                return noCall();
            }
            held.delete(0, brace);
            out.add(new OutputPart.CallStart(calls, name));
            namedString = false;
            namedEscape = false;
        }
        int at = 0;
        do {
            char c = held.charAt(at++);
            if (namedString) {
                namedString = namedEscape || c != '"';
                namedEscape = !namedEscape && c == '\\';
            } else if (c == '"') {
                namedString = true;
            } else if (c == '{' || c == '[') {
                namedDepth++;
            } else if (c == '}' || c == ']') {
                namedDepth--;
            }
        } while (at < held.length() && namedDepth > 0);
        out.add(new OutputPart.CallArguments(calls, held.substring(0, at)));
        held.delete(0, at);
        if (namedDepth == 0) {
            out.add(new OutputPart.CallEnd(calls, true));
            ended();
            return true;
        }
        return false;
    }

    private boolean afterCall() {
        int first = firstVisible();
        if (first < 0) {
            return false;
        }
        char c = held.charAt(first);
        int next = c == ',' || c == ';' ? firstVisible(first + 1) : first;
        if (next < 0 || startsOpen(dialect.close(), next) || startsOpen(dialect.open(), next)) {
            return false;
        }
        if (held.charAt(next) == '{') {
            lead = held.substring(0, next);
            held.delete(0, next);
            beginCall();
            return true;
        }
        if (begins(dialect.close(), next)) {
            held.delete(0, next + dialect.close().length());
        } else if (held.charAt(next) == ']' && dialect == Dialect.MISTRAL) {
            held.delete(0, next + 1);
        } else if (begins(dialect.open(), next)) {
            held.delete(0, next);
        }
        mode = Mode.TEXT;
        return true;
    }

    private int firstVisible() {
        return firstVisible(0);
    }

    private int firstVisible(int from) {
        for (int i = from; i < held.length(); i++) {
            if (!Character.isWhitespace(held.charAt(i))) {
                return i;
            }
        }
        return -1;
    }

    /** Whether the marker, which may be none, stands in the held text at {@code from}. */
    private boolean begins(String marker, int from) {
        return !marker.isEmpty() && held.indexOf(marker, from) == from;
    }

    /** Whether the held text from {@code from} is a proper beginning of {@code marker}. */
    private boolean startsOpen(String marker, int from) {
        int length = held.length() - from;
        return length < marker.length() && marker.startsWith(held.substring(from));
    }

    /** Length of the longest end of the held text that begins the marker. */
    private int openEnd(String marker) {
        for (int length = Math.min(marker.length() - 1, held.length()); length > 0; length--) {
            if (marker.startsWith(held.substring(held.length() - length))) {
                return length;
            }
        }
        return 0;
    }

    private void say(String text) {
        String shown = fresh ? text.stripLeading() : text;
        if (!shown.isEmpty()) {
            fresh = false;
            out.add(new OutputPart.Text(shown));
        }
    }

    private void think(String text) {
        String shown = fresh ? text.stripLeading() : text;
        if (!shown.isEmpty()) {
            fresh = false;
            out.add(new OutputPart.Thinking(shown));
        }
    }
}
