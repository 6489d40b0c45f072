package dev.stoa.bench.gateway;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** One connection to a gateway, kept open, that asks for streams: a client that costs little. Not thread-safe. */
final class StreamClient implements AutoCloseable {
    private static final int BUFFER = 16 << 10;
    private static final int SILENCE_MILLIS_MAX = 30_000;
    private static final byte[] DONE = "[DONE]".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] END = "0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private final String name;
    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;
    private final byte[] request;
    private final byte[] buffer = new byte[BUFFER];

    StreamClient(Gateway gateway, String model) throws IOException {
        this.name = gateway.name();
        this.request = request(gateway, model);
        this.socket = new Socket(gateway.url().getHost(), gateway.url().getPort());
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(SILENCE_MILLIS_MAX);
        this.in = new BufferedInputStream(socket.getInputStream(), BUFFER);
        this.out = socket.getOutputStream();
    }

    private static byte[] request(Gateway gateway, String model) {
        String body = "{\"model\":\"" + model + "\",\"stream\":true,\"max_tokens\":100,"
                + "\"messages\":[{\"role\":\"user\",\"content\":\"Write sixty-four words about the sea, please.\"}]}";
        StringBuilder text = new StringBuilder("POST " + gateway.url().getPath() + " HTTP/1.1\r\nHost: "
                + gateway.url().getAuthority() + "\r\nContent-Type: application/json\r\nContent-Length: "
                + body.length() + "\r\n");
        gateway.headers().forEach((name, value) -> text.append(name + ": " + value + "\r\n"));
        return (text + "\r\n" + body).getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * One whole stream.
     *
     * @return nanoseconds from the request to the answer's last byte
     * @throws IOException if it is not answered by a whole stream
     */
    long ask() throws IOException {
        long begin = System.nanoTime();
        out.write(request);
        byte[] tail = new byte[64];
        int kept = 0;
        boolean done = false;
        boolean first = true;
        while (true) {
            int read = in.read(buffer, 0, BUFFER);
            if (read < 0) {
                throw new IOException(name + " ended the connection");
            }
            if (first && !new String(buffer, 0, Math.min(read, 12), StandardCharsets.US_ASCII).equals("HTTP/1.1 200")) {
                throw new IOException(name + ": " + new String(buffer, 0, Math.min(read, 500), StandardCharsets.UTF_8));
            }
            first = false;
            byte[] seen = new byte[kept + read];
            System.arraycopy(tail, 0, seen, 0, kept);
            System.arraycopy(buffer, 0, seen, kept, read);
            done |= contains(seen, DONE);
            if (endsWith(seen, END)) {
                if (!done) {
                    throw new IOException(name + " ended the stream before [DONE]");
                }
                return System.nanoTime() - begin;
            }
            kept = Math.min(tail.length, seen.length);
            System.arraycopy(seen, seen.length - kept, tail, 0, kept);
        }
    }

    /** Asks for a stream and waits for its first event; the stream goes on until {@link #close}. */
    void begin() throws IOException {
        out.write(request);
        StringBuilder seen = new StringBuilder();
        while (seen.indexOf("content\":\"w") < 0) {
            int read = in.read(buffer, 0, BUFFER);
            if (read < 0 || seen.length() > BUFFER) {
                throw new IOException("no stream from " + name + ": " + seen);
            }
            seen.append(new String(buffer, 0, read, StandardCharsets.UTF_8));
        }
    }

    /**
     * Reads what there is.
     *
     * @return how many events that was: there is one w in each
     */
    int drain() throws IOException {
        int events = 0;
        while (in.available() > 0) {
            int read = in.read(buffer, 0, BUFFER);
            for (int i = 0; i < read; i++) {
                events += buffer[i] == 'w' ? 1 : 0;
            }
        }
        return events;
    }

    private static boolean endsWith(byte[] bytes, byte[] end) {
        for (int i = 0; i < end.length; i++) {
            if (bytes.length < end.length || bytes[bytes.length - end.length + i] != end[i]) {
                return false;
            }
        }
        return true;
    }

    private static boolean contains(byte[] bytes, byte[] part) {
        for (int at = bytes.length - part.length; at >= 0; at--) {
            int i = 0;
            while (i < part.length && bytes[at + i] == part[i]) {
                i++;
            }
            if (i == part.length) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
