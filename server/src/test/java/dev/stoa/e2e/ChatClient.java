package dev.stoa.e2e;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.UUID;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The chat API of docs/chat-api.md, as far as the tests need it. */
final class ChatClient {
    private static final JsonMapper JSON = new JsonMapper();
    private final StoaProcess server;

    ChatClient(StoaProcess server) {
        this.server = server;
    }

    String newConversation() {
        String id = UUID.randomUUID().toString();
        expect(201, server.post("/api/conversations", "{\"id\":\"" + id + "\"}"));
        return id;
    }

    /** Asks; returns the id of the answer, which is being written now. */
    String ask(String conversation, String text) {
        return ask(conversation, text, System.nanoTime());
    }

    String ask(String conversation, String text, long seed) {
        String reply = UUID.randomUUID().toString();
        var body = JSON.createObjectNode()
                .put("id", UUID.randomUUID().toString())
                .put("reply_id", reply)
                .putNull("parent_id")
                .put("text", text)
                .put("seed", seed);
        expect(201, server.post("/api/conversations/" + conversation + "/messages", body.toString()));
        return reply;
    }

    /** Asks for another answer to the question of this one. */
    String again(JsonNode answer, long seed) {
        String reply = UUID.randomUUID().toString();
        var body = JSON.createObjectNode().put("id", reply).put("seed", seed);
        String question = answer.get("parent_id").asString();
        expect(201, server.post("/api/messages/" + question + "/replies", body.toString()));
        return reply;
    }

    JsonNode messages(String conversation) {
        return expect(200, server.get("/api/conversations/" + conversation + "?since=0"))
                .get("messages");
    }

    JsonNode message(String conversation, String id) {
        for (JsonNode message : messages(conversation)) {
            if (message.get("id").asString().equals(id)) {
                return message;
            }
        }
        throw new AssertionError("no message " + id + " in " + conversation);
    }

    JsonNode awaitEnd(String conversation, String id) {
        Await.until(
                "end of answer " + id,
                Duration.ofMinutes(2),
                () -> !state(conversation, id).equals("generating"));
        return message(conversation, id);
    }

    void awaitText(String conversation, String id) {
        Await.until(
                "text of answer " + id,
                Duration.ofMinutes(2),
                () -> !message(conversation, id).get("text").asString().isEmpty());
    }

    String state(String conversation, String id) {
        return message(conversation, id).get("state").asString();
    }

    HttpRequest.Builder events(String message, int after) {
        return server.request("/api/messages/" + message + "/events?after=" + after);
    }

    static JsonNode expect(int status, HttpResponse<String> response) {
        if (response.statusCode() != status) {
            throw new AssertionError(
                    "expected " + status + " from " + response.request().method() + " " + response.uri() + " but got "
                            + response.statusCode() + ": " + response.body());
        }
        return JSON.readTree(response.body());
    }
}
