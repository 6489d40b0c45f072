package dev.stoa.safety;

import dev.stoa.inference.TokenStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** Keeps citations behind the text that they are about while it is held back. Not thread-safe. */
final class HeldCitations {
    private record Held(long behind, TokenStream.Cited cited) {}

    private final ArrayDeque<Held> waiting = new ArrayDeque<>();
    /** UTF-16 code units that have come, and that have left. */
    private long come;

    private long left;

    void came(String text) {
        come += text.length();
    }

    void add(TokenStream.Cited cited) {
        waiting.add(new Held(come, cited));
    }

    /** Text that leaves, with the citations whose place comes with it; those without text between, if it is "". */
    List<TokenStream.Event> leave(String text) {
        List<TokenStream.Event> events = new ArrayList<>();
        int from = 0;
        while (!waiting.isEmpty() && waiting.peek().behind() <= left + text.length()) {
            Held next = waiting.remove();
            int to = Math.max(from, (int) (next.behind() - left));
            if (to > from) {
                events.add(new TokenStream.TextDelta(text.substring(from, to)));
            }
            events.add(next.cited());
            from = to;
        }
        if (from < text.length()) {
            events.add(new TokenStream.TextDelta(text.substring(from)));
        }
        left += text.length();
        return events;
    }
}
