package dev.stoa.shared;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Cuts bytes into the data of server-sent events, wherever the bytes are cut. Only {@code data} matters: both protocols
 * repeat an event's name inside it. Lines end in LF, CR LF or CR. Source: the WHATWG's HTML standard, 9.2. Not
 * thread-safe.
 */
public final class ServerSentEvents {
    private static final int INITIAL_BYTES = 512;
    private static final byte[] DATA = "data:".getBytes(StandardCharsets.US_ASCII);

    private final int lineMax;
    private final Function<String, RuntimeException> tooLong;
    /** All bytes since the last event. */
    private byte[] raw = new byte[INITIAL_BYTES];

    private int length;
    /** Where the line begins that is being read. */
    private int lineFrom;
    /** The event's data where it is one line, as it is as a rule. */
    private int dataFrom;

    private int dataTo;
    /** Its lines, where there are more. */
    private final ByteArrayOutputStream lines = new ByteArrayOutputStream(0);

    private boolean hasData;
    private boolean afterReturn;

    /** Of events that this server writes, or whose bounds were seen to before. */
    public ServerSentEvents() {
        this(Integer.MAX_VALUE, IllegalStateException::new);
    }

    /**
     * @param lineMax longest line, and longest data of one event, in bytes
     * @param tooLong what is thrown for more, by a word of what there was
     */
    public ServerSentEvents(int lineMax, Function<String, RuntimeException> tooLong) {
        this.lineMax = lineMax;
        this.tooLong = tooLong;
    }

    /** The bytes of the event that is told now, with all that stood before it. For the consumer of an event only. */
    public byte[] raw() {
        return Arrays.copyOf(raw, length);
    }

    /**
     * Takes more bytes.
     *
     * @param event hears of each event; its data is gone when it returns
     * @throws RuntimeException the one for what is too long
     */
    public void accept(ByteBuffer bytes, Consumer<EventData> event) {
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
            int lineTo = length;
            append(bytes, 1);
            byte ending = raw[lineTo];
            boolean continuesReturn = afterReturn && ending == '\n';
            afterReturn = ending == '\r';
            if (!continuesReturn) {
                endLine(lineTo, event);
            }
            lineFrom = length;
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
        if (length + count - lineFrom - 1 > lineMax) {
            throw tooLong.apply("a line of more than " + lineMax + " bytes");
        }
        if (length + count > 2L * lineMax) {
            // Comments are no data, but must end, too.
            throw tooLong.apply("more than " + 2L * lineMax + " bytes without an event");
        }
        if (length + count > raw.length) {
            raw = Arrays.copyOf(raw, Math.max(2 * raw.length, length + count));
        }
        bytes.get(raw, length, count);
        length += count;
    }

    private void endLine(int lineTo, Consumer<EventData> event) {
        if (lineTo == lineFrom) {
            endEvent(event);
        } else if (lineTo - lineFrom >= DATA.length
                && Arrays.equals(raw, lineFrom, lineFrom + DATA.length, DATA, 0, DATA.length)) {
            int from = lineFrom + DATA.length;
            addData(from < lineTo && raw[from] == ' ' ? from + 1 : from, lineTo);
        }
    }

    private void endEvent(Consumer<EventData> event) {
        if (!hasData) {
            return;
        }
        hasData = false;
        EventData told = lines.size() == 0
                ? new EventData(raw, dataFrom, dataTo)
                : new EventData(lines.toByteArray(), 0, lines.size());
        lines.reset();
        event.accept(told);
        length = 0;
    }

    private void addData(int from, int to) {
        if (!hasData) {
            hasData = true;
            dataFrom = from;
            dataTo = to;
            return;
        }
        if (lines.size() == 0) {
            lines.write(raw, dataFrom, dataTo - dataFrom);
        }
        if (lines.size() + to - from >= lineMax) {
            throw tooLong.apply("an event of more than " + lineMax + " bytes");
        }
        lines.write('\n');
        lines.write(raw, from, to - from);
    }
}
