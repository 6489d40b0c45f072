package dev.stoa.inference;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A token that was drawn, with its log probability (natural logarithm, before temperature and filters).
 *
 * @param piece the token
 * @param top the best alternatives, most likely first
 */
public record TokenLogprob(Piece piece, List<Piece> top) {

    /**
     * A token's text and likelihood.
     *
     * @param bytes its UTF-8 bytes, perhaps half a character; not to be changed
     */
    public record Piece(byte[] bytes, double logprob) {

        /** Its text; U+FFFD for an unfinished character. */
        public String text() {
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }

    public TokenLogprob {
        top = List.copyOf(top);
    }
}
