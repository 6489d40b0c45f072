package dev.stoa.shared;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The data of a server-sent event, as a part of a buffer that is used again: valid only while the event is told.
 *
 * @param bytes not to be changed
 * @param from its first byte
 * @param to behind its last
 */
public record EventData(byte[] bytes, int from, int to) {

    public int length() {
        return to - from;
    }

    public boolean is(byte[] text) {
        return Arrays.equals(bytes, from, to, text, 0, text.length);
    }

    @Override
    public String toString() {
        return new String(bytes, from, length(), StandardCharsets.UTF_8);
    }
}
