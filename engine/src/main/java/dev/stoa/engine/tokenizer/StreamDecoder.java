package dev.stoa.engine.tokenizer;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/**
 * Turns tokens into text as they arrive, whole characters only: the bytes of an unfinished character wait for the next
 * token. The parts put together are the text of all the bytes at once. For one thread at a time; at most 3 bytes wait.
 */
public final class StreamDecoder {
    private static final int UTF8_WAITING_MAX = 3;

    private final Tokenizer tokenizer;
    private final Set<Integer> shown;
    private final CharsetDecoder decoder = StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPLACE)
            .onUnmappableCharacter(CodingErrorAction.REPLACE);
    private byte[] waiting = new byte[0];

    /** @param shown control tokens that give their spelling */
    StreamDecoder(Tokenizer tokenizer, Set<Integer> shown) {
        this.tokenizer = tokenizer;
        this.shown = shown;
    }

    /** The text that is complete with this token; empty while a character is unfinished, and for control tokens. */
    public String append(int id) {
        boolean spelled = !shown.isEmpty() && shown.contains(id);
        return decode(spelled ? tokenizer.text(id).getBytes(StandardCharsets.UTF_8) : tokenizer.bytes(id), false);
    }

    /** Ends the text: U+FFFD for an unfinished character, otherwise empty. The decoder can then be used anew. */
    public String flush() {
        String rest = decode(new byte[0], true);
        decoder.reset();
        return rest;
    }

    private String decode(byte[] more, boolean end) {
        ByteBuffer in = ByteBuffer.allocate(waiting.length + more.length)
                .put(waiting)
                .put(more)
                .flip();
        // A byte gives at most one char.
        CharBuffer out = CharBuffer.allocate(in.remaining() + 1);
        decoder.decode(in, out, end);
        if (end) {
            decoder.flush(out);
        }
        assert in.remaining() <= UTF8_WAITING_MAX;
        waiting = new byte[in.remaining()];
        in.get(waiting);
        return out.flip().toString();
    }
}
