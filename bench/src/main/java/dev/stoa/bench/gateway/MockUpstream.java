package dev.stoa.bench.gateway;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * An OpenAI upstream that costs next to nothing: it reads a request and writes bytes that were made before,
 * an event at a time. A request
 * whose body names the model {@link #SLOW} gets one event a second until its client leaves. Thread-safe.
 */
final class MockUpstream implements AutoCloseable {
    static final String FAST = "fast";
    static final String SLOW = "slow";
    static final int EVENTS = 64;
    private static final int BACKLOG = 4096;
    private static final String HEAD =
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";

    private final ServerSocket socket;
    private final byte[][] answer = answer();

    /** One in a process of its own, so that its files don't count against those of the load. */
    static final class Child implements AutoCloseable {
        private final Process process;
        private final String url;

        Child() throws IOException {
            this.process = new ProcessBuilder(
                            ProcessHandle.current().info().command().orElse("java"),
                            "-cp",
                            System.getProperty("java.class.path"),
                            MockUpstream.class.getName())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            String said = process.inputReader().readLine();
            if (said == null) {
                throw new IOException("the mock upstream did not start");
            }
            this.url = said;
        }

        String url() {
            return url;
        }

        @Override
        public void close() {
            process.destroy();
        }
    }

    /** Tells its address and serves until it is killed. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        try (MockUpstream upstream = new MockUpstream()) {
            System.out.println(upstream.url());
            Thread.sleep(Long.MAX_VALUE);
        }
    }

    MockUpstream() throws IOException {
        this.socket = new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress());
        Thread.ofPlatform().daemon().name("mock-upstream").start(this::accept);
    }

    String url() {
        return "http://127.0.0.1:" + socket.getLocalPort();
    }

    /** As a model server writes it: each event by itself. */
    private static byte[][] answer() {
        List<String> pieces = new ArrayList<>();
        pieces.add(HEAD);
        for (int i = 0; i < EVENTS; i++) {
            pieces.add(chunk(event("{\"content\":\"word \"}", "null")));
        }
        pieces.add(chunk(event("{}", "\"stop\"")));
        pieces.add(chunk("data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"fast\","
                + "\"choices\":[],\"usage\":{\"prompt_tokens\":12,\"completion_tokens\":64,\"total_tokens\":76}}\n\n"));
        pieces.add(chunk("data: [DONE]\n\n") + "0\r\n\r\n");
        return pieces.stream()
                .map(piece -> piece.getBytes(StandardCharsets.US_ASCII))
                .toArray(byte[][]::new);
    }

    private static String event(String delta, String finish) {
        return "data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"fast\",\"choices\":"
                + "[{\"index\":0,\"delta\":" + delta + ",\"finish_reason\":" + finish + "}]}\n\n";
    }

    private static String chunk(String data) {
        return Integer.toHexString(data.length()) + "\r\n" + data + "\r\n";
    }

    private void accept() {
        while (!socket.isClosed()) {
            try {
                Socket client = socket.accept();
                client.setTcpNoDelay(true);
                Thread.ofVirtual().start(() -> serve(client));
            } catch (IOException _) {
                // Closed: the loop ends.
            }
        }
    }

    private void serve(Socket client) {
        try (client;
                InputStream in = new BufferedInputStream(client.getInputStream(), 4096)) {
            OutputStream out = client.getOutputStream();
            while (true) {
                String body = request(in);
                if (body == null) {
                    return;
                }
                if (body.contains("\"" + SLOW + "\"")) {
                    drip(out);
                } else {
                    for (byte[] piece : answer) {
                        out.write(piece);
                    }
                }
            }
        } catch (IOException _) {
            // The client has gone.
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static void drip(OutputStream out) throws IOException, InterruptedException {
        byte[] event = chunk(event("{\"content\":\"word \"}", "null")).getBytes(StandardCharsets.US_ASCII);
        out.write(HEAD.getBytes(StandardCharsets.US_ASCII));
        while (true) {
            out.write(event);
            TimeUnit.SECONDS.sleep(1);
        }
    }

    /** A request's body; null at the connection's end. */
    private static @Nullable String request(InputStream in) throws IOException {
        int length = 0;
        boolean chunked = false;
        String line = line(in);
        if (line == null) {
            return null;
        }
        while (line != null && !line.isEmpty()) {
            String lower = line.toLowerCase(Locale.ROOT);
            if (lower.startsWith("content-length:")) {
                length = Integer.parseInt(
                        lower.substring("content-length:".length()).strip());
            }
            chunked |= lower.startsWith("transfer-encoding:") && lower.contains("chunked");
            line = line(in);
        }
        if (!chunked) {
            return new String(in.readNBytes(length), StandardCharsets.UTF_8);
        }
        StringBuilder body = new StringBuilder();
        while (true) {
            String size = line(in);
            if (size == null) {
                return null;
            }
            int bytes = Integer.parseInt(size.strip(), 16);
            body.append(new String(in.readNBytes(bytes), StandardCharsets.UTF_8));
            line(in);
            if (bytes == 0) {
                return body.toString();
            }
        }
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
