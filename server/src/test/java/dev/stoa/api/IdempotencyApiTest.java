package dev.stoa.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stoa.engine.Generation.Finish;
import dev.stoa.inference.ScriptedEngine;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** Requests with an {@code Idempotency-Key}, in every surface that has POSTs for programs. */
@Tag("e2e")
@Timeout(60)
class IdempotencyApiTest {
    private static final String HEADER = "Idempotency-Key";
    private static final String WORKSPACES = "/v1/organizations/workspaces";
    private static final int ANSWER_MAX = 4_000;
    private static ApiServer server;

    @BeforeAll
    static void start() throws IOException {
        server = ApiServer.start(
                "",
                "--stoa.mock-models=mock-0-0-8",
                "--stoa.idempotency.answer=" + ANSWER_MAX + "B",
                "--stoa.idempotency.lease=4s");
    }

    @AfterAll
    static void stop() throws IOException {
        server.close();
    }

    @AfterEach
    void nothingIsLeft() {
        assertThat(server.engine().untouched())
                .as("no run that nobody asked for")
                .isTrue();
    }

    private static HttpRequest.Builder request(String path, String key, String body) {
        return server.request(path).header(HEADER, key).POST(HttpRequest.BodyPublishers.ofString(body));
    }

    private static HttpResponse<String> post(String path, String key, String body) throws Exception {
        return server.send(request(path, key, body));
    }

    private static CompletableFuture<HttpResponse<String>> begin(String path, String key, String body) {
        return server.http().sendAsync(request(path, key, body).build(), HttpResponse.BodyHandlers.ofString());
    }

    private static String key() {
        return UUID.randomUUID().toString();
    }

    private static boolean replayed(HttpResponse<?> response) {
        return response.headers().firstValue("idempotent-replayed").isPresent();
    }

    private static void refused(HttpResponse<String> response, int status, String type) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(ApiServer.json(response).get("error").get("type").stringValue())
                .isEqualTo(type);
    }

    private static HttpResponse<String> answered(String path, String key, String body) throws Exception {
        CompletableFuture<HttpResponse<String>> response = begin(path, key, body);
        server.engine().nextRun().say("Hello.").end(Finish.END_OF_TURN);
        HttpResponse<String> first = response.join();
        assertThat(first.statusCode()).as(first.body()).isEqualTo(200);
        assertThat(replayed(first)).isFalse();
        return first;
    }

    @Test
    void theSameRequestGetsTheSameAnswerAndAnotherIsRefused() throws Exception {
        String key = key();
        String body = ApiServer.message("hi", false);
        HttpResponse<String> first = answered("/v1/messages", key, body);
        HttpResponse<String> second = post("/v1/messages", key, body);
        assertThat(second.statusCode()).isEqualTo(200);
        assertThat(second.body()).isEqualTo(first.body());
        assertThat(replayed(second)).isTrue();
        assertThat(second.headers().firstValue("request-id"))
                .isNotEqualTo(first.headers().firstValue("request-id"));
        HttpResponse<String> other = post("/v1/messages", key, ApiServer.message("ho", false));
        refused(other, 422, "invalid_request_error");
        assertThat(other.headers().firstValue("x-should-retry")).hasValue("false");
        refused(post("/v1/messages", key, body + " "), 422, "invalid_request_error");
        refused(post("/v1/messages/count_tokens", key, body), 422, "invalid_request_error");
        // In OpenAI's shape.
        HttpResponse<String> openai = post("/v1/chat/completions", key, body);
        refused(openai, 422, "invalid_request_error");
        assertThat(ApiServer.json(openai).has("request_id")).isFalse();
    }

    @Test
    void whileTheFirstRunsTheOthersAreToldToComeBack() throws Exception {
        String key = key();
        String body = ApiServer.message("hi", false);
        CompletableFuture<HttpResponse<String>> first = begin("/v1/chat/completions", key, body);
        ScriptedEngine.Run run = server.engine().nextRun();
        HttpResponse<String> second = post("/v1/chat/completions", key, body);
        refused(second, 409, "invalid_request_error");
        assertThat(second.headers().firstValue("retry-after")).hasValue("1");
        refused(post("/v1/messages", key, body), 409, "conflict_error");
        // Longer than the lease, which is renewed.
        assertThat(run.awaitEnd(Duration.ofSeconds(6))).isFalse();
        refused(post("/v1/chat/completions", key, body), 409, "invalid_request_error");
        run.say("Hello.").end(Finish.END_OF_TURN);
        String answer = first.join().body();
        assertThat(post("/v1/chat/completions", key, body).body()).isEqualTo(answer);
    }

    @Test
    void ofManyAtOnceOneIsMade() throws Exception {
        String key = key();
        String body = "{\"name\":\"once\"}";
        List<HttpResponse<String>> all =
                IntStream.range(0, 10).mapToObj(_ -> begin(WORKSPACES, key, body)).toList().stream()
                        .map(CompletableFuture::join)
                        .toList();
        assertThat(all)
                .extracting(HttpResponse::statusCode)
                .isSubsetOf(201, 409)
                .contains(201);
        assertThat(all.stream().filter(each -> each.statusCode() == 201 && !replayed(each)))
                .hasSize(1);
        HttpResponse<String> again = post(WORKSPACES, key, body);
        assertThat(again.statusCode()).isEqualTo(201);
        assertThat(replayed(again)).isTrue();
        assertThat(server.jdbc()
                        .sql("SELECT count(*) FROM workspace WHERE name = 'once'")
                        .query(Integer.class)
                        .single())
                .isEqualTo(1);
    }

    @Test
    void aStreamThatEndedIsGivenAgain() throws Exception {
        for (String path : List.of("/v1/messages", "/v1/chat/completions")) {
            String key = key();
            String body = ApiServer.message("hi", true);
            HttpResponse<String> first = answered(path, key, body);
            HttpResponse<String> again = post(path, key, body);
            assertThat(replayed(again)).isTrue();
            assertThat(again.body()).isEqualTo(first.body());
            assertThat(again.headers().firstValue("content-type").orElseThrow()).startsWith("text/event-stream");
        }
    }

    @Test
    void aStreamThatBrokeOffIsRunAgain() throws Exception {
        String key = key();
        String body = ApiServer.message("hi", true);
        HttpResponse<InputStream> left = null;
        CompletableFuture<HttpResponse<InputStream>> begun = server.http()
                .sendAsync(request("/v1/messages", key, body).build(), HttpResponse.BodyHandlers.ofInputStream());
        ScriptedEngine.Run run = server.engine().nextRun();
        run.say("Hel");
        left = begun.join();
        left.body().close();
        assertThat(run.awaitEnd(Duration.ofSeconds(10))).isTrue();
        await(() -> free(key));
        answered("/v1/messages", key, body);
    }

    private static void await(Callable<Boolean> condition) {
        Awaitility.await().atMost(Duration.ofSeconds(15)).until(condition);
    }

    private static boolean free(String key) {
        return server.jdbc()
                .sql("SELECT count(*) FROM idempotent_request WHERE key = ?")
                .param(key)
                .query(Integer.class)
                .single()
                .equals(0);
    }

    @Test
    void whatIsTooLargeToKeepIsNotRunAgain() throws Exception {
        for (boolean stream : List.of(true, false)) {
            String key = key();
            String body = ApiServer.message("hi", stream);
            CompletableFuture<HttpResponse<String>> first = begin("/v1/messages", key, body);
            ScriptedEngine.Run run = server.engine().nextRun();
            run.say("x".repeat(ANSWER_MAX)).end(Finish.END_OF_TURN);
            assertThat(first.join().body()).contains("x".repeat(1_000));
            HttpResponse<String> again = post("/v1/messages", key, body);
            refused(again, 409, "conflict_error");
            assertThat(again.body()).contains("too large");
            assertThat(again.headers().firstValue("x-should-retry")).hasValue("false");
        }
    }

    @Test
    void aRequestThatFailedMayBeMended() throws Exception {
        String key = key();
        assertThat(post("/v1/messages", key, "{").statusCode()).isEqualTo(400);
        assertThat(post("/v1/messages", key, ApiServer.message("x".repeat(3_000), false))
                        .statusCode())
                .isEqualTo(400);
        server.engine().setFull(true);
        try {
            assertThat(post("/v1/messages", key, ApiServer.message("hi", false)).statusCode())
                    .isEqualTo(529);
        } finally {
            server.engine().setFull(false);
        }
        answered("/v1/messages", key, ApiServer.message("hi", false));
    }

    @Test
    void aServerThatDiedDoesNotHoldItsKeysForEver() throws Exception {
        String key = key();
        String name = "{\"name\":\"after the crash\"}";
        assertThat(post(WORKSPACES, key, name).statusCode()).isEqualTo(201);
        String hold = "UPDATE idempotent_request SET status = NULL, token = gen_random_uuid(), lease_until ="
                + " clock_timestamp() + interval '%s' WHERE key = ?";
        server.jdbc().sql(hold.formatted("1 minute")).param(key).update();
        refused(post(WORKSPACES, key, name), 409, "conflict_error");
        server.jdbc().sql(hold.formatted("-1 second")).param(key).update();
        HttpResponse<String> again = post(WORKSPACES, key, name);
        assertThat(again.statusCode()).isEqualTo(201);
        assertThat(replayed(again)).isFalse();
    }

    @Test
    void aKeyIsItsCallersOwnAndSecretsAreNotKeptInTheClear() throws Exception {
        String key = key();
        String body = "{\"name\":\"made once\"}";
        HttpResponse<String> first = post("/v1/organizations/api_keys", key, body);
        assertThat(first.statusCode()).as(first.body()).isEqualTo(201);
        String secret = ApiServer.json(first).get("key").stringValue();
        HttpResponse<String> again = post("/v1/organizations/api_keys", key, body);
        assertThat(replayed(again)).isTrue();
        assertThat(ApiServer.json(again).get("key").stringValue()).isEqualTo(secret);
        byte[] stored = server.jdbc()
                .sql("SELECT answer FROM idempotent_request WHERE key = ?")
                .param(key)
                .query(byte[].class)
                .single();
        assertThat(new String(stored, StandardCharsets.ISO_8859_1))
                .doesNotContain(secret)
                .doesNotContain("made once");

        HttpRequest.Builder other = HttpRequest.newBuilder(server.uri("/v1/organizations/api_keys"))
                .header("x-api-key", secret)
                .header("anthropic-version", "2023-06-01")
                .header(HEADER, key)
                .POST(HttpRequest.BodyPublishers.ofString(body));
        HttpResponse<String> othersOwn = server.send(other);
        assertThat(replayed(othersOwn)).as(othersOwn.body()).isFalse();
        assertThat(othersOwn.body()).doesNotContain(secret);
    }

    @Test
    void filesAndBatchesAreMadeOnce() throws Exception {
        String form =
                "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\nhello\r\n--b--\r\n";
        String key = key();
        String made = null;
        for (int i = 0; i < 2; i++) {
            HttpResponse<String> response = server.send(HttpRequest.newBuilder(server.uri("/v1/files"))
                    .header("x-api-key", ApiServer.KEY)
                    .header("anthropic-version", "2023-06-01")
                    .header("content-type", "multipart/form-data; boundary=b")
                    .header(HEADER, key)
                    .POST(HttpRequest.BodyPublishers.ofString(form)));
            assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
            assertThat(replayed(response)).isEqualTo(i == 1);
            JsonNode file = ApiServer.json(response);
            assertThat(made == null || made.equals(file.get("id").stringValue()))
                    .isTrue();
            made = file.get("id").stringValue();
        }
        String batch = "{\"requests\":[{\"custom_id\":\"a\",\"params\":{\"model\":\"mock-0-0-8\",\"max_tokens\":5,"
                + "\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}}]}";
        String first = post("/v1/messages/batches", key + "b", batch).body();
        assertThat(post("/v1/messages/batches", key + "b", batch).body()).isEqualTo(first);
        assertThat(ApiServer.json(server.get("/v1/messages/batches"))
                        .get("data")
                        .size())
                .isEqualTo(1);
    }

    @Test
    void refusesKeysThatAreNone() throws Exception {
        String body = ApiServer.message("hi", false);
        refused(post("/v1/messages", "x".repeat(256), body), 400, "invalid_request_error");
        refused(post("/v1/messages", "a  b", body), 400, "invalid_request_error");
        refused(post("/v1/messages", "", body), 400, "invalid_request_error");
        HttpRequest.Builder stranger = HttpRequest.newBuilder(server.uri("/v1/messages"))
                .header("x-api-key", "sk-stoa-nobody")
                .header("anthropic-version", "2023-06-01")
                .header(HEADER, "k")
                .POST(HttpRequest.BodyPublishers.ofString(body));
        refused(server.send(stranger), 401, "authentication_error");
        assertThat(server.get("/v1/models").statusCode()).isEqualTo(200);
    }
}
