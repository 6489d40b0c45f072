package dev.stoa.inference.source;

import java.text.BreakIterator;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Cuts text into sentences. A passage has no blanks at its ends, and goes over no blank line. */
final class Passages {
    /** A shorter sentence, such as a heading's number, goes with the next one of its paragraph. UTF-16 code units. */
    private static final int LENGTH_MIN = 8;

    /** A longer one, such as a table, is cut between words. UTF-16 code units. */
    private static final int LENGTH_MAX = 1_500;

    private static final Pattern BLANK_LINE = Pattern.compile("\\n[ \\t\\x0B\\f]*\\n");

    private final String text;
    private final List<Passage> found = new ArrayList<>();

    private Passages(String text) {
        this.text = text;
    }

    /** @param starts of the text's parts, ascending, which no passage goes over */
    static List<Passage> sentences(String text, List<Integer> starts) {
        Passages passages = new Passages(text);
        for (int i = 0; i < starts.size(); i++) {
            passages.part(starts.get(i), i + 1 < starts.size() ? starts.get(i + 1) : text.length());
        }
        return passages.found;
    }

    private void part(int start, int end) {
        Matcher blank = BLANK_LINE.matcher(text).region(start, end);
        int from = start;
        while (blank.find()) {
            paragraph(from, blank.start());
            from = blank.end();
        }
        paragraph(from, end);
    }

    private void paragraph(int start, int end) {
        BreakIterator breaks = BreakIterator.getSentenceInstance(Locale.ROOT);
        breaks.setText(text.substring(start, end));
        int from = 0;
        for (int to = breaks.next(); to != BreakIterator.DONE; to = breaks.next()) {
            if (to - from >= LENGTH_MIN || start + to == end) {
                sentence(start + from, start + to);
                from = to;
            }
        }
    }

    private void sentence(int start, int end) {
        int from = start;
        while (end - from > LENGTH_MAX) {
            int to = from + LENGTH_MAX;
            int blank = to;
            while (blank > from && !Character.isWhitespace(text.charAt(blank))) {
                blank--;
            }
            if (blank > from) {
                to = blank;
            } else if (Character.isLowSurrogate(text.charAt(to))) {
                to--;
            }
            add(from, to);
            from = to;
        }
        add(from, end);
    }

    private void add(int start, int end) {
        int from = start;
        int to = end;
        while (from < to && Character.isWhitespace(text.charAt(from))) {
            from++;
        }
        while (to > from && Character.isWhitespace(text.charAt(to - 1))) {
            to--;
        }
        if (to > from) {
            found.add(new Passage(from, to));
        }
    }
}
