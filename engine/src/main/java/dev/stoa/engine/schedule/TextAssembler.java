package dev.stoa.engine.schedule;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Turns a request's tokens into text that may be shown: whole characters only, and nothing that may yet turn out to be
 * the beginning of a stop sequence. A stop sequence is found wherever its characters come from. Not thread-safe.
 */
final class TextAssembler {
    private final TokenText decoder;
    private final List<String> stops;
    private final StringBuilder held = new StringBuilder();
    private @Nullable String met;

    TextAssembler(TokenText decoder, List<String> stops) {
        this.decoder = decoder;
        this.stops = stops;
    }

    /** The text that this token releases; ends before the stop sequence if it completes one. */
    String append(int token) {
        return release(decoder.append(token));
    }

    /** The text that was held back, once no more tokens come; U+FFFD for an unfinished character. */
    String flush() {
        String text = release(decoder.flush());
        String rest = met == null ? held.toString() : "";
        held.setLength(0);
        return text + rest;
    }

    /** The stop sequence that was completed, or null. */
    @Nullable String met() {
        return met;
    }

    private String release(String text) {
        held.append(text);
        int end = firstStop();
        if (met != null) {
            String before = held.substring(0, end);
            held.setLength(0);
            return before;
        }
        int safe = held.length() - longestOpenStop();
        String released = held.substring(0, safe);
        held.delete(0, safe);
        return released;
    }

    /** Where the stop sequence that begins first begins; of two at one place the one listed first counts. */
    private int firstStop() {
        int first = Integer.MAX_VALUE;
        for (String stop : stops) {
            int at = held.indexOf(stop);
            if (at >= 0 && at < first) {
                first = at;
                met = stop;
            }
        }
        return first;
    }

    /** Length of the longest end of the held text that begins a stop sequence. */
    private int longestOpenStop() {
        int longest = 0;
        for (String stop : stops) {
            for (int length = Math.min(stop.length() - 1, held.length()); length > longest; length--) {
                if (stop.startsWith(held.substring(held.length() - length))) {
                    longest = length;
                    break;
                }
            }
        }
        return longest;
    }
}
