package dev.stoa.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Against a server in this process that speaks the protocol as far as the chat hears it. */
class ChatCommandTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    @TempDir
    Path data;

    private HttpServer server;
    private final List<JsonNode> asked = Collections.synchronizedList(new ArrayList<>());
    private final List<String> keys = Collections.synchronizedList(new ArrayList<>());
    private final CountDownLatch clientGone = new CountDownLatch(1);
    private volatile Answer answer = stream(says("Hel") + says("lo ☀") + ends("end_turn"));
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private interface Answer {
        void to(HttpExchange exchange) throws IOException;
    }

    @BeforeEach
    void open() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/v1/models", exchange -> {
            try (exchange) {
                send(exchange, 200, "{\"data\":[{\"id\":\"first:a\"},{\"id\":\"second:b\"}]}");
            }
        });
        server.createContext("/v1/messages", exchange -> {
            keys.add(String.valueOf(exchange.getRequestHeaders().getFirst("x-api-key")));
            assertThat(exchange.getRequestHeaders().getFirst("anthropic-version"))
                    .isEqualTo("2023-06-01");
            asked.add(JSON.readTree(exchange.getRequestBody().readAllBytes()));
            try (exchange) {
                answer.to(exchange);
            }
        });
        server.start();
    }

    @AfterEach
    void close() {
        server.stop(0);
    }

    private URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    private static void send(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    private static Answer stream(String events) {
        return exchange -> {
            exchange.getResponseHeaders().set("content-type", "text/event-stream");
            exchange.sendResponseHeaders(200, 0);
            String start = "event: message_start\ndata: {\"type\":\"message_start\"}\n\n: a comment\n\n"
                    + "event: ping\r\ndata: {\"type\":\"ping\"}\r\n\r\n";
            exchange.getResponseBody().write((start + events).getBytes(StandardCharsets.UTF_8));
        };
    }

    private static String says(String text) {
        return "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\ndata: \"delta\":"
                + "{\"type\":\"text_delta\",\"text\":" + JSON.writeValueAsString(text) + "}}\n\n";
    }

    private static String ends(String reason) {
        return "event: message_delta\ndata: {\"delta\":{\"stop_reason\":\"" + reason
                + "\"},\"usage\":{\"output_tokens\":2}}\n\nevent: message_stop\ndata: {}\n\n";
    }

    private int run(Map<String, String> environment, String input, String... arguments) {
        ChatCommand command =
                new ChatCommand(environment, new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)));
        List<String> line = new ArrayList<>();
        if (!Files.exists(data.resolve("stoa.yml"))) {
            line.addAll(List.of("--url", url().toString()));
        }
        if (!List.of(arguments).contains("--data")) {
            line.addAll(List.of("--data", data.toString()));
        }
        line.addAll(List.of(arguments));
        return new CommandLine(command)
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(line.toArray(String[]::new));
    }

    @Test
    void asksOneQuestionAndPrintsTheAnswer() {
        assertThat(run(Map.of("STOA_API_KEY", "k1"), "", "--system", "Be brief.", "Why", "so?"))
                .isZero();
        assertThat(out).hasToString("Hello ☀" + System.lineSeparator());
        assertThat(err.toString()).isEmpty();
        assertThat(keys).containsExactly("k1");
        JsonNode body = asked.getFirst();
        assertThat(body.path("model").asString()).isEqualTo("first:a");
        assertThat(body.path("stream").asBoolean()).isTrue();
        assertThat(body.path("system").asString()).isEqualTo("Be brief.");
        assertThat(body.path("messages").path(0).path("content").asString()).isEqualTo("Why so?");
    }

    @Test
    void findsTheServerWhereTheSettingsSay() throws Exception {
        Files.writeString(data.resolve("stoa.yml"), "port: %d\n".formatted(url().getPort()));
        assertThat(run(Map.of(), "", "q")).as(err.toString()).isZero();
        assertThat(out.toString()).startsWith("Hello");
    }

    @Test
    void readsTheQuestionFromAPipe() {
        assertThat(run(Map.of(), "piped\n")).isZero();
        assertThat(run(Map.of(), "a text", "Explain:", "-")).isZero();
        assertThat(asked.get(0).path("messages").path(0).path("content").asString())
                .isEqualTo("piped");
        assertThat(asked.get(1).path("messages").path(0).path("content").asString())
                .isEqualTo("Explain: \na text");
        assertThat(run(Map.of(), "  ")).isEqualTo(ExitCode.USAGE);
    }

    @Test
    void takesTheKeyOfTheDataFolderLast() throws Exception {
        Files.writeString(data.resolve("admin.key"), "from-file\n");
        run(Map.of(), "", "q");
        run(Map.of("STOA_ADMIN_KEY", "from-admin"), "", "q");
        run(Map.of("STOA_ADMIN_KEY", "from-admin"), "", "--key", "given", "q");
        assertThat(keys).containsExactly("from-file", "from-admin", "given");
    }

    @Test
    void saysErrorsInPlainWords() {
        answer = exchange -> send(
                exchange, 401, "{\"type\":\"error\",\"error\":{\"type\":\"x\",\"message\":\"invalid x-api-key\"}}");
        assertThat(run(Map.of(), "", "q")).isEqualTo(ExitCode.FAILURE);
        assertThat(err.toString()).contains("invalid x-api-key", "STOA_API_KEY");

        answer = stream(says("Half") + "event: error\ndata: {\"error\":{\"message\":\"model is overloaded\"}}\n\n");
        assertThat(run(Map.of(), "", "q")).isEqualTo(ExitCode.FAILURE);
        assertThat(err.toString()).contains("model is overloaded");

        answer = stream(says("Half"));
        assertThat(run(Map.of(), "", "q")).isEqualTo(ExitCode.FAILURE);
        assertThat(err.toString()).contains("broke off");

        server.stop(0);
        assertThat(run(Map.of(), "", "q")).isEqualTo(ExitCode.FAILURE);
        assertThat(err.toString()).contains("No server answers at " + url(), "stoa serve");
    }

    @Test
    void aConversationRemembersAndForgets() throws Exception {
        try (ChatClient client = new ChatClient(url(), null)) {
            ChatSession session = new ChatSession(client, new PrintWriter(out), "m", "", 100);
            assertThat(session.line("one")).isTrue();
            answer = exchange -> send(exchange, 529, "{\"error\":{\"message\":\"busy\"}}");
            session.line("lost");
            answer = stream(says("ok") + ends("max_tokens"));
            session.line("two");
            session.line("/new");
            session.line("/system Be kind.");
            session.line("/model other");
            session.line("three");
            session.line("/what");
            assertThat(session.line("/exit")).isFalse();
        }
        assertThat(asked).hasSize(4);
        assertThat(asked.get(2).path("messages")).as("one, its answer, two").hasSize(3);
        assertThat(asked.get(2).path("messages").path(1).path("role").asString())
                .isEqualTo("assistant");
        assertThat(asked.get(3).path("messages")).hasSize(1);
        assertThat(asked.get(3).path("model").asString()).isEqualTo("other");
        assertThat(asked.get(3).path("system").asString()).isEqualTo("Be kind.");
        assertThat(out.toString()).contains("busy", "--max-tokens", "There is no /what");
    }

    @Test
    void aStopEndsTheAnswerOnTheServerToo() throws Exception {
        answer = exchange -> {
            stream(says("begun")).to(exchange);
            OutputStream body = exchange.getResponseBody();
            body.flush();
            try {
                while (true) {
                    body.write(": waiting\n\n".getBytes(StandardCharsets.UTF_8));
                    body.flush();
                    if (clientGone.await(5, TimeUnit.MILLISECONDS)) {
                        return;
                    }
                }
            } catch (IOException e) {
                clientGone.countDown();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        };
        CompletableFuture<Void> begun = new CompletableFuture<>();
        try (ChatClient client = new ChatClient(url(), null)) {
            begun.thenRunAsync(client::stop);
            ChatClient.Answer stopped =
                    client.ask("m", "", List.of(new ChatClient.Turn("user", "q")), 10, _ -> begun.complete(null));
            assertThat(stopped.text()).isEqualTo("begun");
            assertThat(stopped.stopReason()).isNull();
            assertThat(clientGone.await(10, TimeUnit.SECONDS)).isTrue();

            answer = stream(says("again") + ends("end_turn"));
            assertThat(client.ask("m", "", List.of(new ChatClient.Turn("user", "q")), 10, _ -> {})
                            .text())
                    .isEqualTo("again");
        }
    }

    @Test
    void aModelCannotDriveTheTerminal() {
        assertThat(ChatSession.printable("a\u001b[2J\u0007b\r\n\tc\u009b1m")).isEqualTo("a[2Jb\n\tc1m");
    }

    @Test
    void makesAKeyThatOnlyTheOwnerReads() throws Exception {
        KeyFile file = new KeyFile(data.resolve("new"));
        assertThat(file.read()).isNull();
        String made = file.make();
        assertThat(made).matches("sk-stoa-[A-Za-z0-9_-]{43}");
        assertThat(file.read()).isEqualTo(made);
        assertThat(Files.getPosixFilePermissions(data.resolve("new/admin.key")))
                .containsExactlyInAnyOrder(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
        assertThat(run(Map.of(), "", "--data", data.resolve("new").toString(), "q"))
                .isZero();
        assertThat(keys).containsExactly(made);
    }

    @Test
    void aStartedServerIsWaitedForAndSignsOff() throws Exception {
        Path launcher = data.resolve("launcher");
        Files.writeString(launcher, "#!/bin/sh\necho \"$@ $STOA_ADMIN_KEY\"\nexit 3\n");
        assertThat(launcher.toFile().setExecutable(true)).isTrue();
        Map<String, String> environment =
                Map.of(ServerChild.LAUNCHER, launcher.toString(), "PATH", System.getenv("PATH"));
        assertThat(ServerChild.possible(environment)).isTrue();
        assertThat(ServerChild.possible(Map.of())).isFalse();
        try (ServerChild child = ServerChild.start(environment, data, "sk-test")) {
            assertThatThrownBy(() -> child.awaitReady(URI.create("http://127.0.0.1:1")))
                    .hasMessageContaining("ended with code 3");
            assertThat(child.log()).content().contains("serve --data " + data + " sk-test");
        }
    }
}
