package dev.stoa.inference.upstream;

import dev.stoa.shared.StoaException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

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
    /** All bytes since the last event; null where nobody wants them. */
    private final @Nullable ByteArrayOutputStream raw;

    /**
     * @param lineMax longest line, and longest data of one event, in bytes
     * @param keepsRaw whether {@link #raw} is wanted
     */
    ServerSentEvents(int lineMax, boolean keepsRaw) {
        this.lineMax = lineMax;
        this.raw = keepsRaw ? new ByteArrayOutputStream() : null;
    }

    /** The bytes of the event that is told now, with all that stood before it; empties them. */
    byte[] raw() {
        if (raw == null) {
            throw new IllegalStateException("they were not kept");
        }
        byte[] bytes = raw.toByteArray();
        raw.reset();
        return bytes;
    }

    /** @throws StoaException if a line is too long */
    void accept(ByteBuffer bytes, Consumer<String> event) {
        while (bytes.hasRemaining()) {
            int from = bytes.position();
            int end = lineEnd(bytes);
            if (end > from) {
                afterReturn = false;
                append(bytes, end - from);
            }
            if (end == bytes.limit()) {
                return;
            }
            byte ending = bytes.get();
            if (raw != null) {
                requireRoom(1);
                raw.write(ending);
            }
            boolean continuesReturn = afterReturn && ending == '\n';
            afterReturn = ending == '\r';
            if (!continuesReturn) {
                endLine(event);
            }
        }
    }

    private static int lineEnd(ByteBuffer bytes) {
        int limit = bytes.limit();
        for (int i = bytes.position(); i < limit; i++) {
            byte at = bytes.get(i);
            if (at == '\n' || at == '\r') {
                return i;
            }
        }
        return limit;
    }

    private void append(ByteBuffer bytes, int count) {
        if (count > lineMax - length) {
            throw UpstreamFaults.rubbish("a line of more than " + lineMax + " bytes", null);
        }
        if (length + count > line.length) {
            line = Arrays.copyOf(line, Math.min(lineMax, Math.max(2 * line.length, length + count)));
        }
        bytes.get(line, length, count);
        keep(line, length, count);
        length += count;
    }

    private void keep(byte[] from, int offset, int count) {
        if (raw != null) {
            requireRoom(count);
            raw.write(from, offset, count);
        }
    }

    /** Comments are no data, but must end, too. */
    private void requireRoom(int count) {
        if (raw != null && raw.size() + count > 2L * lineMax) {
            throw UpstreamFaults.rubbish("more than " + 2L * lineMax + " bytes without an event", null);
        }
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
}
