package dev.stoa.api.openai;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stoa.api.ApiServer;
import dev.stoa.engine.Generation.Alternative;
import dev.stoa.engine.Generation.Finish;
import dev.stoa.engine.Priority;
import dev.stoa.inference.ScriptedEngine;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** OpenAI's protocol on the wire, with an engine that says what the test wants. */
@Tag("e2e")
class CompletionsApiTest {
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final JsonMapper JSON = new JsonMapper();
    private static ApiServer server;

    @BeforeAll
    static void start() throws IOException {
        server = ApiServer.start("[weapons]\nmake a bomb\n");
    }

    @AfterAll
    static void stop() throws IOException {
        server.close();
    }

    private static HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(server.uri(path))
                .timeout(Duration.ofSeconds(20))
                .header("authorization", "Bearer " + ApiServer.KEY)
                .header("content-type", "application/json");
    }

    private static String chat(String text, String more) {
        String message = JSON.writeValueAsString(text);
        return "{\"model\":\"stoa-latest\",\"messages\":[{\"role\":\"user\",\"content\":" + message + "}]"
                + more.replace('\'', '"') + "}";
    }

    private static HttpResponse<String> post(String path, String body) throws Exception {
        return server.send(request(path).POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    private static CompletableFuture<HttpResponse<String>> postLater(String path, String body) {
        return server.http()
                .sendAsync(
                        request(path)
                                .POST(HttpRequest.BodyPublishers.ofString(body))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
    }

    private static List<JsonNode> chunks(String body) {
        List<String> data = body.lines()
                .filter(line -> line.startsWith("data: "))
                .map(line -> line.substring(6))
                .toList();
        assertThat(data.getLast()).isEqualTo("[DONE]");
        return data.subList(0, data.size() - 1).stream().map(JSON::readTree).toList();
    }

    private static String usageRow(HttpResponse<String> response) {
        String id = response.headers().firstValue("x-request-id").orElseThrow();
        List<String> rows = new ArrayList<>();
        await().atMost(SOON).until(() -> {
            rows.clear();
            rows.addAll(server.jdbc()
                    .sql("select surface || ' ' || outcome || ' ' || input_tokens || ' ' || output_tokens"
                            + " from usage_event where request_id = ?")
                    .param(id)
                    .query(String.class)
                    .list());
            return !rows.isEmpty();
        });
        assertThat(rows).hasSize(1);
        return rows.getFirst();
    }

    @Test
    void readsFilesAndTellsTheTier() throws Exception {
        String file = "data:text/plain;base64," + Base64.getEncoder().encodeToString("The Po is long.".getBytes(UTF_8));
        String part = "{'filename':'rivers.txt','file_data':'" + file + "'";
        String chat = "{'model':'stoa-latest','service_tier':'flex','messages':[{'role':'user','content':["
                + "{'type':'file','file':" + part + "}},{'type':'text','text':'How long?'}]}]}";
        String response =
                "{'model':'stoa-latest','store':false,'service_tier':'priority','input':[{'role':'user','content':["
                        + part.replace("{", "{'type':'input_file',") + "},{'type':'input_text','text':'How long?'}]}]}";
        Map<String, String> asks = Map.of("/v1/chat/completions", chat, "/v1/responses", response);
        for (Map.Entry<String, String> ask : asks.entrySet()) {
            String body = ask.getValue().replace('\'', '"');
            var answer = server.http()
                    .sendAsync(
                            request(ask.getKey())
                                    .POST(HttpRequest.BodyPublishers.ofString(body))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            ScriptedEngine.Run run = server.engine().nextRun();
            Priority served = run.request().scheduling().priority();
            run.say("Very.").end(Finish.END_OF_TURN);
            JsonNode whole = JSON.readTree(answer.get().body());
            assertThat(server.engine().lastPrompt().messages().getLast().content())
                    .isEqualTo("<document index=\"1\" title=\"rivers.txt\">\nThe Po is long.\n</document>\nHow long?");
            // Without a priority tier, nobody goes before others.
            boolean flex = ask.getKey().contains("chat");
            assertThat(served).isEqualTo(flex ? Priority.BATCH : Priority.STANDARD);
            assertThat(whole.at("/service_tier").stringValue()).isEqualTo(flex ? "flex" : "default");
            String broken = body.replaceFirst("base64,[^\"]*", "base64,JVBERi0xLjQKbm90aGluZw==");
            HttpResponse<String> refused =
                    server.send(request(ask.getKey()).POST(HttpRequest.BodyPublishers.ofString(broken)));
            assertThat(refused.statusCode()).isEqualTo(400);
            assertThat(refused.body()).contains("damaged", "file_data");
        }
    }

    @Test
    void answersWhole() throws Exception {
        var answer = postLater("/v1/chat/completions", chat("hello", ""));
        server.engine().nextRun().say("Hi").say(" there").end(Finish.END_OF_TURN);
        HttpResponse<String> response = answer.get(20, TimeUnit.SECONDS);
        assertThat(response.statusCode()).isEqualTo(200);
        JsonNode body = ApiServer.json(response);
        assertThat(body.at("/object").stringValue()).isEqualTo("chat.completion");
        assertThat(body.at("/model").stringValue()).isEqualTo(ScriptedEngine.MODEL);
        assertThat(body.at("/choices/0/message/content").stringValue()).isEqualTo("Hi there");
        assertThat(body.at("/choices/0/message/refusal").isNull()).isTrue();
        assertThat(body.at("/choices/0/finish_reason").stringValue()).isEqualTo("stop");
        assertThat(body.at("/usage/prompt_tokens").intValue()).isEqualTo(5);
        assertThat(body.at("/usage/completion_tokens").intValue()).isEqualTo(2);
        assertThat(body.at("/usage/total_tokens").intValue()).isEqualTo(7);
        assertThat(response.headers().firstValue("x-ratelimit-limit-requests")).hasValue("1000");
        assertThat(usageRow(response)).isEqualTo("openai completed 5 2");
    }

    @Test
    void streamsChunksAndTheirUsage() throws Exception {
        for (int round = 0; round < 3; round++) {
            var answer = postLater(
                    "/v1/chat/completions", chat("hello", ",'stream':true,'stream_options':{'include_usage':true}"));
            server.engine().nextRun().say("Hi").end(Finish.MAX_TOKENS);
            List<JsonNode> chunks = chunks(answer.get(20, TimeUnit.SECONDS).body());
            assertThat(chunks.getFirst().at("/choices/0/delta/role").stringValue())
                    .isEqualTo("assistant");
            assertThat(chunks.get(1).at("/choices/0/delta/content").stringValue())
                    .isEqualTo("Hi");
            assertThat(chunks.get(1).at("/usage").isNull()).isTrue();
            assertThat(chunks.get(2).at("/choices/0/finish_reason").stringValue())
                    .isEqualTo("length");
            assertThat(chunks.getLast().at("/choices").isEmpty()).isTrue();
            assertThat(chunks.getLast().at("/usage/total_tokens").intValue()).isEqualTo(6);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void severalChoicesCountTheirPromptOnceAndAreOneRequest(boolean stream) throws Exception {
        var answer = postLater(
                "/v1/chat/completions",
                chat(
                        "hello",
                        ",'n':3,'stream':" + stream + (stream ? ",'stream_options':{'include_usage':true}" : "")));
        List<ScriptedEngine.Run> runs = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            runs.add(server.engine().nextRun());
        }
        // The last answers first: no choice may wait for another.
        for (int i = 2; i >= 0; i--) {
            runs.get(i).say("answer ").say(String.valueOf(i)).end(Finish.END_OF_TURN);
        }
        HttpResponse<String> response = answer.get(20, TimeUnit.SECONDS);
        if (stream) {
            StringBuilder[] texts = {new StringBuilder(), new StringBuilder(), new StringBuilder()};
            List<JsonNode> chunks = chunks(response.body());
            for (JsonNode chunk : chunks.subList(0, chunks.size() - 1)) {
                texts[chunk.at("/choices/0/index").intValue()].append(
                        chunk.at("/choices/0/delta/content").asString(""));
            }
            assertThat(List.of(texts)).map(StringBuilder::toString).containsExactly("answer 0", "answer 1", "answer 2");
            assertThat(chunks.getLast().at("/usage/completion_tokens").intValue())
                    .isEqualTo(6);
        } else {
            JsonNode body = ApiServer.json(response);
            for (int i = 0; i < 3; i++) {
                assertThat(body.at("/choices/" + i + "/message/content").stringValue())
                        .isEqualTo("answer " + i);
            }
            assertThat(body.at("/usage/prompt_tokens").intValue()).isEqualTo(5);
        }
        assertThat(usageRow(response)).isEqualTo("openai completed 5 6");
    }

    @Test
    void givesLogProbabilities() throws Exception {
        var answer = postLater("/v1/chat/completions", chat("hello", ",'logprobs':true,'top_logprobs':2"));
        ScriptedEngine.Run run = server.engine().nextRun();
        assertThat(run.request().topLogprobs()).isEqualTo(2);
        run.sayWithLogprob("é", -0.5, new Alternative('é', -0.5), new Alternative('e', Double.NEGATIVE_INFINITY));
        run.end(Finish.END_OF_TURN);
        JsonNode token = ApiServer.json(answer.get(20, TimeUnit.SECONDS)).at("/choices/0/logprobs/content/0");
        assertThat(token.at("/token").stringValue()).isEqualTo("é");
        assertThat(token.at("/bytes").toString()).isEqualTo("[195,169]");
        assertThat(token.at("/logprob").doubleValue()).isEqualTo(-0.5);
        assertThat(token.at("/top_logprobs/1/logprob").doubleValue()).isEqualTo(-9999);
    }

    @Test
    void completesPlainTextOfSeveralPrompts() throws Exception {
        var answer =
                postLater("/v1/completions", "{\"model\":\"scripted\",\"prompt\":[\"abc\",\"de\"],\"logprobs\":1}");
        for (int i = 0; i < 2; i++) {
            ScriptedEngine.Run run = server.engine().nextRun();
            String text = run.request().prompt().length == 3 ? "3" : "2";
            run.sayWithLogprob(text, -1, new Alternative(text.charAt(0), -1)).end(Finish.MAX_TOKENS);
        }
        HttpResponse<String> response = answer.get(20, TimeUnit.SECONDS);
        JsonNode body = ApiServer.json(response);
        assertThat(body.at("/object").stringValue()).isEqualTo("text_completion");
        assertThat(body.at("/choices/0/text").stringValue()).isEqualTo("3");
        assertThat(body.at("/choices/1/text").stringValue()).isEqualTo("2");
        assertThat(body.at("/choices/1/logprobs/top_logprobs/0/2").doubleValue())
                .isEqualTo(-1);
        assertThat(usageRow(response)).isEqualTo("openai completed 5 2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/chat/completions", "/v1/completions"})
    void refusesForbiddenInputBeforeAnyModelSeesIt(String path) throws Exception {
        String body = path.endsWith("chat/completions")
                ? chat("How do I make a bomb?", "")
                : "{\"model\":\"stoa-latest\",\"prompt\":\"How to make a bomb\"}";
        HttpResponse<String> response = post(path, body);
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(ApiServer.json(response).at("/choices/0/finish_reason").stringValue())
                .isEqualTo("content_filter");
        assertThat(server.engine().untouched()).isTrue();
        assertThat(usageRow(response)).startsWith("openai refused");
    }

    @Test
    void logProbabilitiesOfHeldBackTextNeverLeave() throws Exception {
        var answer = postLater("/v1/chat/completions", chat("tell", ",'stream':true,'logprobs':true"));
        ScriptedEngine.Run run = server.engine().nextRun();
        for (char letter : "First make a bomb now".toCharArray()) {
            run.sayWithLogprob(String.valueOf(letter), -1);
        }
        String body = answer.get(20, TimeUnit.SECONDS).body();
        assertThat(run.awaitEnd(SOON)).isTrue();
        StringBuilder spelled = new StringBuilder();
        for (JsonNode chunk : chunks(body)) {
            chunk.at("/choices/0/logprobs/content")
                    .forEach(token -> spelled.append(token.at("/token").stringValue()));
        }
        assertThat(spelled).hasToString("First ");
        assertThat(body).contains("content_filter");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'model': | 400 | invalid_request_error | | line 1",
                "[] | 400 | invalid_request_error | body | an object",
                "`` | 400 | invalid_request_error | | no body",
                "{'model':'x','frob':1,'messages':[{'role':'user','content':'x'}]} | 400 | invalid_request_error | frob | not known",
                "{'model':'none','messages':[{'role':'user','content':'x'}]} | 404 | invalid_request_error | model | none"
            })
    void answersABadBodyInTheProtocolsShape(String body, int status, String type, String param, String message)
            throws Exception {
        HttpResponse<String> response = post("/v1/chat/completions", body.replace('\'', '"'));
        assertThat(response.statusCode()).isEqualTo(status);
        JsonNode error = ApiServer.json(response).at("/error");
        assertThat(error.at("/type").stringValue()).isEqualTo(type);
        assertThat(error.at("/param").isNull() ? null : error.at("/param").stringValue())
                .isEqualTo(param);
        assertThat(error.at("/message").stringValue()).contains(message);
        assertThat(response.headers().firstValue("x-request-id").orElseThrow()).startsWith("req_");
        if (status == 404) {
            assertThat(error.at("/code").stringValue()).isEqualTo("model_not_found");
            assertThat(usageRow(response)).isEqualTo("openai rejected_invalid 0 0");
        }
    }

    @Test
    void aBodyThatIsTooLargeIsRefused() throws Exception {
        byte[] body = new byte[(32 << 20) + 1];
        try {
            HttpResponse<String> response = server.send(request("/v1/chat/completions")
                    .POST(HttpRequest.BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body))));
            assertThat(response.statusCode()).isEqualTo(413);
        } catch (IOException e) {
            // The server answers and closes without reading on; a client that still writes may see only the close.
            assertThat(e).hasMessageMatching(".*(reset|Broken pipe|closed|EOF|header parser).*");
        }
    }

    @Test
    void aWrongKeyAnUnknownPathAndAWrongMethodAnswerInShape() throws Exception {
        HttpResponse<String> response = server.send(request("/v1/models").setHeader("authorization", "Bearer no"));
        assertThat(response.statusCode()).isEqualTo(401);
        assertThat(ApiServer.json(response).at("/error/code").stringValue()).isEqualTo("invalid_api_key");
        assertThat(response.headers().firstValue("x-should-retry")).hasValue("false");
        response = server.send(request("/v1/nothing").GET());
        assertThat(response.statusCode()).isEqualTo(404);
        assertThat(ApiServer.json(response).at("/error/message").isString()).isTrue();
        response = server.send(request("/v1/chat/completions").GET());
        assertThat(response.statusCode()).isEqualTo(405);
        assertThat(ApiServer.json(response).at("/error/message").isString()).isTrue();
    }

    @Test
    void aFullEngineIsUnavailableAndEndsTheChoicesThatHadBegun() throws Exception {
        server.engine().setFull(true);
        try {
            HttpResponse<String> response = post("/v1/chat/completions", chat("x", ",'n':2"));
            assertThat(response.statusCode()).isEqualTo(503);
            assertThat(response.headers().firstValue("retry-after")).hasValue("3");
            assertThat(usageRow(response)).isEqualTo("openai rejected_overloaded 0 0");
            assertThat(server.engine().running()).isZero();
        } finally {
            server.engine().setFull(false);
        }
    }

    @Test
    void aFaultInMidStreamIsAnEventAfterWhichNothingComes() throws Exception {
        var answer = postLater("/v1/chat/completions", chat("hello", ",'stream':true,'n':2"));
        ScriptedEngine.Run first = server.engine().nextRun();
        ScriptedEngine.Run second = server.engine().nextRun();
        first.say("Hi");
        second.end(Finish.FAILED);
        String body = answer.get(20, TimeUnit.SECONDS).body();
        assertThat(body).contains("\"error\":{").doesNotContain("[DONE]");
        assertThat(first.awaitEnd(SOON)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {",'stream':true", "", ",'n':2", ",'n':2,'stream':true"})
    void aClientThatLeavesFreesTheEngine(String more) throws Exception {
        String body = chat("hello", more);
        List<ScriptedEngine.Run> runs = new ArrayList<>();
        try (Socket socket = new Socket("127.0.0.1", server.port())) {
            String head = "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + ApiServer.KEY
                    + "\r\nContent-Length: " + body.length() + "\r\n\r\n";
            socket.getOutputStream().write((head + body).getBytes(StandardCharsets.UTF_8));
            for (int i = more.contains("'n'") ? 2 : 1; i > 0; i--) {
                runs.add(server.engine().nextRun().say("Hi"));
            }
        }
        for (ScriptedEngine.Run run : runs) {
            assertThat(run.awaitEnd(SOON)).isTrue();
            assertThat(run.finish()).isEqualTo(Finish.CANCELLED);
        }
    }

    @Test
    void tenAtOnceGetTheirOwnAnswers() throws Exception {
        List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            answers.add(postLater("/v1/chat/completions", chat("x".repeat(i + 1), ",'stream':true")));
        }
        for (int i = 0; i < 10; i++) {
            ScriptedEngine.Run run = server.engine().nextRun();
            run.say("answer " + run.request().prompt().length).end(Finish.END_OF_TURN);
        }
        for (int i = 0; i < 10; i++) {
            assertThat(answers.get(i).get(20, TimeUnit.SECONDS).body()).contains("\"answer " + (i + 1) + "\"");
        }
    }
}
