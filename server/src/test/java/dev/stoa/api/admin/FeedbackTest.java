package dev.stoa.api.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stoa.api.ApiServer;
import dev.stoa.engine.Generation.Finish;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What people think of answers, from the thumb to the operator's export. */
class FeedbackTest {
    private static final JsonMapper JSON = new JsonMapper();

    private static ApiServer server;

    @BeforeAll
    static void start() throws IOException {
        server = ApiServer.start("");
    }

    @AfterAll
    static void stop() throws IOException {
        server.close();
    }

    private static HttpResponse<String> chat(String method, String path, String body)
            throws IOException, InterruptedException {
        return server.send(HttpRequest.newBuilder(server.uri(path))
                .header("Authorization", "Bearer " + ApiServer.KEY)
                .header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(body.replace('\'', '"'))));
    }

    @Test
    void anOpinionIsKeptWithWhatItIsAboutAndExported() throws IOException, InterruptedException {
        UUID conversation = UUID.randomUUID();
        UUID question = UUID.randomUUID();
        UUID reply = UUID.randomUUID();
        chat("POST", "/api/conversations", "{'id':'" + conversation + "'}");
        HttpResponse<String> asked = chat(
                "POST",
                "/api/conversations/" + conversation + "/messages",
                "{'id':'%s','reply_id':'%s','text':'Is it good?'}".formatted(question, reply));
        assertThat(asked.statusCode()).as(asked.body()).isEqualTo(201);
        server.engine().nextRun().say("Good.").end(Finish.END_OF_TURN);
        String judge = "/api/messages/" + reply + "/feedback";
        await().until(() ->
                chat("PUT", judge, "{'rating':'down','comment':' Too short. '}").statusCode() == 204);
        assertThat(chat("PUT", "/api/messages/" + question + "/feedback", "{'rating':'up'}")
                        .statusCode())
                .isEqualTo(400);
        assertThat(chat("PUT", judge, "{'rating':'sideways'}").statusCode()).isEqualTo(400);

        JsonNode message = JSON.readTree(
                        chat("GET", "/api/conversations/" + conversation, "").body())
                .get("messages")
                .get(1);
        assertThat(message.get("feedback").toString()).isEqualTo("{\"rating\":\"down\",\"comment\":\"Too short.\"}");
        HttpResponse<String> export = server.get("/v1/organizations/feedback");
        assertThat(export.headers().firstValue("content-type").orElse("")).startsWith("application/x-ndjson");
        JsonNode line = JSON.readTree(export.body().strip());
        assertThat(line.get("rating").asString()).isEqualTo("down");
        assertThat(line.get("prompt").toString()).isEqualTo("[{\"role\":\"user\",\"text\":\"Is it good?\"}]");
        assertThat(line.get("answer")).isEqualTo(message.get("text"));
        assertThat(line.get("user_id").asString()).startsWith("user_");

        String today = "/v1/organizations/feedback_report?starting_at=" + java.time.Instant.now();
        assertThat(ApiServer.json(server.get(today)).at("/data/0/results/0").toString())
                .isEqualTo("{\"model\":\"scripted:v1\",\"up\":0,\"down\":1}");

        assertThat(chat("DELETE", judge, "").statusCode()).isEqualTo(204);
        assertThat(server.get("/v1/organizations/feedback").body()).isEmpty();
        assertThat(server.send(HttpRequest.newBuilder(server.uri("/v1/organizations/feedback")))
                        .statusCode())
                .isEqualTo(401);
    }
}
