package dev.stoa.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stoa.admission.Admission;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Clients that stay connected and read slowly, or not at all. Each ends once and leaves no place taken. */
@Tag("e2e")
class SlowClientTest {
    private static final Duration SOON = Duration.ofSeconds(60);
    /** Far more than what fits between the two ends of a connection. */
    private static final int LONG = 900_000;

    private static ApiServer server;

    @BeforeAll
    static void start() throws IOException {
        server = ApiServer.start(
                "", "--stoa.mock-models=mock-0-0-" + LONG + ",mock-0-0-3000", "--server.tomcat.connection-timeout=2s");
    }

    @AfterAll
    static void stop() throws IOException {
        server.close();
    }

    private static Socket ask(String model, int tokens) throws IOException {
        String body = ApiServer.message("tell me all", true)
                .replace("scripted:v1", model)
                .replace("\"max_tokens\":50", "\"max_tokens\":" + tokens);
        Socket socket = new Socket();
        socket.setReceiveBufferSize(4096);
        socket.connect(new InetSocketAddress("127.0.0.1", server.port()));
        String head = "POST /v1/messages HTTP/1.1\r\nHost: x\r\nConnection: close\r\nx-api-key: " + ApiServer.KEY
                + "\r\nanthropic-version: 2023-06-01\r\nContent-Length: " + body.length() + "\r\n\r\n";
        socket.getOutputStream().write((head + body).getBytes(StandardCharsets.UTF_8));
        return socket;
    }

    private static String outcomes(String model) {
        return String.join(
                ",",
                server.jdbc()
                        .sql("select outcome from usage_event where model = ?")
                        .param(model)
                        .query((row, _) -> String.valueOf(row.getString("outcome")))
                        .list());
    }

    private static void awaitOne(String model, String outcome) {
        await().atMost(SOON).untilAsserted(() -> assertThat(outcomes(model)).isEqualTo(outcome));
        assertThat(server.part(Admission.class).inFlight()).isZero();
    }

    @Test
    void oneThatReadsNothingIsGivenUp() throws IOException {
        String model = "mock-0-0-" + LONG;
        try (Socket socket = ask(model, LONG)) {
            awaitOne(model, "cancelled");
            assertThat(socket.isClosed()).as("by this end").isFalse();
        }
    }

    @Test
    void oneThatReadsSlowlyGetsAll() throws IOException, InterruptedException {
        String model = "mock-0-0-3000";
        StringBuilder all = new StringBuilder();
        try (Socket socket = ask(model, 3000)) {
            InputStream in = socket.getInputStream();
            byte[] piece = new byte[4096];
            for (int count = in.read(piece); count >= 0; count = in.read(piece)) {
                all.append(new String(piece, 0, count, StandardCharsets.UTF_8));
                // Nothing is waited for: this is what slow means.
                Thread.sleep(Duration.ofMillis(10));
            }
        }
        assertThat(all).contains("event: message_stop");
        awaitOne(model, "completed");
    }
}
