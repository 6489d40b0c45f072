package dev.stoa.api;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A response that is recorded up to a size. A stream leaves as it is written; any other answer is held back until {@link
 * #send}, so that it can be kept before anybody has it, or leaves when it is too large to record. One thread.
 */
final class RecordedResponse extends HttpServletResponseWrapper {
    private static final String EVENTS = "text/event-stream";
    /** How the streams of the protocols begin the event that ends them in success. No text of a model begins a line. */
    private static final List<String> LAST_EVENTS = List.of(
            "event: message_stop\n", "data: [DONE]\n", "event: response.completed\n", "event: response.incomplete\n");

    private final IdempotentRequest request;
    private final int bytesMax;
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
            // Events are written whole.
            String events = "\n" + new String(bytes, offset, length, StandardCharsets.UTF_8);
            ended |= LAST_EVENTS.stream().anyMatch(last -> events.contains("\n" + last));
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
