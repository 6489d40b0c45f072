package dev.stoa.api.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.stoa.api.ApiServer;
import dev.stoa.engine.Generation.Finish;
import dev.stoa.generation.Generations;
import dev.stoa.inference.ScriptedEngine;
import java.io.IOException;
import java.net.URI;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Many requests over one connection, with the JDK's own client. */
@Tag("e2e")
class WebSocketTest {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final JsonMapper JSON = new JsonMapper();
    private static final String CHAT =
            "{'model':'stoa-latest','stream':true,'messages':[{'role':'user','content':'hi'}]}";
    private static ApiServer server;

    @BeforeAll
    static void start() throws IOException {
        server = ApiServer.start(
                "", "--stoa.websocket.requests=4", "--stoa.websocket.ping=100ms", "--stoa.websocket.message=64KB");
    }

    @AfterAll
    static void stop() throws IOException {
        server.close();
    }

    /** A client that keeps what comes. */
    private static final class Client implements WebSocket.Listener, AutoCloseable {
        private final BlockingQueue<JsonNode> heard = new LinkedBlockingQueue<>();
        private final CompletableFuture<Integer> closed = new CompletableFuture<>();
        private final StringBuilder text = new StringBuilder();
        private final WebSocket socket;

        Client(ApiServer server, Map<String, String> headers) {
            WebSocket.Builder builder = server.http().newWebSocketBuilder();
            headers.forEach(builder::header);
            socket = builder.buildAsync(URI.create("ws://127.0.0.1:" + server.port() + "/v1/ws"), this)
                    .join();
        }

        static Client open(ApiServer server) {
            return new Client(server, Map.of("x-api-key", ApiServer.KEY, "anthropic-version", "2023-06-01"));
        }

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
            text.append(part);
            if (last) {
                heard.add(JSON.readTree(text.toString()));
                text.setLength(0);
            }
            from.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket from, int status, String reason) {
            closed.complete(status);
            return null;
        }

        void say(String json) {
            socket.sendText(json.replace('\'', '"'), true).join();
        }

        void ask(String id, String path, String body) {
            say("{'id':'" + id + "','path':'" + path + "','body':" + body + "}");
        }

        JsonNode next() throws InterruptedException {
            JsonNode message = heard.poll(20, TimeUnit.SECONDS);
            assertThat(message).as("a message within 20 s").isNotNull();
            return message;
        }

        /** All messages of a request up to its last; those of others are passed over. */
        List<JsonNode> all(String id) throws InterruptedException {
            List<JsonNode> mine = new ArrayList<>();
            while (true) {
                JsonNode message = next();
                if (message.get("id").asString("").equals(id)) {
                    mine.add(message);
                    String type = message.path("type").asString("");
                    if (type.equals("end") || type.equals("response") || type.equals("error")) {
                        return mine;
                    }
                }
            }
        }

        @Override
        public void close() {
            socket.abort();
        }
    }

    private static String said(List<JsonNode> messages) {
        return messages.stream()
                .map(message -> message.at("/event/choices/0/delta/content").asString(""))
                .collect(Collectors.joining());
    }

    @Test
    void speaksBothProtocolsOverOneConnection() throws InterruptedException {
        try (Client client = Client.open(server)) {
            client.ask("a", "/v1/messages", ApiServer.message("hi", true));
            server.engine().nextRun().say("Größe ").say("one.").end(Finish.END_OF_TURN);
            List<JsonNode> events = client.all("a");
            assertThat(events.getFirst().get("type").stringValue()).isEqualTo("begin");
            assertThat(events.getFirst().get("request_id").stringValue()).startsWith("req_");
            assertThat(events.stream().map(event -> event.at("/event/type").asString("")))
                    .contains("message_start", "content_block_delta", "message_stop");
            assertThat(events.stream()
                            .map(event -> event.at("/event/delta/text").asString(""))
                            .collect(Collectors.joining()))
                    .isEqualTo("Größe one.");

            client.ask("a", "/v1/chat/completions", CHAT.replace("'stream':true,", ""));
            server.engine().nextRun().say("Whole.").end(Finish.END_OF_TURN);
            JsonNode whole = client.all("a").getFirst();
            assertThat(whole.get("status").intValue()).isEqualTo(200);
            assertThat(whole.at("/body/choices/0/message/content").stringValue())
                    .isEqualTo("Whole.");
        }
    }

    @Test
    void answersManyAtOnceAndNoMoreThanItsLimit() throws InterruptedException {
        try (Client client = Client.open(server)) {
            for (int i = 0; i < 5; i++) {
                client.ask("r" + i, "/v1/chat/completions", CHAT);
            }
            JsonNode refused = client.next();
            while (!refused.path("type").asString("").equals("error")) {
                refused = client.next();
            }
            assertThat(refused.get("id").stringValue()).isEqualTo("r4");
            assertThat(refused.at("/error/type").stringValue()).isEqualTo("rate_limited");
            List<ScriptedEngine.Run> runs = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                runs.add(server.engine().nextRun());
            }
            runs.reversed().forEach(run -> run.say("Done.").end(Finish.END_OF_TURN));
            int ends = 0;
            while (ends < 4) {
                ends += client.next().path("type").asString("").equals("end") ? 1 : 0;
            }
        }
        await().atMost(SOON).until(() -> server.engine().running() == 0);
    }

    @Test
    void aRequestWhoseClientWaitsHoldsUpNoOther() throws InterruptedException {
        try (Client client = Client.open(server)) {
            client.say("{'id':'slow','path':'/v1/chat/completions','window':2,'body':" + CHAT + "}");
            ScriptedEngine.Run slow = server.engine().nextRun();
            String long40 = IntStream.range(0, 40)
                    .mapToObj(i -> "w" + i + " ")
                    .peek(slow::say)
                    .collect(Collectors.joining());
            slow.end(Finish.END_OF_TURN);
            client.ask("quick", "/v1/chat/completions", CHAT);
            server.engine().nextRun().say("Quick.").end(Finish.END_OF_TURN);
            List<JsonNode> slowSoFar = new ArrayList<>();
            JsonNode message;
            do {
                message = client.next();
                if (message.get("id").stringValue().equals("slow") && message.has("event")) {
                    slowSoFar.add(message);
                }
            } while (!(message.get("id").stringValue().equals("quick")
                    && message.path("type").asString("").equals("end")));
            assertThat(slowSoFar).hasSizeLessThanOrEqualTo(2);
            client.say("{'id':'slow','more':1000}");
            slowSoFar.addAll(client.all("slow"));
            assertThat(said(slowSoFar)).isEqualTo(long40);
        }
    }

    private static String outcomes(String requestId) {
        return server.jdbc()
                .sql("select outcome from usage_event where request_id = ?")
                .param(requestId)
                .query(String.class)
                .list()
                .toString();
    }

    @Test
    void cancelsOneAndSettlesAllWhenTheConnectionDies() throws InterruptedException {
        List<String> requests = new ArrayList<>();
        List<ScriptedEngine.Run> runs = new ArrayList<>();
        try (Client client = Client.open(server)) {
            for (String id : List.of("a", "b")) {
                client.ask(id, "/v1/chat/completions", CHAT);
                runs.add(server.engine().nextRun().say("Partly"));
                JsonNode message = client.next();
                while (!message.has("request_id")) {
                    message = client.next();
                }
                requests.add(message.get("request_id").stringValue());
            }
            client.say("{'id':'a','cancel':true}");
            List<JsonNode> rest = client.all("a");
            assertThat(rest.getLast().get("cancelled").booleanValue()).isTrue();
            assertThat(runs.getFirst().awaitEnd(SOON)).isTrue();
        }
        assertThat(runs.getLast().awaitEnd(SOON)).isTrue();
        for (String request : requests) {
            await().atMost(SOON).until(() -> outcomes(request).equals("[cancelled]"));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "no json|",
                "[1]|message",
                "{'path':'/v1/messages','body':{}}|id",
                "{'id':'x','path':'/v1/files','body':{}}|path",
                "{'id':'x','path':'/v1/messages'}|body",
                "{'id':'x','path':'/v1/messages','body':{},'more':0}|more",
                "{'id':'x','path':'/v1/messages','body':{},'other':0}|other",
            })
    void aWrongMessageIsRefusedAndTheConnectionGoesOn(String message, String param) throws InterruptedException {
        try (Client client = Client.open(server)) {
            client.say(message);
            JsonNode error = client.next();
            assertThat(error.get("type").stringValue()).isEqualTo("error");
            JsonNode at = error.at("/error/param");
            assertThat(at.isNull() ? null : at.stringValue()).isEqualTo(param);
            client.ask("bad", "/v1/messages", "{'model':'stoa-latest'}");
            JsonNode refused = client.all("bad").getFirst();
            assertThat(refused.get("status").intValue()).isEqualTo(400);
            assertThat(refused.at("/body/error/type").stringValue()).isEqualTo("invalid_request_error");
        }
    }

    @Test
    void aMessageThatIsTooLargeEndsTheConnection() throws Exception {
        try (Client client = Client.open(server)) {
            client.ask("big", "/v1/messages", ApiServer.message("x".repeat(50_000), false));
            assertThat(client.all("big").getFirst().get("status").intValue()).isEqualTo(400);
            client.say("x".repeat(70_000));
            assertThat(client.closed.get(20, TimeUnit.SECONDS)).isEqualTo(1009);
        }
    }

    @Test
    void refusesStrangersAndOtherSites() {
        assertThatThrownBy(() -> new Client(server, Map.of()))
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        WebSocketHandshakeException.class,
                        refusal ->
                                assertThat(refusal.getResponse().statusCode()).isEqualTo(401));
        assertThatThrownBy(() ->
                        new Client(server, Map.of("x-api-key", ApiServer.KEY, "origin", "https://elsewhere.example")))
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        WebSocketHandshakeException.class,
                        refusal ->
                                assertThat(refusal.getResponse().statusCode()).isEqualTo(403));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theSameRequestUnderAKeyRunsOnce(boolean stream) throws InterruptedException {
        String headers = "{'idempotency-key':'" + UUID.randomUUID() + "'}";
        String message = "{'id':'a','path':'/v1/chat/completions','headers':" + headers + ",'body':"
                + CHAT.replace("'stream':true", "'stream':" + stream) + "}";
        try (Client client = Client.open(server)) {
            client.say(message);
            server.engine().nextRun().say("Only ").say("once.").end(Finish.END_OF_TURN);
            List<JsonNode> first = client.all("a");
            client.say(message);
            List<JsonNode> again = client.all("a");
            assertThat(again.getFirst().at("/headers/idempotent-replayed").stringValue())
                    .isEqualTo("true");
            assertThat(answer(again)).isEqualTo(answer(first)).isNotEmpty();
            client.say(message.replace("hi", "ho"));
            assertThat(client.all("a").getFirst().get("status").intValue()).isEqualTo(422);
            assertThat(server.engine().untouched()).isTrue();
        }
    }

    /** The events, or the whole answer: what doesn't name the request. */
    private static List<JsonNode> answer(List<JsonNode> messages) {
        return messages.stream()
                .map(message -> message.path(message.has("event") ? "event" : "body"))
                .filter(part -> !part.isMissingNode())
                .toList();
    }

    @Test
    void drainsBeforeItSaysGoodbye() throws Exception {
        try (ApiServer stopping = server.startBeside("--stoa.limits.drain=15s")) {
            Client client = Client.open(stopping);
            client.ask("a", "/v1/chat/completions", CHAT);
            ScriptedEngine.Run run = stopping.engine().nextRun().say("Before ");
            Generations generations = stopping.part(Generations.class);
            Thread stop = Thread.ofVirtual().start(stopping::stop);
            await().atMost(SOON).until(generations::draining);
            client.ask("late", "/v1/chat/completions", CHAT);
            assertThat(client.all("late").getFirst().get("status").intValue()).isEqualTo(503);
            run.say("after.").end(Finish.END_OF_TURN);
            assertThat(client.all("a").getLast().has("cancelled")).isFalse();
            assertThat(client.closed.get(20, TimeUnit.SECONDS)).isEqualTo(1001);
            stop.join();
        }
    }

    @Test
    void describesItself() throws Exception {
        String document = server.get("/asyncapi.yaml").body();
        assertThat(document).startsWith("asyncapi: 3.0.0");
    }
}
