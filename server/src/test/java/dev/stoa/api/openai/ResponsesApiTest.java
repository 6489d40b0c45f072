package dev.stoa.api.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stoa.api.ApiServer;
import dev.stoa.engine.ChatMessage;
import dev.stoa.engine.Generation.Finish;
import dev.stoa.inference.ScriptedEngine;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Responses that are kept: chains, background, re-attaching, cancelling, deleting, the end of dead servers' ones. */
@Tag("e2e")
class ResponsesApiTest {
    private static final Duration SOON = Duration.ofSeconds(20);
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

    private static HttpRequest.Builder request(ApiServer of, String path) {
        return HttpRequest.newBuilder(of.uri(path))
                .timeout(SOON)
                .header("authorization", "Bearer " + ApiServer.KEY)
                .header("content-type", "application/json");
    }

    private static ObjectNode body(String input) {
        return JSON.createObjectNode().put("model", "stoa-latest").put("input", input);
    }

    private static HttpRequest.Builder post(String path, JsonNode body) {
        return request(server, path).POST(HttpRequest.BodyPublishers.ofString(body.toString()));
    }

    private static HttpResponse<String> get(String path) throws Exception {
        return server.send(request(server, path).GET());
    }

    private static CompletableFuture<HttpResponse<String>> later(HttpRequest.Builder request) {
        return server.http().sendAsync(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    /** Asks, and has the model say something. */
    private static JsonNode answered(ObjectNode body, String says) throws Exception {
        var answer = later(post("/v1/responses", body));
        server.engine().nextRun().say(says).end(Finish.END_OF_TURN);
        HttpResponse<String> response = answer.get(20, TimeUnit.SECONDS);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return ApiServer.json(response);
    }

    private static String id(JsonNode response) {
        return response.get("id").stringValue();
    }

    private static String status(String id) throws Exception {
        return ApiServer.json(get("/v1/responses/" + id)).get("status").stringValue();
    }

    private static List<JsonNode> events(String stream) {
        return stream.lines()
                .filter(line -> line.startsWith("data: "))
                .map(line -> JSON.readTree(line.substring(6)))
                .toList();
    }

    private static List<Integer> numbers(List<JsonNode> events) {
        return events.stream()
                .map(event -> event.get("sequence_number").intValue())
                .toList();
    }

    @Test
    void goesOnFromAnEarlierResponseWithoutItsInstructions() throws Exception {
        JsonNode first = answered(body("My name is Ada.").put("instructions", "Rhyme."), "Hello \u0000 Ada \ud800.");
        assertThat(first.get("store").booleanValue()).isTrue();
        JsonNode second = answered(body("Who am I?").put("previous_response_id", id(first)), "Ada.");
        JsonNode third = answered(
                body("Sure?").put("previous_response_id", id(second)).put("instructions", "Be brief."), "Yes.");
        assertThat(server.engine().lastPrompt().messages())
                .containsExactly(
                        new ChatMessage("system", "Be brief."),
                        new ChatMessage("user", "My name is Ada."),
                        new ChatMessage("assistant", "Hello \u0000 Ada \ud800."),
                        new ChatMessage("user", "Who am I?"),
                        new ChatMessage("assistant", "Ada."),
                        new ChatMessage("user", "Sure?"));
        assertThat(third.get("previous_response_id").stringValue()).isEqualTo(id(second));
        assertThat(ApiServer.json(get("/v1/responses/" + id(third)))).isEqualTo(third);

        assertThat(ApiServer.json(server.send(
                                request(server, "/v1/responses/" + id(first)).DELETE()))
                        .get("deleted")
                        .booleanValue())
                .isTrue();
        assertThat(get("/v1/responses/" + id(first)).statusCode()).isEqualTo(404);
        HttpResponse<String> broken =
                server.send(post("/v1/responses", body("And?").put("previous_response_id", id(third))));
        assertThat(broken.statusCode()).isEqualTo(400);
        assertThat(broken.body()).contains("no longer there");
    }

    /** A response whose output is a call. */
    private static JsonNode callingWeather() throws Exception {
        ObjectNode asks = body("Weather?");
        asks.putArray("tools").addObject().put("type", "function").put("name", "weather");
        var answer = later(post("/v1/responses", asks));
        server.engine().nextRun().call("weather", "{\"city\":\"Oslo\"}").end(Finish.END_OF_TURN);
        return ApiServer.json(answer.get(20, TimeUnit.SECONDS));
    }

    @Test
    void answersACallOfAnEarlierResponse() throws Exception {
        JsonNode first = callingWeather();
        ObjectNode next = JSON.createObjectNode().put("model", "stoa-latest").put("previous_response_id", id(first));
        HttpResponse<String> unanswered =
                server.send(post("/v1/responses", next.deepCopy().put("input", "Well?")));
        assertThat(unanswered.statusCode()).isEqualTo(400);
        assertThat(ApiServer.json(unanswered).at("/error/param").stringValue()).isEqualTo("input");
        next.putArray("input")
                .addObject()
                .put("type", "function_call_output")
                .put("call_id", first.at("/output/0/call_id").stringValue())
                .put("output", "rain");
        answered(next, "It rains.");
        assertThat(server.engine().lastPrompt().messages().getLast().content()).isEqualTo("rain");
    }

    @Test
    void anItemOfAnEarlierAnswerCanBeNamed() throws Exception {
        JsonNode call = callingWeather().at("/output/0");
        ObjectNode next = body("");
        ArrayNode input = next.putArray("input");
        input.addObject().put("role", "user").put("content", "Weather?");
        input.addObject().put("type", "item_reference").put("id", call.get("id").stringValue());
        input.addObject()
                .put("type", "function_call_output")
                .put("call_id", call.get("call_id").stringValue())
                .put("output", "rain");
        JsonNode named = answered(next, "It rains.");
        assertThat(server.engine().lastPrompt().messages().get(1).toString()).contains("Oslo");
        JsonNode kept = ApiServer.json(get("/v1/responses/" + id(named) + "/input_items?order=asc"));
        assertThat(kept.at("/data/1/type").stringValue()).isEqualTo("function_call");

        ((ObjectNode) input.get(1)).put("id", "fc_none");
        HttpResponse<String> unknown = server.send(post("/v1/responses", next));
        assertThat(unknown.statusCode()).isEqualTo(400);
        assertThat(ApiServer.json(unknown).at("/error/param").stringValue()).isEqualTo("input[1].id");
    }

    @Test
    void listsItsOwnInputInPages() throws Exception {
        ObjectNode body = body("");
        var input = body.putArray("input");
        for (String text : List.of("one", "two", "three")) {
            input.addObject().put("role", "user").put("content", text);
        }
        String path = "/v1/responses/" + id(answered(body, "Yes.")) + "/input_items";
        JsonNode all = ApiServer.json(get(path + "?order=asc"));
        assertThat(all.get("data")).hasSize(3);
        assertThat(all.at("/data/0/content/0/text").stringValue()).isEqualTo("one");
        assertThat(all.get("has_more").booleanValue()).isFalse();
        JsonNode page = ApiServer.json(get(path + "?limit=2"));
        assertThat(page.at("/data/0/content/0/text").stringValue()).isEqualTo("three");
        assertThat(page.get("has_more").booleanValue()).isTrue();
        JsonNode rest = ApiServer.json(
                get(path + "?limit=2&after=" + page.get("last_id").stringValue()));
        assertThat(rest.at("/data/0/content/0/text").stringValue()).isEqualTo("one");
        assertThat(rest.get("data")).hasSize(1);
        assertThat(get(path + "?after=msg_none").statusCode()).isEqualTo(400);
    }

    @Test
    void anotherWorkspaceFindsNothing() throws Exception {
        JsonNode mine = answered(body("A secret."), "Yes.");
        UUID other = UUID.randomUUID();
        server.jdbc()
                .sql("insert into workspace (id, organization_id, name, created_at)"
                        + " select ?, organization_id, 'other', now() from workspace limit 1")
                .param(other)
                .update();
        server.jdbc()
                .sql("update response set workspace_id = ? where id = ?")
                .params(other, id(mine))
                .update();
        String path = "/v1/responses/" + id(mine);
        assertThat(get(path).statusCode()).isEqualTo(404);
        assertThat(get(path + "/input_items").statusCode()).isEqualTo(404);
        assertThat(server.send(request(server, path).DELETE()).statusCode()).isEqualTo(404);
        assertThat(server.send(post(path + "/cancel", JSON.createObjectNode())).statusCode())
                .isEqualTo(404);
        HttpResponse<String> chained =
                server.send(post("/v1/responses", body("What?").put("previous_response_id", id(mine))));
        assertThat(chained.statusCode()).isEqualTo(400);
        assertThat(ApiServer.json(chained).at("/error/code").stringValue()).isEqualTo("previous_response_not_found");
        ObjectNode naming = body("");
        naming.putArray("input")
                .addObject()
                .put("type", "item_reference")
                .put("id", mine.at("/output/0/id").stringValue());
        assertThat(server.send(post("/v1/responses", naming)).body()).contains("not found among");
    }

    @Test
    void keepsNothingThatIsNotToBeStored() throws Exception {
        JsonNode answer = answered(body("hi").put("store", false), "Yes.");
        assertThat(answer.get("store").booleanValue()).isFalse();
        assertThat(get("/v1/responses/" + id(answer)).statusCode()).isEqualTo(404);
    }

    @Test
    void aBackgroundResponseGoesOnWithoutItsClientAndIsStreamedAgain() throws Exception {
        HttpResponse<InputStream> first = server.http()
                .send(
                        post("/v1/responses", body("hi").put("background", true).put("stream", true))
                                .build(),
                        HttpResponse.BodyHandlers.ofInputStream());
        ScriptedEngine.Run run = server.engine().nextRun();
        run.say("One ");
        String id;
        List<JsonNode> seen = new ArrayList<>();
        try (var lines = new BufferedReader(new InputStreamReader(first.body(), StandardCharsets.UTF_8))) {
            String line;
            do {
                line = lines.readLine();
                if (line.startsWith("data: ")) {
                    seen.add(JSON.readTree(line.substring(6)));
                }
            } while (!line.contains("output_text.delta"));
            id = id(seen.getFirst().get("response"));
        }
        assertThat(seen.getFirst().at("/response/status").stringValue()).isEqualTo("queued");
        assertThat(status(id)).isEqualTo("in_progress");
        HttpResponse<String> tooEarly =
                server.send(post("/v1/responses", body("And?").put("previous_response_id", id)));
        assertThat(tooEarly.statusCode()).isEqualTo(400);

        int last = seen.getLast().get("sequence_number").intValue();
        String again = "/v1/responses/" + id + "?stream=true&starting_after=";
        var rest = later(request(server, again + last).GET());
        run.say("two.").end(Finish.END_OF_TURN);
        List<JsonNode> behind = events(rest.get(20, TimeUnit.SECONDS).body());
        assertThat(behind.getFirst().get("sequence_number").intValue()).isEqualTo(last + 1);
        assertThat(behind.getLast().get("type").stringValue()).isEqualTo("response.completed");
        List<JsonNode> whole =
                events(get("/v1/responses/" + id + "?stream=true").body());
        seen.addAll(behind);
        assertThat(whole).isEqualTo(seen);
        assertThat(numbers(whole))
                .isEqualTo(java.util.stream.IntStream.range(0, whole.size())
                        .boxed()
                        .toList());
        assertThat(ApiServer.json(get("/v1/responses/" + id)))
                .isEqualTo(whole.getLast().get("response"));
        assertThat(ApiServer.json(get("/v1/responses/" + id))
                        .at("/output/0/content/0/text")
                        .stringValue())
                .isEqualTo("One two.");
    }

    private static String begun(String input) throws Exception {
        HttpResponse<String> answer =
                server.send(post("/v1/responses", body(input).put("background", true)));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(ApiServer.json(answer).get("status").stringValue()).isEqualTo("queued");
        return id(ApiServer.json(answer));
    }

    @Test
    void cancelsFromAnyServer() throws Exception {
        try (ApiServer other = server.startBeside()) {
            for (ApiServer asked : List.of(server, other)) {
                String id = begun("hi");
                ScriptedEngine.Run run = server.engine().nextRun().say("Partly");
                await().atMost(SOON).until(() -> status(id).equals("in_progress"));
                var follower = later(
                        request(other, "/v1/responses/" + id + "?stream=true").GET());
                HttpResponse<String> answer = asked.send(
                        request(asked, "/v1/responses/" + id + "/cancel").POST(HttpRequest.BodyPublishers.noBody()));
                assertThat(ApiServer.json(answer).get("status").stringValue())
                        .as(answer.body())
                        .isEqualTo("cancelled");
                assertThat(run.awaitEnd(SOON)).isTrue();
                JsonNode end = events(follower.get(20, TimeUnit.SECONDS).body()).getLast();
                assertThat(end.at("/response/status").stringValue()).isEqualTo("cancelled");
                assertThat(end.at("/response/output/0/content/0/text").stringValue())
                        .isEqualTo("Partly");
                HttpResponse<String> again = asked.send(
                        request(asked, "/v1/responses/" + id + "/cancel").POST(HttpRequest.BodyPublishers.noBody()));
                assertThat(ApiServer.json(again).get("status").stringValue()).isEqualTo("cancelled");
            }
        }
    }

    @Test
    void deletingOneEndsItsModel() throws Exception {
        String id = begun("hi");
        ScriptedEngine.Run run = server.engine().nextRun().say("Partly");
        assertThat(server.send(request(server, "/v1/responses/" + id).DELETE()).statusCode())
                .isEqualTo(200);
        assertThat(run.awaitEnd(SOON)).isTrue();
        assertThat(get("/v1/responses/" + id).statusCode()).isEqualTo(404);
    }

    @Test
    void theResponseOfADeadServerFailsWithWhatItHad() throws Exception {
        String id = begun("hi");
        ScriptedEngine.Run run =
                server.engine().nextRun().say("Done. ").call("weather", "{}").say("Half");
        await().atMost(SOON)
                .until(() -> get("/v1/responses/" + id + "?stream=false").statusCode() == 200
                        && server.jdbc()
                                        .sql(
                                                "select count(*) from response_event where response_id = ? and event like ?")
                                        .params(id, "%\"Half\"%")
                                        .query(Integer.class)
                                        .single()
                                > 0);
        try (ApiServer other = server.startBeside()) {
            // As if the server had been silent for long: it is taken for dead, and learns of it.
            server.jdbc()
                    .sql("update response set server_id = ?, heartbeat_at = '-infinity' where id = ?")
                    .params(UUID.randomUUID(), id)
                    .update();
            await().atMost(SOON).until(() -> status(id).equals("failed"));
            assertThat(run.awaitEnd(SOON)).isTrue();
            JsonNode body = ApiServer.json(
                    other.send(request(other, "/v1/responses/" + id).GET()));
            assertThat(body.at("/error/code").stringValue()).isEqualTo("server_error");
            assertThat(body.get("output")).hasSize(2);
            List<JsonNode> events =
                    events(get("/v1/responses/" + id + "?stream=true").body());
            assertThat(events.getLast().get("type").stringValue()).isEqualTo("response.failed");
            assertThat(numbers(events)).doesNotHaveDuplicates();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'background':true,'store':false}|background",
                "{'conversation':'conv_1'}|conversation",
                "{'previous_response_id':'resp_none'}|previous_response_id",
                "{'tools':[{'type':'code_interpreter','container':{}}]}|tools[0].type",
                "{'store':'yes'}|store",
            })
    void refusesWhatItCannotServe(String more, String param) throws Exception {
        ObjectNode body = body("hi");
        body.setAll((ObjectNode) JSON.readTree(more.replace('\'', '"')));
        HttpResponse<String> answer = server.send(post("/v1/responses", body));
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(ApiServer.json(answer).at("/error/param").stringValue()).isEqualTo(param);
    }

    @Test
    void refusesToStreamOrCancelWhatWasMadeInTheForeground() throws Exception {
        String path = "/v1/responses/" + id(answered(body("hi"), "Yes."));
        assertThat(get(path + "?stream=true").statusCode()).isEqualTo(400);
        assertThat(server.send(post(path + "/cancel", JSON.createObjectNode())).statusCode())
                .isEqualTo(400);
        assertThat(get(path + "?starting_after=x").statusCode()).isEqualTo(400);
        assertThat(get("/v1/responses/resp_none").statusCode()).isEqualTo(404);
    }
}
