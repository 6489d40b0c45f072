package dev.stoa.inference.upstream;

import dev.stoa.shared.StoaException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Cuts bytes into the data of server-sent events, wherever the bytes are cut. Only {@code data} matters: both protocols
 * repeat an event's name inside it. Lines end in LF, CR LF or CR. Source: the WHATWG's HTML standard, 9.2. Not
 * thread-safe.
 */
final class ServerSentEvents {
    private static final int INITIAL_BYTES = 512;
    private static final byte[] DATA = "data:".getBytes(StandardCharsets.US_ASCII);

    private final int lineMax;
    private byte[] line = new byte[INITIAL_BYTES];
    private int length;
    private final StringBuilder data = new StringBuilder();
    private boolean hasData;
    private boolean afterReturn;

    /** @param lineMax longest line, and longest data of one event, in bytes */
    ServerSentEvents(int lineMax) {
        this.lineMax = lineMax;
    }

    /** @throws StoaException if a line is too long */
    void accept(ByteBuffer bytes, Consumer<String> event) {
        while (bytes.hasRemaining()) {
            byte next = bytes.get();
            boolean continuesReturn = afterReturn && next == '\n';
            afterReturn = next == '\r';
            if (continuesReturn) {
                continue;
            }
            if (next == '\n' || next == '\r') {
                endLine(event);
            } else {
                append(next);
            }
        }
    }

    private void append(byte next) {
        if (length == line.length) {
            if (length >= lineMax) {
                throw UpstreamFaults.rubbish("a line of more than " + lineMax + " bytes", null);
            }
            line = Arrays.copyOf(line, Math.min(lineMax, 2 * length));
        }
        line[length++] = next;
    }

    private void endLine(Consumer<String> event) {
        if (length == 0) {
            if (hasData) {
                String whole = data.toString();
                data.setLength(0);
                hasData = false;
                event.accept(whole);
            }
            return;
        }
        if (length >= DATA.length && Arrays.equals(line, 0, DATA.length, DATA, 0, DATA.length)) {
            int from = DATA.length < length && line[DATA.length] == ' ' ? DATA.length + 1 : DATA.length;
            if (data.length() + length > lineMax) {
                throw UpstreamFaults.rubbish("an event of more than " + lineMax + " bytes", null);
            }
            if (hasData) {
                data.append('\n');
            }
            data.append(new String(line, from, length - from, StandardCharsets.UTF_8));
            hasData = true;
        }
        length = 0;
    }

    /** What came since the last event, for a message about a body that is none. */
    boolean empty() {
        return length == 0 && !hasData;
    }
}
