package dev.stoa.api.websocket;

import dev.stoa.shared.ServerSentEvents;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a controller answers: whole, or as server-sent events, each told as soon as it is there. One thread.
 */
final class PlayedResponse extends HttpServletResponseWrapper {
    private static final String EVENTS = "text/event-stream";

    private final Listener listener;
    private final Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private final ServerSentEvents events = new ServerSentEvents();
    private final ByteArrayOutputStream whole = new ByteArrayOutputStream();
    private int status = SC_OK;
    private boolean begun;

    /** Hears of a stream. */
    interface Listener {
        void begun(int status, Map<String, String> headers) throws IOException;

        /** @param data its JSON */
        void event(String data) throws IOException;
    }

    PlayedResponse(Listener listener) {
        super(Absent.of(HttpServletResponse.class));
        this.listener = listener;
    }

    /** Whether it is a stream, so that all of it has been told. */
    boolean streams() {
        return begun;
    }

    /** The whole answer, where it is none of events. */
    String body() {
        return whole.toString(StandardCharsets.UTF_8);
    }

    Map<String, String> headers() {
        return headers;
    }

    private void take(byte[] bytes, int offset, int length) throws IOException {
        if (!headers.getOrDefault("content-type", "").startsWith(EVENTS)) {
            whole.write(bytes, offset, length);
            return;
        }
        if (!begun) {
            begun = true;
            listener.begun(status, headers);
        }
        List<String> told = new ArrayList<>();
        events.accept(ByteBuffer.wrap(bytes, offset, length), data -> told.add(data.toString()));
        for (String data : told) {
            // The protocol's mark of its end is for connections that carry one answer only.
            if (data.stripLeading().startsWith("{")) {
                listener.event(data);
            }
        }
    }

    @Override
    public ServletOutputStream getOutputStream() {
        return new ServletOutputStream() {
            @Override
            public boolean isReady() {
                return true;
            }

            @Override
            public void setWriteListener(WriteListener listener) {
                throw new IllegalStateException("this answer is written by its thread");
            }

            @Override
            public void write(int b) throws IOException {
                take(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                take(bytes, offset, length);
            }
        };
    }

    @Override
    public boolean isCommitted() {
        return begun;
    }

    @Override
    public void resetBuffer() {
        whole.reset();
    }

    @Override
    public void setStatus(int value) {
        status = value;
    }

    @Override
    public int getStatus() {
        return status;
    }

    @Override
    public void sendError(int value) {
        status = value;
    }

    @Override
    public void sendError(int value, String message) {
        status = value;
    }

    @Override
    public void setHeader(String name, @Nullable String value) {
        if (value == null) {
            headers.remove(name);
        } else {
            headers.put(name, value);
        }
    }

    @Override
    public void addHeader(String name, String value) {
        headers.put(name, value);
    }

    @Override
    public boolean containsHeader(String name) {
        return headers.containsKey(name);
    }

    @Override
    public @Nullable String getHeader(String name) {
        return headers.get(name);
    }

    @Override
    public Collection<String> getHeaders(String name) {
        String value = headers.get(name);
        return value == null ? List.of() : List.of(value);
    }

    @Override
    public Collection<String> getHeaderNames() {
        return headers.keySet();
    }

    @Override
    public void setContentType(@Nullable String type) {
        setHeader("content-type", type);
    }

    @Override
    public @Nullable String getContentType() {
        return headers.get("content-type");
    }

    @Override
    public String getCharacterEncoding() {
        return "UTF-8";
    }
}
