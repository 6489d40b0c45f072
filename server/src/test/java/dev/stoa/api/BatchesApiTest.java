package dev.stoa.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stoa.batch.BatchSweep;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Batches on the wire, in both protocols' words. */
@Tag("e2e")
class BatchesApiTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String PATH = "/v1/messages/batches";
    private static final String QUICK = "mock-0-0-8";
    /** Slower than the stop of a server. */
    private static final String SLOW = "mock-4000-0-1";

    private static final String BOUNDARY = "the-boundary";
    private static final int ITEMS_MAX = 1_200;

    private static ApiServer server;

    @BeforeAll
    static void start() throws IOException {
        server = ApiServer.start(
                "[weapons]\ngunpowder\n",
                "--stoa.mock-models=" + QUICK,
                "--stoa.batch.items=" + ITEMS_MAX,
                "--stoa.batch.body=1MB",
                "--stoa.batch.concurrency=4",
                "--stoa.batch.limit-wait=50ms",
                "--stoa.batch.look=100ms",
                "--stoa.limits.requests-per-minute=100000");
    }

    @AfterAll
    static void stop() throws IOException {
        server.close();
    }

    @AfterEach
    void cancelWhatIsOpen() {
        server.jdbc().sql("DELETE FROM batch").update();
    }

    private static ObjectNode params(String model, String text) {
        ObjectNode params = JSON.createObjectNode().put("model", model).put("max_tokens", 20);
        params.putArray("messages").addObject().put("role", "user").put("content", text);
        return params;
    }

    private static ObjectNode requests(Map<String, ObjectNode> params) {
        ObjectNode body = JSON.createObjectNode();
        ArrayNode requests = body.putArray("requests");
        params.forEach((id, each) -> requests.addObject().put("custom_id", id).set("params", each));
        return body;
    }

    private static ObjectNode many(int count, String model) {
        Map<String, ObjectNode> params = new LinkedHashMap<>();
        IntStream.range(0, count).forEach(i -> params.put("item-" + i, params(model, "question " + i)));
        return requests(params);
    }

    private static JsonNode ok(HttpResponse<String> response) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return JSON.readTree(response.body());
    }

    private static JsonNode create(ObjectNode body) throws Exception {
        return ok(server.post(PATH, body.toString()));
    }

    private static String id(JsonNode node) {
        return node.get("id").stringValue();
    }

    private static void await(String what, Callable<Boolean> condition) {
        Awaitility.await(what)
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(20))
                .until(condition);
    }

    private static JsonNode awaitField(String path, String field, String value) throws Exception {
        await(
                path + " " + field + " " + value,
                () -> value.equals(ok(server.get(path)).get(field).stringValue()));
        return ok(server.get(path));
    }

    private static JsonNode awaitEnd(JsonNode batch) throws Exception {
        return awaitField(PATH + "/" + id(batch), "processing_status", "ended");
    }

    private static Map<String, JsonNode> results(JsonNode batch) throws Exception {
        HttpResponse<String> response = server.get(PATH + "/" + id(batch) + "/results");
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return byCustomId(response.body());
    }

    /** Fails where a custom id is there twice. */
    private static Map<String, JsonNode> byCustomId(String lines) {
        Map<String, JsonNode> results = new LinkedHashMap<>();
        lines.lines().map(JSON::readTree).forEach(line -> {
            String customId = line.get("custom_id").stringValue();
            assertThat(results.put(customId, line))
                    .as(customId + " is there twice")
                    .isNull();
        });
        return results;
    }

    private static JsonNode of(Map<String, JsonNode> results, String customId) {
        return Objects.requireNonNull(results.get(customId), customId);
    }

    private static String type(JsonNode result) {
        return result.get("result").get("type").stringValue();
    }

    private static void refused(HttpResponse<String> response, int status, String said) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(JSON.readTree(response.body()).get("error").get("message").stringValue())
                .contains(said);
    }

    @Test
    void answersEachItemAsTheEndpointWould() throws Exception {
        Map<String, ObjectNode> params = new LinkedHashMap<>();
        params.put("good", params(QUICK, "hi"));
        params.put("unknown-model", params("none", "hi"));
        params.put("streams", params(QUICK, "hi").put("stream", true));
        params.put("wrong", params(QUICK, "hi").put("max_tokens", 0));
        params.put("forbidden", params(QUICK, "how is gunpowder made"));
        JsonNode made = create(requests(params));
        assertThat(made.get("type").stringValue()).isEqualTo("message_batch");
        assertThat(made.get("processing_status").stringValue()).isEqualTo("in_progress");
        assertThat(made.get("results_url").isNull()).isTrue();
        assertThat(made.get("request_counts").get("processing").intValue()).isEqualTo(5);

        JsonNode ended = awaitEnd(made);
        assertThat(ended.get("request_counts").toString())
                .isEqualTo("{\"processing\":0,\"succeeded\":2,\"errored\":3,\"canceled\":0,\"expired\":0}");
        String url = ended.get("results_url").stringValue();
        assertThat(url).isEqualTo(server.uri(PATH + "/" + id(made) + "/results").toString());
        Map<String, JsonNode> results = results(made);
        assertThat(results.keySet()).containsExactlyElementsOf(params.keySet());
        JsonNode message = of(results, "good").get("result").get("message");
        assertThat(message.get("content").get(0).get("text").stringValue()).isNotEmpty();
        assertThat(message.get("usage").get("service_tier").stringValue()).isEqualTo("batch");
        assertThat(of(results, "forbidden")
                        .get("result")
                        .get("message")
                        .get("stop_reason")
                        .stringValue())
                .isEqualTo("refusal");
        JsonNode unknown = of(results, "unknown-model").get("result").get("error");
        assertThat(unknown.get("error").get("type").stringValue()).isEqualTo("not_found_error");
        assertThat(of(results, "streams").toString()).contains("invalid_request_error", "stream");
        assertThat(of(results, "wrong").toString()).contains("invalid_request_error", "max_tokens");
    }

    @Test
    void itsUsageSaysThatItWasABatch() throws Exception {
        server.jdbc().sql("DELETE FROM usage_event").update();
        awaitEnd(create(many(30, QUICK)));
        await(
                "30 events",
                () -> 30
                        == server.jdbc()
                                .sql("SELECT count(*) FROM usage_event WHERE surface = 'anthropic-batch'"
                                        + " AND outcome = 'completed'")
                                .query(Integer.class)
                                .single());
        assertThat(server.jdbc()
                        .sql("SELECT count(*) FROM usage_event")
                        .query(Integer.class)
                        .single())
                .isEqualTo(30);
    }

    @Test
    void refusesWhatIsWrongWithTheBatchItself() throws Exception {
        refused(server.post(PATH, "{}"), 400, "requests");
        refused(server.post(PATH, "{\"requests\":[]}"), 400, "at least one");
        refused(server.post(PATH, "{\"requests\":{}}"), 400, "list");
        refused(server.post(PATH, "[]"), 400, "object");
        refused(server.post(PATH, "{\"requests\":[{]}"), 400, "JSON");
        refused(server.post(PATH, "{\"requests\":[]} x"), 400, "JSON");
        refused(server.post(PATH, "{\"more\":[]}"), 400, "more");
        refused(server.post(PATH, "{\"requests\":[{\"custom_id\":\"a\"}]}"), 400, "requests.0.params");
        refused(server.post(PATH, "{\"requests\":[{\"custom_id\":\"a b\",\"params\":{}}]}"), 400, "custom_id");
        refused(server.post(PATH, "{\"requests\":[{\"custom_id\":\"a\",\"params\":7}]}"), 400, "requests.0.params");
        String twice = "{\"custom_id\":\"a\",\"params\":{}}";
        refused(server.post(PATH, "{\"requests\":[" + twice + "," + twice + "]}"), 400, "requests.1.custom_id");
        refused(server.post(PATH, many(ITEMS_MAX + 1, "m").toString()), 400, "at most " + ITEMS_MAX);
        refused(
                server.post(
                        PATH,
                        requests(Map.of("a", params(QUICK, "x".repeat(1 << 20))))
                                .toString()),
                413,
                "1 MB");
        refused(server.get(PATH + "/nonsense"), 404, "no such batch");
        refused(server.get(PATH + "/msgbatch_" + "0".repeat(32)), 404, "no such batch");
        refused(server.send(server.request(PATH).PUT(HttpRequest.BodyPublishers.noBody())), 405, "GET or POST");
        assertThat(ok(server.get(PATH)).get("data").size()).isZero();
        assertThat(server.jdbc()
                        .sql("SELECT count(*) FROM batch")
                        .query(Integer.class)
                        .single())
                .isZero();
    }

    @Test
    void aBodyThatBreaksOffLeavesNothing() throws Exception {
        String begun = many(600, QUICK).toString();
        try (Socket socket = new Socket("127.0.0.1", server.port())) {
            socket.getOutputStream()
                    .write(("POST " + PATH + " HTTP/1.1\r\nhost: x\r\nx-api-key: " + ApiServer.KEY
                                    + "\r\nanthropic-version: 2023-06-01\r\ncontent-length: " + (begun.length() + 9)
                                    + "\r\n\r\n" + begun)
                            .getBytes(StandardCharsets.UTF_8));
            socket.getOutputStream().flush();
            await(
                    "the first part is in",
                    () -> 500
                            == server.jdbc()
                                    .sql("SELECT count(*) FROM batch_item")
                                    .query(Integer.class)
                                    .single());
            assertThat(ok(server.get(PATH)).get("data").size()).isZero();
        }
        await(
                "nothing",
                () -> 0
                        == server.jdbc()
                                .sql("SELECT count(*) FROM batch")
                                .query(Integer.class)
                                .single());
    }

    @Test
    void listsThemByCursors() throws Exception {
        List<String> newestFirst = List.of(
                        id(create(many(1, QUICK))), id(create(many(1, QUICK))), id(create(many(1, QUICK))))
                .reversed();
        JsonNode page = ok(server.get(PATH + "?limit=2"));
        assertThat(page.get("data").get(0).get("id").stringValue()).isEqualTo(newestFirst.get(0));
        assertThat(page.get("has_more").booleanValue()).isTrue();
        page = ok(server.get(PATH + "?limit=2&after_id=" + page.get("last_id").stringValue()));
        assertThat(page.get("first_id").stringValue()).isEqualTo(newestFirst.get(2));
        assertThat(page.get("has_more").booleanValue()).isFalse();
        page = ok(server.get(PATH + "?limit=1&before_id=" + newestFirst.get(2)));
        assertThat(page.get("first_id").stringValue()).isEqualTo(newestFirst.get(1));
        refused(server.get(PATH + "?limit=0"), 400, "limit");
        refused(server.get(PATH + "?after_id=x"), 400, "after_id");
    }

    @Test
    void whatWaitsIsCanceledAndWhatRunsMayFinish() throws Exception {
        JsonNode made = create(many(40, "mock-700-0-1"));
        refused(server.get(PATH + "/" + id(made) + "/results"), 404, "no results yet");
        refused(server.send(server.request(PATH + "/" + id(made)).DELETE()), 400, "cancel it first");
        await("items run", () -> 4 == running());
        JsonNode canceling = ok(server.post(PATH + "/" + id(made) + "/cancel", ""));
        assertThat(canceling.get("processing_status").stringValue()).isEqualTo("canceling");
        assertThat(canceling.get("cancel_initiated_at").isNull()).isFalse();
        JsonNode counts = awaitEnd(made).get("request_counts");
        assertThat(counts.get("canceled").intValue()).isPositive();
        assertThat(counts.get("succeeded").intValue() + counts.get("canceled").intValue())
                .isEqualTo(40);
        Map<String, JsonNode> results = results(made);
        assertThat(results).hasSize(40);
        assertThat(results.values().stream().map(BatchesApiTest::type)).contains("canceled", "succeeded");
        refused(server.post(PATH + "/" + id(made) + "/cancel", ""), 400, "ended");
        JsonNode deleted = ok(server.send(server.request(PATH + "/" + id(made)).DELETE()));
        assertThat(deleted.get("type").stringValue()).isEqualTo("message_batch_deleted");
        refused(server.get(PATH + "/" + id(made)), 404, "no such batch");
    }

    private static int running() {
        return server.jdbc()
                .sql("SELECT count(*) FROM batch_item WHERE state = 'running'")
                .query(Integer.class)
                .single();
    }

    @Test
    void whatIsNotDoneInTimeExpires() throws Exception {
        JsonNode made = create(many(12, "mock-700-0-1"));
        await("items run", () -> 4 == running());
        server.jdbc().sql("UPDATE batch SET expires_at = now()").update();
        JsonNode counts = awaitEnd(made).get("request_counts");
        assertThat(counts.get("expired").intValue()).isPositive();
        assertThat(counts.get("succeeded").intValue() + counts.get("expired").intValue())
                .isEqualTo(12);
        server.jdbc().sql("UPDATE batch SET archived_at = now()").update();
        assertThat(ok(server.get(PATH + "/" + id(made))).get("results_url").isNull())
                .isTrue();
        refused(server.get(PATH + "/" + id(made) + "/results"), 404, "no longer kept");
    }

    @Test
    void resultsStayFor29Days() throws Exception {
        JsonNode made = create(many(2, QUICK));
        awaitEnd(made);
        String results = PATH + "/" + id(made) + "/results";
        endedBefore("28 days 23 hours 59 minutes");
        assertThat(server.get(results).body().lines()).hasSize(2);
        endedBefore("29 days 1 second");
        refused(server.get(results), 404, "no longer kept");
        assertThat(ok(server.get(PATH + "/" + id(made))).get("archived_at").isNull())
                .isFalse();
        assertThat(server.jdbc()
                        .sql("SELECT count(*) FROM batch_item")
                        .query(Integer.class)
                        .single())
                .isZero();
    }

    private static void endedBefore(String time) {
        server.jdbc()
                .sql("UPDATE batch SET ended_at = now() - '" + time + "'::interval")
                .update();
        BatchSweep.archive(server::part);
    }

    @Test
    void itemsWaitForLimitsInsteadOfFailing() throws Exception {
        JsonNode workspace = made("/v1/organizations/workspaces", "{\"name\":\"narrow\"}");
        String key = key(id(workspace));
        ok(server.send(server.request("/v1/organizations/limits")
                .POST(HttpRequest.BodyPublishers.ofString(
                        "{\"scope\":{\"type\":\"workspace\",\"id\":\"" + id(workspace) + "\"},\"in_flight\":1}"))));
        JsonNode batch = ok(server.send(as(key, PATH)
                .POST(HttpRequest.BodyPublishers.ofString(many(6, "mock-30-0-1").toString()))));
        server.jdbc().sql("DELETE FROM usage_event").update();
        await("the end", () -> ended(id(batch)));
        assertThat(server.jdbc()
                        .sql("SELECT succeeded FROM batch WHERE ended_at IS NOT NULL")
                        .query(Integer.class)
                        .single())
                .isEqualTo(6);
        // It was limited, so that something had to wait.
        await(
                "refusals",
                () -> 0
                        < server.jdbc()
                                .sql("SELECT count(*) FROM usage_event WHERE outcome = 'rejected_limit'")
                                .query(Integer.class)
                                .single());
    }

    private static boolean ended(String batch) {
        return server.jdbc()
                .sql("SELECT ended_at IS NOT NULL FROM batch WHERE id = ?::uuid")
                .param(batch.substring("msgbatch_".length()))
                .query(Boolean.class)
                .single();
    }

    private static JsonNode made(String path, String body) throws Exception {
        HttpResponse<String> response = server.post(path, body);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(201);
        return JSON.readTree(response.body());
    }

    private static JsonNode madeKey(String workspace) throws Exception {
        return made("/v1/organizations/api_keys", "{\"name\":\"k\",\"workspace_id\":\"" + workspace + "\"}");
    }

    private static String key(String workspace) throws Exception {
        return madeKey(workspace).get("key").stringValue();
    }

    private static HttpRequest.Builder as(String key, String path) {
        return HttpRequest.newBuilder(server.uri(path))
                .header("x-api-key", key)
                .header("anthropic-version", "2023-06-01")
                .header("content-type", "application/json");
    }

    @Test
    void aBatchIsSeenByItsWorkspaceOnlyAndEndsWithItsKey() throws Exception {
        JsonNode workspace = made("/v1/organizations/workspaces", "{\"name\":\"other\"}");
        JsonNode key = madeKey(id(workspace));
        String secret = key.get("key").stringValue();
        JsonNode batch = ok(server.send(as(secret, PATH)
                .POST(HttpRequest.BodyPublishers.ofString(
                        many(20, "mock-300-0-1").toString()))));
        refused(server.get(PATH + "/" + id(batch)), 404, "no such batch");
        refused(server.post(PATH + "/" + id(batch) + "/cancel", ""), 404, "no such batch");
        refused(server.get(PATH + "/" + id(batch) + "/results"), 404, "no such batch");
        assertThat(ok(server.get(PATH)).get("data").size()).isZero();
        assertThat(ok(server.send(as(secret, PATH).GET())).get("data").size()).isEqualTo(1);

        HttpResponse<String> archived = server.post("/v1/organizations/workspaces/" + id(workspace) + "/archive", "");
        assertThat(archived.statusCode()).as(archived.body()).isEqualTo(200);
        await("the end", () -> ended(id(batch)));
        assertThat(server.jdbc()
                        .sql(
                                "SELECT count(*) FROM batch_item WHERE state = 'errored' AND result LIKE '%authentication%'")
                        .query(Integer.class)
                        .single())
                .isBetween(12, 20);
        assertThat(server.jdbc()
                        .sql("SELECT succeeded + errored FROM batch")
                        .query(Integer.class)
                        .single())
                .isEqualTo(20);
    }

    /** To the database it is as if a server had begun what waits, and all of it is to succeed. */
    private static void goesOnWithWhatWasBegunBy(UUID someServer) throws Exception {
        // The first answers take long, as the documents they are held against are read.
        awaitEnd(create(many(1, QUICK)));
        JsonNode made = create(many(40, "mock-400-0-1"));
        assertThat(server.jdbc()
                        .sql("UPDATE batch_item SET state = 'running', server_id = ?, attempt = attempt + 1"
                                + " WHERE state = 'waiting'")
                        .param(someServer)
                        .update())
                .isPositive();
        assertThat(awaitEnd(made).get("request_counts").get("succeeded").intValue())
                .isEqualTo(40);
        assertThat(results(made)).hasSize(40);
    }

    @Test
    void goesOnWithWhatADeadServerHadBegun() throws Exception {
        goesOnWithWhatWasBegunBy(UUID.randomUUID());
    }

    @Test
    void goesOnWithWhatItHasBegunAndIsNotAtWorkOn() throws Exception {
        // As if the database's answer to its claim had been lost.
        goesOnWithWhatWasBegunBy(server.jdbc()
                .sql("SELECT id FROM batch_server")
                .query(UUID.class)
                .single());
    }

    @Test
    void twoServersShareABatchAndEachItemRunsOnce() throws Exception {
        server.jdbc().sql("DELETE FROM usage_event").update();
        try (ApiServer other = server.startBeside(
                "--stoa.mock-models=" + QUICK, "--stoa.batch.concurrency=4", "--stoa.batch.look=100ms")) {
            JsonNode made = create(many(80, "mock-40-0-2"));
            Set<UUID> servers = new HashSet<>();
            await("both work on it", () -> {
                servers.addAll(server.jdbc()
                        .sql("SELECT DISTINCT server_id FROM batch_item WHERE state = 'running'")
                        .query(UUID.class)
                        .list());
                return servers.size() == 2;
            });
            assertThat(awaitEnd(made).get("request_counts").get("succeeded").intValue())
                    .isEqualTo(80);
            assertThat(results(made)).hasSize(80);
            assertThat(other.port()).isNotEqualTo(server.port());
        }
        await(
                "usage",
                () -> 80
                        == server.jdbc()
                                .sql("SELECT count(*) FROM usage_event WHERE surface = 'anthropic-batch'")
                                .query(Integer.class)
                                .single());
        assertThat(server.jdbc()
                        .sql("SELECT count(*) FROM batch_item WHERE attempt <> 1")
                        .query(Integer.class)
                        .single())
                .isZero();
    }

    @Test
    void aStopLeavesItsItemsToOthers() throws Exception {
        ApiServer other = server.startBeside(
                "--stoa.mock-models=" + QUICK, "--stoa.batch.concurrency=4", "--stoa.batch.look=100ms");
        try {
            JsonNode made = create(many(8, SLOW));
            await("both work on it", () -> 8 == running());
            other.stop();
            await("given up", () -> 4 == running());
            ok(server.post(PATH + "/" + id(made) + "/cancel", ""));
            await(
                    "the rest is canceled",
                    () -> 4
                            == server.jdbc()
                                    .sql("SELECT canceled FROM batch")
                                    .query(Integer.class)
                                    .single());
        } finally {
            other.close();
        }
    }

    // OpenAI's protocol.

    private static HttpResponse<String> openai(String method, String path, String body) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(server.uri(path))
                .header("x-api-key", ApiServer.KEY)
                .header("content-type", "application/json");
        HttpRequest.BodyPublisher publisher =
                method.equals("POST") ? HttpRequest.BodyPublishers.ofString(body) : HttpRequest.BodyPublishers.noBody();
        return server.send(request.method(method, publisher));
    }

    private static String upload(String content, String purpose) throws Exception {
        String form = "--" + BOUNDARY + "\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\n" + purpose
                + "\r\n--" + BOUNDARY
                + "\r\nContent-Disposition: form-data; name=\"file\"; filename=\"in.jsonl\"\r\n\r\n" + content
                + "\r\n--" + BOUNDARY + "--\r\n";
        HttpRequest.Builder request = HttpRequest.newBuilder(server.uri("/v1/files"))
                .header("x-api-key", ApiServer.KEY)
                .header("content-type", "multipart/form-data; boundary=" + BOUNDARY)
                .POST(HttpRequest.BodyPublishers.ofString(form));
        return id(ok(server.send(request)));
    }

    private static String line(String customId, String url, ObjectNode body) {
        return JSON.createObjectNode()
                .put("custom_id", customId)
                .put("method", "POST")
                .put("url", url)
                .set("body", body)
                .toString();
    }

    private static String batchBody(String file, String endpoint) {
        return "{\"input_file_id\":\"" + file + "\",\"endpoint\":\"" + endpoint
                + "\",\"completion_window\":\"24h\",\"metadata\":{\"run\":\"7\"}}";
    }

    private static JsonNode batchOf(String endpoint, String lines) throws Exception {
        return ok(openai("POST", "/v1/batches", batchBody(upload(lines, "batch"), endpoint)));
    }

    private static JsonNode awaitStatus(JsonNode batch, String status) throws Exception {
        return awaitField("/v1/batches/" + id(batch), "status", status);
    }

    private static Map<String, JsonNode> file(JsonNode batch, String field) throws Exception {
        HttpResponse<String> content =
                openai("GET", "/v1/files/" + batch.get(field).stringValue() + "/content", "");
        assertThat(content.statusCode()).as(content.body()).isEqualTo(200);
        return byCustomId(content.body());
    }

    @Test
    void readsAFileAndWritesFiles() throws Exception {
        String url = "/v1/chat/completions";
        String lines = line("süß", url, params(QUICK, "hi")) + "\n\n" + line("b", url, params("none", "hi")) + "\r\n"
                + line("c", url, params(QUICK, "hi").put("n", 2));
        JsonNode made = batchOf(url, lines);
        assertThat(made.get("object").stringValue()).isEqualTo("batch");
        assertThat(made.get("metadata").get("run").stringValue()).isEqualTo("7");
        JsonNode done = awaitStatus(made, "completed");
        assertThat(done.get("request_counts").toString()).isEqualTo("{\"total\":3,\"completed\":2,\"failed\":1}");
        Map<String, JsonNode> output = file(done, "output_file_id");
        assertThat(output.keySet()).containsExactly("süß", "c");
        JsonNode response = of(output, "c").get("response");
        assertThat(response.get("status_code").intValue()).isEqualTo(200);
        assertThat(response.get("body").get("choices").size()).isEqualTo(2);
        Map<String, JsonNode> errors = file(done, "error_file_id");
        assertThat(errors.keySet()).containsExactly("b");
        assertThat(of(errors, "b").get("response").get("status_code").intValue())
                .isEqualTo(404);
        JsonNode output2 =
                ok(openai("GET", "/v1/files/" + done.get("output_file_id").stringValue(), ""));
        assertThat(output2.get("purpose").stringValue()).isEqualTo("batch_output");
        assertThat(ok(openai("GET", "/v1/batches?limit=1", "")).get("first_id").stringValue())
                .isEqualTo(id(made));
        // Each protocol shows its own.
        assertThat(ok(server.get(PATH)).get("data").size()).isZero();
        refused(server.get(PATH + "/" + id(made)), 404, "no such batch");
    }

    @Test
    void servesEveryEndpoint() throws Exception {
        ObjectNode vector =
                JSON.createObjectNode().put("model", "all-minilm-l6-v2").put("input", "hall");
        ObjectNode response =
                JSON.createObjectNode().put("model", QUICK).put("input", "hi").put("store", false);
        ObjectNode text = JSON.createObjectNode().put("model", QUICK).put("prompt", "Once");
        Map<String, ObjectNode> bodies =
                Map.of("/v1/embeddings", vector, "/v1/responses", response, "/v1/completions", text);
        for (Map.Entry<String, ObjectNode> each : bodies.entrySet()) {
            JsonNode done = awaitStatus(batchOf(each.getKey(), line("a", each.getKey(), each.getValue())), "completed");
            assertThat(done.get("request_counts").get("completed").intValue())
                    .as(each.getKey() + done)
                    .isEqualTo(1);
            JsonNode body = of(file(done, "output_file_id"), "a").at("/response/body");
            if (each.getValue() == text) {
                assertThat(body.get("object").stringValue()).isEqualTo("text_completion");
                assertThat(body.at("/choices/0/text").stringValue()).isNotBlank();
            }
        }
    }

    @Test
    void saysWhatIsWrongWithAnInput() throws Exception {
        String url = "/v1/chat/completions";
        String good = line("a", url, params(QUICK, "hi"));
        Map<String, String> wrong = Map.of(
                good + "\n" + good,
                "duplicate_custom_id",
                good + "\n{",
                "invalid_json_line",
                line("a", "/v1/embeddings", params(QUICK, "hi")),
                "invalid_request_line",
                good.replace("POST", "GET"),
                "invalid_request_line",
                "\n",
                "empty_batch");
        for (Map.Entry<String, String> each : wrong.entrySet()) {
            JsonNode failed = awaitStatus(batchOf(url, each.getKey()), "failed");
            JsonNode problem = failed.get("errors").get("data").get(0);
            assertThat(problem.get("code").stringValue()).as(problem.toString()).isEqualTo(each.getValue());
            assertThat(failed.get("failed_at").isNull()).isFalse();
            assertThat(failed.get("request_counts").get("total").intValue()).isZero();
        }
        String file = upload(good, "batch");
        refused(openai("POST", "/v1/batches", batchBody(file, "/v1/moderations")), 400, "endpoint");
        refused(openai("POST", "/v1/batches", batchBody("file_" + "0".repeat(32), url)), 404, "no such file");
        refused(openai("POST", "/v1/batches", batchBody(upload(good, "user_data"), url)), 400, "purpose");
        refused(openai("POST", "/v1/batches", batchBody(file, url).replace("24h", "1h")), 400, "completion_window");
        refused(openai("POST", "/v1/batches", batchBody(file, url).replace("\"7\"", "7")), 400, "metadata.run");
    }

    @Test
    void refusesHalvesOfCharactersInNamesOfItems() throws Exception {
        String url = "/v1/chat/completions";
        String line = line("NAME", url, params(QUICK, "hi"));
        JsonNode failed = awaitStatus(
                batchOf(url, line.replace("NAME", "\\ud83d\\ude00") + "\n" + line.replace("NAME", "\\ud800")),
                "failed");
        JsonNode problem = failed.get("errors").get("data").get(0);
        assertThat(problem.get("code").stringValue()).isEqualTo("invalid_custom_id");
        assertThat(problem.get("line").intValue()).isEqualTo(2);
    }

    @Test
    void anInputThatTheDatabaseRefusesFails() throws Exception {
        String url = "/v1/chat/completions";
        server.jdbc()
                .sql("ALTER TABLE batch_item ADD CONSTRAINT odd CHECK (custom_id <> 'odd')")
                .update();
        try {
            JsonNode failed = awaitStatus(batchOf(url, line("odd", url, params(QUICK, "hi"))), "failed");
            assertThat(failed.get("errors").get("data").get(0).get("code").stringValue())
                    .isEqualTo("invalid_input");
        } finally {
            server.jdbc().sql("ALTER TABLE batch_item DROP CONSTRAINT odd").update();
        }
    }

    @Test
    void oneThatCannotBePreparedLetsOthersCome() throws Exception {
        String url = "/v1/chat/completions";
        JsonNode made = batchOf(url, line("a", url, params(QUICK, "hi")));
        awaitStatus(made, "completed");
        server.jdbc()
                .sql("UPDATE batch SET protocol = 'none', state = 'finalizing', ended_at = NULL")
                .update();
        awaitStatus(batchOf(url, line("a", url, params(QUICK, "hi"))), "completed");
        await(
                "it is tried again",
                () -> server.jdbc()
                        .sql("SELECT wait_until IS NOT NULL FROM batch WHERE protocol = 'none'")
                        .query(Boolean.class)
                        .single());
    }

    @Test
    void aCancelledOneKeepsWhatWasAnswered() throws Exception {
        String url = "/v1/chat/completions";
        StringBuilder lines = new StringBuilder(line("quick", url, params(QUICK, "hi")));
        IntStream.range(0, 12)
                .forEach(i -> lines.append('\n').append(line("slow-" + i, url, params("mock-600-0-1", "hi"))));
        JsonNode made = batchOf(url, lines.toString());
        awaitField("/v1/batches/" + id(made), "status", "in_progress");
        await("items run", () -> running() == 4);
        assertThat(ok(openai("POST", "/v1/batches/" + id(made) + "/cancel", ""))
                        .get("status")
                        .stringValue())
                .isEqualTo("cancelling");
        JsonNode done = awaitStatus(made, "cancelled");
        Map<String, JsonNode> output = file(done, "output_file_id");
        Map<String, JsonNode> errors = file(done, "error_file_id");
        assertThat(output).containsKey("quick");
        assertThat(output.size() + errors.size()).isEqualTo(13);
        assertThat(errors.values().iterator().next().get("error").get("code").stringValue())
                .isEqualTo("batch_cancelled");
    }
}
