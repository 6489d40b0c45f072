package dev.stoa.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Reads server-sent events (WHATWG HTML, section 9.2): fields, comments, an event ends at an empty line. */
final class SseReader implements AutoCloseable {
    /** An event of a chat is some hundred bytes; a server that sends this much in one is not speaking to us. */
    static final int EVENT_CHARS_MAX = 1 << 20;

    private final BufferedReader lines;

    /** {@code name} is {@code message} where the stream names none. */
    record Event(String name, String data) {}

    SseReader(InputStream stream) {
        lines = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8));
    }

    /** Waits for the next event; null at the end, where an unfinished event is dropped. */
    @Nullable Event next() throws IOException {
        String name = "message";
        StringBuilder data = new StringBuilder();
        boolean any = false;
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.isEmpty()) {
                if (any) {
                    return new Event(name, data.toString());
                }
                name = "message";
                continue;
            }
            int colon = line.indexOf(':');
            String field = colon < 0 ? line : line.substring(0, colon);
            String value = colon < 0 ? "" : line.substring(colon + 1);
            value = value.startsWith(" ") ? value.substring(1) : value;
            if (field.equals("event")) {
                name = value;
            } else if (field.equals("data")) {
                data.append(any ? "\n" : "").append(value);
                any = true;
            }
            if (data.length() > EVENT_CHARS_MAX) {
                throw new IOException("an event of the stream is too long");
            }
        }
        return null;
    }

    @Override
    public void close() throws IOException {
        lines.close();
    }
}
