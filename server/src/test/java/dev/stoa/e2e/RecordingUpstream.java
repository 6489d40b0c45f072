package dev.stoa.e2e;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A model server that writes down what it made for whom: a token every two milliseconds until it has made all, or its
 * client has left, for which it looks before each. A request says who asks by its text, and each is counted otherwise.
 * Thread-safe.
 */
final class RecordingUpstream implements AutoCloseable {
    static final int TOKENS_MIN = 16;
    private static final int PACE_MILLIS = 2;
    private static final Pattern ASKER = Pattern.compile("asker-(\\d+)");
    private static final String HEAD =
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
    private static final String END = "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
            + "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":%d,\"completion_tokens\":%d}}\n\ndata: [DONE]\n\n";

    /** @param whole whether its end was written */
    record Made(int tokens, boolean whole) {}

    static int promptTokens(int asker) {
        return 5 + asker % 7;
    }

    /** Of its whole answer. */
    static int tokens(int asker) {
        return TOKENS_MIN + asker % 31;
    }

    private final ServerSocket socket;
    private final Map<String, Made> made = new ConcurrentHashMap<>();

    RecordingUpstream() throws IOException {
        this.socket = new ServerSocket(0, 512, InetAddress.getLoopbackAddress());
        Thread.ofPlatform().daemon().name("recording-upstream").start(this::accept);
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + socket.getLocalPort() + "/v1");
    }

    /** By asker; who was refused before it came here is not among them. */
    Map<String, Made> made() {
        return Map.copyOf(made);
    }

    private void accept() {
        while (!socket.isClosed()) {
            try {
                Socket client = socket.accept();
                Thread.ofVirtual().start(() -> serve(client));
            } catch (IOException _) {
                // Closed: the loop ends.
            }
        }
    }

    private void serve(Socket client) {
        try (client) {
            client.setTcpNoDelay(true);
            InputStream in = client.getInputStream();
            for (String body = request(in); body != null; body = request(in)) {
                Matcher asker = ASKER.matcher(body);
                if (!asker.find()) {
                    throw new IllegalArgumentException("nobody asks in " + body);
                }
                answer(Integer.parseInt(asker.group(1)), client, in);
            }
        } catch (IOException _) {
            // The client has gone; what was made for it is written down.
        }
    }

    private void answer(int asker, Socket client, InputStream in) throws IOException {
        int all = tokens(asker);
        int tokens = 0;
        boolean whole = false;
        client.setSoTimeout(PACE_MILLIS);
        try {
            OutputStream out = client.getOutputStream();
            out.write(HEAD.getBytes(StandardCharsets.US_ASCII));
            while (tokens < all && stays(in)) {
                write(out, "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"w" + tokens + " \"}}]}\n\n");
                tokens++;
            }
            if (tokens == all) {
                write(out, END.formatted(promptTokens(asker), all));
                out.write("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                whole = true;
            } else {
                client.close();
            }
        } finally {
            made.put("asker-" + asker, new Made(tokens, whole));
        }
        client.setSoTimeout(0);
    }

    /** Waits for a token's time, or until the client leaves. */
    private static boolean stays(InputStream in) throws IOException {
        try {
            return in.read() >= 0;
        } catch (SocketTimeoutException _) {
            return true;
        }
    }

    private static void write(OutputStream out, String data) throws IOException {
        out.write((Integer.toHexString(data.length()) + "\r\n" + data + "\r\n").getBytes(StandardCharsets.US_ASCII));
    }

    private static @Nullable String request(InputStream in) throws IOException {
        int length = 0;
        String line = line(in);
        if (line == null) {
            return null;
        }
        while (line != null && !line.isEmpty()) {
            if (line.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
                length = Integer.parseInt(line.substring(15).strip());
            }
            line = line(in);
        }
        return new String(in.readNBytes(length), StandardCharsets.UTF_8);
    }

    private static @Nullable String line(InputStream in) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(64);
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                return null;
            }
            if (next != '\r') {
                bytes.write(next);
            }
        }
        return bytes.toString(StandardCharsets.US_ASCII);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
