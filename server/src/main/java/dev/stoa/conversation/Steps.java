package dev.stoa.conversation;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a model did before and between the words of an answer: its thinking and its calls of tools.
 *
 * <p>It is kept as one text that only grows, so that it goes through the log as the answer does and subscribers need
 * nothing but an offset: each step is U+001E, {@code t} for thinking or {@code c} for a call, the length of the answer's
 * text before it, for a call a blank and the tool's name, a line feed, and then its words. U+001E stands in none of them.
 *
 * @param log that text
 */
public record Steps(String log) {
    public static final Steps NONE = new Steps("");

    private static final char MARK = '\u001E';
    private static final char SUBSTITUTE = '\uFFFD';

    /** What a step is. */
    public enum Kind {
        THINKING,
        TOOL_CALL
    }

    /**
     * One step, or what is new of it.
     *
     * @param index its place among the steps, from 0
     * @param at UTF-16 code units of the answer's text before it
     * @param name of the tool that is called; null for thinking
     * @param text thought, or the JSON of a call's arguments
     */
    public record Step(
            int index, Kind kind, int at, @Nullable String name, String text) {}

    /** Steps that a file has, each with its place and its words. */
    static Steps of(List<Step> steps) {
        Writer writer = new Writer();
        StringBuilder log = new StringBuilder();
        for (Step step : steps) {
            if (step.kind() == Kind.THINKING) {
                writer.text();
                log.append(writer.thinking(step.at(), step.text()));
            } else {
                log.append(writer.call(step.at(), Objects.requireNonNullElse(step.name(), "")))
                        .append(writer.arguments(step.text()));
            }
        }
        return new Steps(log.toString());
    }

    int length() {
        return log.length();
    }

    public List<Step> list() {
        return since(0);
    }

    /** The steps that have something past an offset, each with that part of its words only. */
    List<Step> since(int offset) {
        List<Step> found = new ArrayList<>();
        int index = 0;
        int begin = log.indexOf(MARK);
        while (begin >= 0) {
            int next = log.indexOf(MARK, begin + 1);
            int end = next < 0 ? log.length() : next;
            if (end > offset) {
                found.add(step(index, log.substring(begin + 1, end), Math.max(0, offset - begin - 1)));
            }
            index++;
            begin = next;
        }
        return found;
    }

    /** @param known how much of its log is known, from its kind on */
    private static Step step(int index, String log, int known) {
        int line = log.indexOf('\n');
        String head = log.substring(1, line);
        int blank = head.indexOf(' ');
        String text = log.substring(Math.max(line + 1, known));
        return blank < 0
                ? new Step(index, Kind.THINKING, Integer.parseInt(head), null, text)
                : new Step(
                        index,
                        Kind.TOOL_CALL,
                        Integer.parseInt(head.substring(0, blank)),
                        head.substring(blank + 1),
                        text);
    }

    /** Turns what a stream tells into the log's text. One thread. */
    static final class Writer {
        private boolean thinks;

        /** @param at length of the answer's text so far */
        String thinking(int at, String text) {
            String head = thinks ? "" : MARK + "t" + at + "\n";
            thinks = true;
            return head + words(text);
        }

        String call(int at, String name) {
            thinks = false;
            return MARK + "c" + at + " " + words(name).replace('\n', ' ') + "\n";
        }

        String arguments(String json) {
            return words(json);
        }

        /** Words of the answer came: thinking that follows is another step. */
        void text() {
            thinks = false;
        }

        private static String words(String text) {
            return text.replace(MARK, SUBSTITUTE);
        }
    }
}
