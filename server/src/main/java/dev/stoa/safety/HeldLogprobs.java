package dev.stoa.safety;

import dev.stoa.inference.TokenLogprob;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * Log probabilities that wait for their token's text to leave. Text and tokens are laid against each other by their
 * UTF-8 bytes, as text may come later than its token (half a character, the beginning of a stop sequence). Not
 * thread-safe.
 */
final class HeldLogprobs {
    private record Held(TokenLogprob token, long from, long to) {}

    private final ArrayDeque<Held> held = new ArrayDeque<>();
    private long tokenBytes;
    private long leftBytes;

    void add(List<TokenLogprob> tokens) {
        for (TokenLogprob token : tokens) {
            long from = tokenBytes;
            tokenBytes += token.piece().bytes().length;
            held.add(new Held(token, from, tokenBytes));
        }
    }

    /** So much text has left. */
    void left(String text) {
        leftBytes += text.codePoints().map(HeldLogprobs::utf8Length).sum();
    }

    private static int utf8Length(int codePoint) {
        return codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
    }

    /** Takes out what may leave: tokens whose text has left whole. */
    List<TokenLogprob> free() {
        List<TokenLogprob> free = new ArrayList<>();
        while (!held.isEmpty() && held.element().to() <= leftBytes) {
            free.add(held.remove().token());
        }
        return free;
    }

    /** What may leave at the end, when all text has: not the tokens of a stop sequence, of which nothing was shown. */
    List<TokenLogprob> rest() {
        List<TokenLogprob> rest = new ArrayList<>();
        while (!held.isEmpty() && held.element().from() < leftBytes) {
            rest.add(held.remove().token());
        }
        return rest;
    }
}
