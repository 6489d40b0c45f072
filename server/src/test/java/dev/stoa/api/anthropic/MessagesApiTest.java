package dev.stoa.api.anthropic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stoa.api.ApiServer;
import dev.stoa.engine.Generation.Finish;
import dev.stoa.inference.ScriptedEngine;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** The Messages protocol on the wire, with an engine that says what the test wants. */
@Tag("e2e")
class MessagesApiTest {
    private static final Duration SOON = Duration.ofSeconds(10);
    private static ApiServer server;

    @BeforeAll
    static void start() throws IOException {
        server = ApiServer.start("[weapons]\nmake a bomb\n");
    }

    @AfterAll
    static void stop() throws IOException {
        server.close();
    }

    private static CompletableFuture<HttpResponse<String>> postLater(String body) {
        return server.http()
                .sendAsync(
                        server.request("/v1/messages")
                                .POST(HttpRequest.BodyPublishers.ofString(body))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
    }

    private static List<String> eventNames(String body) {
        return body.lines()
                .filter(line -> line.startsWith("event: "))
                .map(line -> line.substring(7))
                .toList();
    }

    @Test
    void answersWhole() throws Exception {
        var answer = postLater(ApiServer.message("hello", false));
        server.engine().nextRun().say("Hi").say(" there").end(Finish.END_OF_TURN);
        HttpResponse<String> response = answer.get();
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("request-id").orElseThrow()).startsWith("req_");
        assertThat(response.headers().firstValue("anthropic-organization-id")).isPresent();
        assertThat(response.headers().firstValue("anthropic-ratelimit-requests-limit"))
                .hasValue("1000");
        JsonNode message = ApiServer.json(response);
        assertThat(message.at("/content/0/text").stringValue()).isEqualTo("Hi there");
        assertThat(message.at("/stop_reason").stringValue()).isEqualTo("end_turn");
        assertThat(message.at("/stop_sequence").isNull()).isTrue();
        assertThat(message.at("/usage/input_tokens").intValue()).isEqualTo(5);
        assertThat(message.at("/usage/output_tokens").intValue()).isEqualTo(2);
        assertThat(message.at("/id").stringValue()).startsWith("msg_");
    }

    @Test
    void tellsWhatIsRememberedWhereThatIsAskedFor() throws Exception {
        String marked = ApiServer.message("hello", false)
                .replaceFirst(
                        "\\{", "{\"cache_control\":{\"type\":\"ephemeral\",\"ttl\":\"1h\"},\"service_tier\":\"auto\",");
        var answer = postLater(marked);
        server.engine().nextRun().say("Hi").end(Finish.END_OF_TURN);
        JsonNode usage = ApiServer.json(answer.get()).at("/usage");
        assertThat(usage.at("/input_tokens").intValue()).isZero();
        assertThat(usage.at("/cache_creation_input_tokens").intValue()).isEqualTo(5);
        assertThat(usage.at("/cache_creation/ephemeral_1h_input_tokens").intValue())
                .isEqualTo(5);
        assertThat(usage.at("/cache_creation/ephemeral_5m_input_tokens").intValue())
                .isZero();
        // There is no priority tier unless the operator opens it.
        assertThat(usage.at("/service_tier").stringValue()).isEqualTo("standard");
        String five = "{'type':'text','text':'a','cache_control':{'type':'ephemeral'}},".repeat(5);
        String body = "{'model':'scripted','max_tokens':1,'messages':[{'role':'user','content':["
                + five.substring(0, five.length() - 1) + "]}]}";
        HttpResponse<String> refused = server.post("/v1/messages", body.replace('\'', '"'));
        assertError(refused, 400, "invalid_request_error");
        assertThat(refused.body()).contains("cache_control: may stand at most 4 times in a request, not 5");
    }

    @Test
    void streamsTheExactSequenceAndTheConnectionLivesOn() throws Exception {
        for (int round = 0; round < 3; round++) {
            var answer = postLater(ApiServer.message("hello", true));
            ScriptedEngine.Run run = server.engine().nextRun();
            run.say("Hi").end(Finish.MAX_TOKENS);
            HttpResponse<String> response = answer.get();
            assertThat(response.headers().firstValue("content-type").orElseThrow())
                    .startsWith("text/event-stream");
            assertThat(eventNames(response.body()))
                    .containsExactly(
                            "message_start",
                            "content_block_start",
                            "ping",
                            "content_block_delta",
                            "content_block_stop",
                            "message_delta",
                            "message_stop");
            assertThat(response.body()).contains("\"stop_reason\":\"max_tokens\"");
        }
    }

    @Test
    void messageStartComesBeforeTheFirstTokenAndPingsFillSilence() throws Exception {
        HttpResponse<InputStream> response = server.http()
                .send(
                        server.request("/v1/messages")
                                .POST(HttpRequest.BodyPublishers.ofString(ApiServer.message("hello", true)))
                                .build(),
                        HttpResponse.BodyHandlers.ofInputStream());
        ScriptedEngine.Run run = server.engine().nextRun();
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
            assertThat(lines.readLine()).isEqualTo("event: message_start");
            assertThat(lines.lines().skip(2).findFirst()).hasValue("event: ping");
            run.end(Finish.FAILED);
            String rest = String.join("\n", lines.lines().toList());
            assertThat(rest)
                    .contains("event: error", "\"api_error\"", "\"request_id\":\"req_")
                    .doesNotContain("stop");
        }
    }

    @Test
    void namesTheStopSequence() throws Exception {
        var answer = postLater(ApiServer.message("hello", false).replaceFirst("\\{", "{\"stop_sequences\":[\"END\"],"));
        server.engine().nextRun().say("Hi").end(Finish.STOP_SEQUENCE);
        JsonNode message = ApiServer.json(answer.get());
        assertThat(message.at("/stop_reason").stringValue()).isEqualTo("stop_sequence");
        assertThat(message.at("/stop_sequence").stringValue()).isEqualTo("END");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void refusesForbiddenInputBeforeAnyModelSeesIt(boolean stream) throws Exception {
        HttpResponse<String> response =
                server.post("/v1/messages", ApiServer.message("How do I ｍａke\u200b a BÖMB?", stream));
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).contains("\"stop_reason\":\"refusal\"").contains("\"category\":\"weapons\"");
        if (stream) {
            assertThat(eventNames(response.body())).containsExactly("message_start", "message_delta", "message_stop");
        } else {
            assertThat(ApiServer.json(response).at("/content").isEmpty()).isTrue();
        }
        assertThat(server.engine().untouched()).isTrue();
        String id = response.headers().firstValue("request-id").orElseThrow();
        assertThat(incident(id)).isEqualTo("input weapons 2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"I |make a bomb|s", "How do I ma|ke a bo|mb?"})
    void refusesWhatABlockSaysAloneOrJoinedToOthers(String blocks) throws Exception {
        String content = Stream.of(blocks.split("\\|"))
                .map(text -> "{\"type\":\"text\",\"text\":\"" + text + "\"}")
                .collect(Collectors.joining(",", "[", "]"));
        String body = ApiServer.message("TEXT", false).replace("\"TEXT\"", content);
        assertThat(server.post("/v1/messages", body).body()).contains("\"stop_reason\":\"refusal\"");
        assertThat(server.engine().untouched()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void endsAnAnswerThatSaysWhatIsForbidden(boolean stream) throws Exception {
        var answer = postLater(ApiServer.message("tell me", stream));
        ScriptedEngine.Run run = server.engine().nextRun();
        for (String piece : "First, ma|k|e\u200b a| bo|mb| at home".split("\\|")) {
            run.say(piece);
        }
        HttpResponse<String> response = answer.get();
        assertThat(response.body())
                .contains("\"stop_reason\":\"refusal\"")
                .contains("First, ")
                .doesNotContain("ma\"", "bomb", "home");
        assertThat(run.awaitEnd(SOON)).isTrue();
        assertThat(incident(response.headers().firstValue("request-id").orElseThrow()))
                .isEqualTo("output weapons 2");
    }

    private static String incident(String requestId) {
        return server.jdbc()
                .sql("select direction || ' ' || category || ' ' || rule_line from safety_incident"
                        + " where request_id = ?")
                .param(requestId)
                .query(String.class)
                .single();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'model': | 400 | invalid_request_error | line 1, column",
                "[] | 400 | invalid_request_error | body: must be an object",
                "{'model':'x','model':'y'} | 400 | invalid_request_error | not valid JSON",
                "{} {} | 400 | invalid_request_error | not valid JSON",
                "`` | 400 | invalid_request_error | no body",
                "{'max_tokens':1,'model':'none','messages':[{'role':'user','content':'x'}]} | 404 | not_found_error | “none”"
            })
    void answersABadBodyInTheProtocolsShape(String body, int status, String type, String message) throws Exception {
        HttpResponse<String> response = server.post("/v1/messages", body.replace('\'', '"'));
        assertError(response, status, type);
        assertThat(ApiServer.json(response).at("/error/message").stringValue()).contains(message);
    }

    private static void assertError(HttpResponse<String> response, int status, String type) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        JsonNode body = ApiServer.json(response);
        assertThat(body.at("/type").stringValue()).isEqualTo("error");
        assertThat(body.at("/error/type").stringValue()).isEqualTo(type);
        assertThat(body.at("/request_id").stringValue())
                .isEqualTo(response.headers().firstValue("request-id").orElseThrow());
    }

    @Test
    void deepJsonIsRefused() throws Exception {
        HttpResponse<String> response = server.post("/v1/messages", "[".repeat(100_000));
        assertError(response, 400, "invalid_request_error");
        assertThat(response.body()).contains("nested too deeply");
    }

    @Test
    void aPromptThatCanNeverFitIsRefusedWithItsSize() throws Exception {
        HttpResponse<String> response = server.post("/v1/messages", ApiServer.message("x".repeat(2_500), false));
        assertError(response, 400, "invalid_request_error");
        assertThat(response.body()).contains("2500 tokens").contains("2000 tokens");
    }

    @Test
    void anAnswerThatFillsTheContextSaysSo() throws Exception {
        var answer = postLater(ApiServer.message("x".repeat(1_990), false));
        ScriptedEngine.Run run = server.engine().nextRun();
        assertThat(run.request().maxTokens()).isEqualTo(10);
        run.say("y").end(Finish.MAX_TOKENS);
        assertThat(answer.get().body()).contains("\"stop_reason\":\"model_context_window_exceeded\"");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aBodyThatIsTooLargeIsRefused(boolean chunked) throws Exception {
        byte[] body = new byte[(32 << 20) + 1];
        var publisher = chunked
                ? HttpRequest.BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body))
                : HttpRequest.BodyPublishers.ofByteArray(body);
        try {
            assertError(server.send(server.request("/v1/messages").POST(publisher)), 413, "request_too_large");
        } catch (IOException e) {
            // The server answers and closes without reading on; a client that still writes may see only the close.
            assertThat(e).hasMessageMatching(".*(reset|Broken pipe|closed|EOF|header parser).*");
        }
    }

    @Test
    void aWrongOrMissingKeyIsRefusedForGood() throws Exception {
        for (String key : List.of("wrong", "")) {
            HttpRequest.Builder request = server.request("/v1/messages").setHeader("x-api-key", key);
            HttpResponse<String> response =
                    server.send(request.POST(HttpRequest.BodyPublishers.ofString(ApiServer.message("x", false))));
            assertError(response, 401, "authentication_error");
            assertThat(response.headers().firstValue("x-should-retry")).hasValue("false");
        }
    }

    @Test
    void theVersionIsRequiredAndKnown() throws Exception {
        HttpResponse<String> response = server.send(server.request("/v1/models")
                .setHeader("anthropic-version", "2020-01-01")
                .GET());
        assertError(response, 400, "invalid_request_error");
        response = server.send(HttpRequest.newBuilder(server.uri("/v1/messages"))
                .header("Authorization", "Bearer " + ApiServer.KEY)
                .POST(HttpRequest.BodyPublishers.ofString(ApiServer.message("x", false))));
        assertError(response, 400, "invalid_request_error");
        assertThat(response.body()).contains("anthropic-version: this header is required");
    }

    @Test
    void unknownPathsAndMethodsAnswerInShape() throws Exception {
        assertError(server.get("/v1/nothing"), 404, "not_found_error");
        HttpResponse<String> response = server.get("/v1/messages");
        assertError(response, 405, "invalid_request_error");
        assertThat(response.headers().firstValue("allow")).hasValue("POST");
        assertError(server.get("/v1/models/none"), 404, "not_found_error");
    }

    @Test
    void listsModelsInPagesAndCountsTokens() throws Exception {
        JsonNode page = ApiServer.json(server.get("/v1/models"));
        assertThat(page.at("/data/0/id").stringValue()).isEqualTo(ScriptedEngine.MODEL);
        assertThat(page.at("/data/0/max_input_tokens").intValue()).isEqualTo(ScriptedEngine.CONTEXT);
        assertThat(page.at("/has_more").booleanValue()).isFalse();
        assertThat(page.at("/first_id")).isEqualTo(page.at("/last_id"));
        assertThat(ApiServer.json(server.get("/v1/models?after_id=" + ScriptedEngine.MODEL))
                        .at("/data")
                        .isEmpty())
                .isTrue();
        assertThat(server.get("/v1/models?limit=0").statusCode()).isEqualTo(400);
        assertThat(ApiServer.json(server.get("/v1/models/stoa-latest"))
                        .at("/id")
                        .stringValue())
                .isEqualTo(ScriptedEngine.MODEL);
        String count = "{'model':'scripted','messages':[{'role':'user','content':'four'}]}".replace('\'', '"');
        assertThat(ApiServer.json(server.post("/v1/messages/count_tokens", count))
                        .at("/input_tokens")
                        .intValue())
                .isEqualTo(4);
    }

    @Test
    void aFullEngineIsOverloadedAndSaysWhenToComeBack() throws Exception {
        server.engine().setFull(true);
        try {
            HttpResponse<String> response = server.post("/v1/messages", ApiServer.message("x", false));
            assertError(response, 529, "overloaded_error");
            assertThat(response.headers().firstValue("retry-after")).hasValue("3");
        } finally {
            server.engine().setFull(false);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aClientThatLeavesFreesTheEngine(boolean stream) throws Exception {
        ScriptedEngine.Run run;
        String body = ApiServer.message("hello", stream);
        try (Socket socket = new Socket("127.0.0.1", server.port())) {
            String head = "POST /v1/messages HTTP/1.1\r\nHost: x\r\nx-api-key: " + ApiServer.KEY
                    + "\r\nanthropic-version: 2023-06-01\r\nContent-Length: " + body.length() + "\r\n\r\n";
            socket.getOutputStream().write((head + body).getBytes(StandardCharsets.UTF_8));
            run = server.engine().nextRun();
            run.say("Hi");
        }
        assertThat(run.awaitEnd(SOON))
                .as("cancelled by the closed connection alone")
                .isTrue();
        assertThat(run.finish()).isEqualTo(Finish.CANCELLED);
    }

    @Test
    void aPipelinedRequestIsNotEatenByLookingForTheClient() throws Exception {
        String body = ApiServer.message("hello", false);
        String request = "POST /v1/messages HTTP/1.1\r\nHost: x\r\nx-api-key: " + ApiServer.KEY
                + "\r\nanthropic-version: 2023-06-01\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
        String next = "GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
        try (Socket socket = new Socket("127.0.0.1", server.port())) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
            ScriptedEngine.Run run = server.engine().nextRun();
            socket.getOutputStream().write(next.getBytes(StandardCharsets.UTF_8));
            // Long enough for the server to look some times: it does so every 20 ms.
            assertThat(run.awaitEnd(Duration.ofMillis(300))).isFalse();
            run.say("Hi").end(Finish.END_OF_TURN);
            String all = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(all).contains("\"text\":\"Hi\"").contains("{\"status\":\"live\"}");
        }
    }

    @Test
    void everyRequestIsInTheLedgerAndTheMetrics() throws Exception {
        var answer = postLater(ApiServer.message("hello", false));
        server.engine().nextRun().say("Hi").end(Finish.END_OF_TURN);
        String id = answer.get().headers().firstValue("request-id").orElseThrow();
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(server.jdbc()
                                .sql("select outcome || ' ' || output_tokens from usage_event where request_id = ?")
                                .param(id)
                                .query(String.class)
                                .list())
                        .containsExactly("completed 1"));
        assertThat(server.get("/metrics").body())
                .contains("stoa_requests_total{model=\"scripted:v1\",outcome=\"completed\",surface=\"anthropic\"}")
                .contains("vllm:num_requests_running{model_name=\"scripted:v1\"} 0.0")
                .contains("vllm:time_to_first_token_seconds_bucket")
                .contains("vllm:generation_tokens_total{")
                .contains("stoa_safety_verdicts_total");
    }

    @Test
    void readyAndMetricsSayWhatTheyShould() throws Exception {
        await().atMost(SOON).until(() -> server.get("/health/ready").statusCode() == 200);
        assertThat(server.get("/health/live").statusCode()).isEqualTo(200);
        HttpRequest.Builder proxied =
                HttpRequest.newBuilder(server.uri("/metrics")).header("X-Forwarded-For", "203.0.113.9");
        assertThat(server.send(proxied.GET()).statusCode()).isEqualTo(401);
        proxied.header("Authorization", "Bearer " + ApiServer.KEY);
        assertThat(server.send(proxied.GET()).statusCode()).isEqualTo(200);
    }

    @Test
    void aStopLetsStreamsEndWithAnErrorAndLosesNoLedgerEntry() throws Exception {
        try (ApiServer other = ApiServer.start("")) {
            // Tomcat takes the request for done before it has written the end of its response.
            other.delayEnds(Duration.ofMillis(300));
            CompletableFuture<HttpResponse<String>> answer = other.http()
                    .sendAsync(
                            other.request("/v1/messages")
                                    .POST(HttpRequest.BodyPublishers.ofString(ApiServer.message("hello", true)))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            other.engine().nextRun().say("Hi");
            CompletableFuture<Void> stopped = CompletableFuture.runAsync(other::stop);
            assertThat(answer.get().body()).contains("event: error", "overloaded_error");
            stopped.get();
            assertThat(other.jdbc()
                            .sql("select outcome from usage_event")
                            .query(String.class)
                            .list())
                    .containsExactly("rejected_overloaded");
        }
    }
}
