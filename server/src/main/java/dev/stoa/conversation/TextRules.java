package dev.stoa.conversation;

import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;

/** What text may hold. PostgreSQL's UTF-8 stores neither U+0000 nor half a surrogate pair. */
final class TextRules {
    private static final char REPLACEMENT = '\uFFFD';

    private TextRules() {}

    /** @throws StoaException INVALID_REQUEST naming the field, if it is blank, too long or can't be stored */
    static void require(String field, String text, int lengthMax) {
        if (text.isBlank()) {
            throw invalid(field, "must not be empty");
        }
        if (text.length() > lengthMax) {
            throw invalid(field, "must be at most " + lengthMax + " characters, it has " + text.length());
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == 0) {
                throw invalid(field, "must not contain the character U+0000");
            }
            if (!isPaired(text, i)) {
                throw invalid(field, "must not contain half a surrogate pair");
            }
        }
    }

    /** A model's text made storable, code unit for code unit, so that offsets stay. */
    static String clean(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) == 0 || !isPaired(text, i)) {
                return replaceFrom(text, i);
            }
        }
        return text;
    }

    private static String replaceFrom(String text, int from) {
        StringBuilder cleaned = new StringBuilder(text);
        for (int i = from; i < text.length(); i++) {
            if (text.charAt(i) == 0 || !isPaired(text, i)) {
                cleaned.setCharAt(i, REPLACEMENT);
            }
        }
        return cleaned.toString();
    }

    private static boolean isPaired(String text, int i) {
        char c = text.charAt(i);
        if (Character.isHighSurrogate(c)) {
            return i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1));
        }
        return !Character.isLowSurrogate(c) || (i > 0 && Character.isHighSurrogate(text.charAt(i - 1)));
    }

    /** A conversation's first title: the beginning of its first question, cut at a word where one ends in time. */
    static String title(String question) {
        String line = question.strip().replaceAll("\\s+", " ");
        int max = ConversationLimits.AUTO_TITLE_LENGTH;
        if (line.length() <= max) {
            return line;
        }
        int space = line.lastIndexOf(' ', max);
        int cut = space >= max / 2 ? space : max;
        if (Character.isHighSurrogate(line.charAt(cut - 1))) {
            cut--;
        }
        return line.substring(0, cut) + "…";
    }

    /** Whether a text ends where a sentence or a line does. */
    static boolean endsSentence(String text) {
        int end = text.length();
        boolean space = false;
        while (end > 0 && Character.isWhitespace(text.charAt(end - 1))) {
            if (text.charAt(end - 1) == '\n') {
                return true;
            }
            space = true;
            end--;
        }
        while (end > 0 && "\"')]*_”’".indexOf(text.charAt(end - 1)) >= 0) {
            end--;
        }
        return end > 0 && (space ? ".!?…。" : "。").indexOf(text.charAt(end - 1)) >= 0;
    }

    static StoaException invalid(String field, String problem) {
        return new StoaException(ErrorKind.INVALID_REQUEST, field + ": " + problem);
    }
}
