package dev.stoa.api;

import dev.stoa.shared.ServerSentEvents;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * A response that is recorded up to a size. A stream leaves as it is written; any other answer is held back until {@link
 * #send}, so that it can be kept before anybody has it, or leaves when it is too large to record. One thread.
 */
final class RecordedResponse extends HttpServletResponseWrapper {
    private static final String EVENTS = "text/event-stream";
    private static final String DONE = "[DONE]";
    /** The types of the events that end the streams of the protocols in success, where {@link #DONE} does not. */
    private static final Set<String> LAST_EVENTS = Set.of("message_stop", "response.completed", "response.incomplete");

    private static final JsonMapper JSON = new JsonMapper();

    private final IdempotentRequest request;
    private final int bytesMax;
    private final ServerSentEvents events = new ServerSentEvents();
    private final ByteArrayOutputStream recorded = new ByteArrayOutputStream();
    private @Nullable Output output;
    /** What was recorded has left. */
    private boolean through;

    private boolean tooLarge;
    private boolean ended;

    RecordedResponse(HttpServletResponse response, IdempotentRequest request, int bytesMax) {
        super(response);
        this.request = request;
        this.bytesMax = bytesMax;
    }

    boolean stream() {
        String type = getContentType();
        return type != null && type.startsWith(EVENTS);
    }

    boolean tooLarge() {
        return tooLarge;
    }

    boolean success() {
        return getStatus() >= 200 && getStatus() < 300;
    }

    /** Whether a stream has come to its protocol's last event. */
    boolean ended() {
        return ended;
    }

    /** What was written; not if it is too large. */
    byte[] body() {
        return recorded.toByteArray();
    }

    /** Lets go what was held back. */
    void send() throws IOException {
        if (!through) {
            through = true;
            if (success()) {
                var unused = request.readRest();
            }
            recorded.writeTo(super.getOutputStream());
        }
    }

    @Override
    public ServletOutputStream getOutputStream() throws IOException {
        Output opened = output;
        if (opened == null) {
            opened = new Output(super.getOutputStream());
            output = opened;
        }
        return opened;
    }

    @Override
    public void resetBuffer() {
        super.resetBuffer();
        recorded.reset();
        tooLarge = false;
    }

    @Override
    public void reset() {
        super.reset();
        recorded.reset();
        tooLarge = false;
    }

    @Override
    public void flushBuffer() throws IOException {
        if (through) {
            super.flushBuffer();
        }
    }

    private void record(byte[] bytes, int offset, int length) throws IOException {
        if (stream()) {
            send();
            events.accept(ByteBuffer.wrap(bytes, offset, length), data -> ended |= isLast(data.toString()));
        }
        if (!tooLarge && recorded.size() + length > bytesMax) {
            send();
            tooLarge = true;
            recorded.reset();
        }
        if (!tooLarge) {
            recorded.write(bytes, offset, length);
        }
    }

    private static boolean isLast(String data) {
        // A model may write these words, so that the event itself has to say so.
        return data.equals(DONE) || LAST_EVENTS.stream().anyMatch(data::contains) && LAST_EVENTS.contains(type(data));
    }

    private static String type(String data) {
        try {
            return JSON.readTree(data).path("type").asString("");
        } catch (JacksonException _) {
            return "";
        }
    }

    private final class Output extends ServletOutputStream {
        private final ServletOutputStream inner;

        Output(ServletOutputStream inner) {
            this.inner = inner;
        }

        @Override
        public void write(int value) throws IOException {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            record(bytes, offset, length);
            if (through) {
                inner.write(bytes, offset, length);
            }
        }

        @Override
        public void flush() throws IOException {
            if (through) {
                inner.flush();
            }
        }

        @Override
        public void close() throws IOException {
            if (through) {
                inner.close();
            }
        }

        @Override
        public boolean isReady() {
            return inner.isReady();
        }

        @Override
        public void setWriteListener(WriteListener listener) {
            inner.setWriteListener(listener);
        }
    }
}
