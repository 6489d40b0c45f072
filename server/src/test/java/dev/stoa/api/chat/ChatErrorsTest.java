package dev.stoa.api.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stoa.api.chat.ChatClient.Answer;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever is wrong with a request, the answer has this surface's error shape and changes nothing. */
class ChatErrorsTest {
    private static ChatServer server;
    private static ChatClient client;

    @BeforeAll
    static void start() {
        server = ChatServer.start();
        client = new ChatClient(server, server.key());
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static void assertError(Answer answer, int status, String type) {
        assertThat(answer.status()).as(answer.raw().body()).isEqualTo(status);
        assertThat(answer.errorType()).isEqualTo(type);
        assertThat(answer.body().get("error").get("message").asString()).isNotBlank();
        assertThat(answer.body().get("request_id").asString())
                .startsWith("req_")
                .isEqualTo(answer.raw().headers().firstValue("request-id").orElseThrow());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "\"x\"",
                "{",
                "{\"id\":}",
                "{} {}",
                "{\"id\":\"x\"}",
                "{\"id\":1}",
                "{\"id\":\"5a3c3b1e-0000-4000-8000-000000000001\",\"id\":\"5a3c3b1e-0000-4000-8000-000000000002\"}",
                "{\"id\":\"5a3c3b1e-0000-4000-8000-000000000001\",\"titel\":\"x\"}",
                "{\"id\":\"5a3c3b1e-0000-4000-8000-000000000001\",\"title\":1}",
                "{\"id\":\"5a3c3b1e-0000-4000-8000-000000000001\",\"title\":true}",
                "{\"id\":\"5a3c3b1e-0000-4000-8000-000000000001\",\"title\":{\"a\":1}}",
                "{\"id\":\"5a3c3b1e-0000-4000-8000-000000000001\",\"title\":\"a\\u0000b\"}",
                "{\"id\":\"5a3c3b1e-0000-4000-8000-000000000001\",\"title\":\"\\ud83d\"}",
                "{\"id\":\"5a3c3b1e-0000-4000-8000-000000000001\",\"model\":\"unknown\"}",
                "{\"title\":\"x\"}",
                "{\"id\":null}",
                "{\"id\":[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]}"
            })
    void malformedBodiesAreRefused(String body) {
        assertError(client.post("/api/conversations", body), 400, "invalid_request");
        assertThat(client.get("/api/conversations/5a3c3b1e-0000-4000-8000-000000000001")
                        .status())
                .isEqualTo(404);
    }

    @Test
    void titlesAndTextsHaveTheirLimits() {
        UUID conversation = client.newConversation();
        String path = "/api/conversations/" + conversation;
        assertError(client.send("PATCH", path, "{\"title\":\" \"}", Map.of()), 400, "invalid_request");
        String longTitle = "{\"title\":\"" + "x".repeat(201) + "\"}";
        assertError(client.send("PATCH", path, longTitle, Map.of()), 400, "invalid_request");
        assertError(
                client.ask(conversation, UUID.randomUUID(), UUID.randomUUID(), null, "x".repeat(200_001)),
                400,
                "invalid_request");
        UUID same = UUID.randomUUID();
        assertError(client.ask(conversation, same, same, null, "x"), 400, "invalid_request");
        assertThat(client.get(path).body().get("messages")).isEmpty();
        UUID reply = client.ask(conversation, null, "é".repeat(200_000));
        assertThat(client.follow(reply, 0).text()).hasSize(200_000 + "You said: ".length());
    }

    @Test
    void aBodyThatIsTooLargeIsRefused() {
        assertError(client.post("/api/conversations", " ".repeat(ChatLimits.BODY_BYTES_MAX + 1)), 413, "too_large");
    }

    @Test
    void onlyJsonIsTaken() {
        String body = "{\"id\":\"" + UUID.randomUUID() + "\"}";
        for (String type : new String[] {"text/plain", "application/x-www-form-urlencoded", "nonsense", "*/*"}) {
            assertError(
                    client.send("POST", "/api/conversations", body, Map.of("Content-Type", type)),
                    415,
                    "unsupported_media_type");
        }
        Map<String, String> utf8 = Map.of("Content-Type", "application/json; charset=utf-8");
        assertThat(client.send("POST", "/api/conversations", body, utf8).status())
                .isEqualTo(201);
    }

    @Test
    void whatIsNotThereIsNotFound() {
        assertError(client.get("/api/nothing"), 404, "not_found");
        assertError(client.get("/api"), 404, "not_found");
        assertError(client.send("PUT", "/api/session", "{}", Map.of()), 405, "method_not_allowed");
        assertError(client.get("/api/conversations/" + UUID.randomUUID()), 404, "not_found");
        assertError(client.get("/api/conversations/not-a-uuid"), 400, "invalid_request");
    }

    @Test
    void badPagesAreRefused() {
        for (String query : new String[] {"limit=0", "limit=101", "limit=x", "before=x", "before=%00"}) {
            assertError(client.get("/api/conversations?" + query), 400, "invalid_request");
        }
    }

    @Test
    void wrongKeysAreRefusedAlike() {
        Answer unknown = new ChatClient(server, "sk-stoa-" + "x".repeat(43)).get("/api/session");
        assertError(unknown, 401, "authentication");
        Answer basic =
                new ChatClient(server, "").send("GET", "/api/session", null, Map.of("Authorization", "Basic abc"));
        assertError(basic, 401, "authentication");
    }

    @Test
    void oneMemberHasBoundedRuns() {
        UUID conversation = client.newConversation();
        for (int i = 0; i < 8; i++) {
            server.model().script("wait " + i);
            client.ask(conversation, null, "wait " + i);
        }
        Answer ninth = client.ask(conversation, UUID.randomUUID(), UUID.randomUUID(), null, "wait 8");
        assertError(ninth, 429, "rate_limited");
        assertThat(ninth.raw().headers().firstValue("retry-after")).isPresent();
        client.get("/api/conversations/" + conversation).body().get("messages").forEach(message -> {
            if (message.get("state").asString().equals("generating")) {
                client.post("/api/messages/" + message.get("id").asString() + "/stop", "");
            }
        });
        assertThat(client.ask(conversation, UUID.randomUUID(), UUID.randomUUID(), null, "free again")
                        .status())
                .isEqualTo(201);
    }
}
