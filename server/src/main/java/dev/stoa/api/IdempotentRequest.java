package dev.stoa.api;

import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.jspecify.annotations.Nullable;

/** A request whose body is digested as it is read. One thread. */
final class IdempotentRequest extends HttpServletRequestWrapper {
    private static final int BUFFER = 8192;
    /** What of a body a controller may leave unread, as it is no part of what it takes. */
    private static final int REST_BYTES_MAX = 65_536;

    private final MessageDigest digest;
    private @Nullable Input input;
    private long bytes;
    private boolean ended;

    IdempotentRequest(HttpServletRequest request) {
        super(request);
        try {
            this.digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** Method, path and query. */
    String target() {
        String query = getQueryString();
        return getMethod() + " " + getRequestURI() + (query == null ? "" : "?" + query);
    }

    /** Reads on. @return false if there is more behind {@code most} bytes in all */
    boolean readOn(long most) throws IOException {
        byte[] buffer = new byte[BUFFER];
        ServletInputStream in = getInputStream();
        while (bytes <= most) {
            if (in.read(buffer) < 0) {
                ended = true;
                break;
            }
        }
        return ended;
    }

    /** Reads what a controller left, to be done before its answer leaves: then Tomcat closes the body. */
    boolean readRest() throws IOException {
        return ended || readOn(bytes + REST_BYTES_MAX);
    }

    /** Of what was read; once. */
    byte[] digest() {
        return digest.digest();
    }

    long bytes() {
        return bytes;
    }

    @Override
    public ServletInputStream getInputStream() throws IOException {
        Input opened = input;
        if (opened == null) {
            opened = new Input(super.getInputStream());
            input = opened;
        }
        return opened;
    }

    private final class Input extends ServletInputStream {
        private final ServletInputStream inner;

        Input(ServletInputStream inner) {
            this.inner = inner;
        }

        @Override
        public int read() throws IOException {
            int read = inner.read();
            if (read >= 0) {
                digest.update((byte) read);
                bytes++;
            }
            return read;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            int read = inner.read(into, offset, length);
            if (read > 0) {
                digest.update(into, offset, read);
                bytes += read;
            }
            return read;
        }

        @Override
        public boolean isFinished() {
            return inner.isFinished();
        }

        @Override
        public boolean isReady() {
            return inner.isReady();
        }

        @Override
        public void setReadListener(ReadListener listener) {
            inner.setReadListener(listener);
        }
    }
}
