package dev.stoa.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Requests whose upstream speaks their protocol: it gets them by the byte, and its answer is the caller's by the byte. */
@Tag("e2e")
@Timeout(60)
class PassThroughTest {
    /** What came to the upstream. */
    private record Seen(
            String path, @Nullable String beta, @Nullable String version, String accept, String body) {}

    private static final BlockingQueue<Seen> seen = new LinkedBlockingQueue<>();
    private static final BlockingQueue<String> replies = new LinkedBlockingQueue<>();
    private static HttpServer upstream;
    private static ApiServer server;

    @BeforeAll
    static void start() throws IOException {
        upstream = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        upstream.createContext("/", PassThroughTest::reply);
        upstream.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        upstream.start();
        String url = "http://127.0.0.1:" + upstream.getAddress().getPort() + "/v1";
        server = ApiServer.start(
                "xyzzy\n",
                "--stoa.routing.attempts=1",
                "--stoa.upstreams[0].name=a",
                "--stoa.upstreams[0].protocol=anthropic",
                "--stoa.upstreams[0].url=" + url,
                "--stoa.upstreams[0].models[0].name=far",
                "--stoa.upstreams[0].models[0].upstream-name=near",
                "--stoa.upstreams[0].models[1].name=same",
                "--stoa.upstreams[1].name=o",
                "--stoa.upstreams[1].url=" + url,
                "--stoa.upstreams[1].models[0].name=ofar",
                "--stoa.upstreams[1].models[0].upstream-name=onear");
    }

    @AfterAll
    static void stop() throws IOException {
        server.close();
        upstream.stop(0);
    }

    private static void reply(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        seen.add(new Seen(
                exchange.getRequestURI().getPath(),
                exchange.getRequestHeaders().getFirst("anthropic-beta"),
                exchange.getRequestHeaders().getFirst("anthropic-version"),
                exchange.getRequestHeaders().getFirst("accept"),
                body));
        String text = Objects.requireNonNull(replies.poll());
        boolean json = text.startsWith("{") || text.startsWith(" ");
        exchange.getResponseHeaders().set("content-type", json ? "application/json" : "text/event-stream");
        exchange.sendResponseHeaders(text.startsWith(" ") ? 400 : 200, 0);
        try (var out = exchange.getResponseBody()) {
            // In pieces that end wherever.
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            for (int i = 0; i < bytes.length; i += 37) {
                out.write(bytes, i, Math.min(37, bytes.length - i));
                out.flush();
            }
        }
    }

    private static HttpResponse<String> post(String path, String body, String reply) throws Exception {
        replies.add(reply);
        return server.http()
                .send(
                        server.request(path)
                                .header("anthropic-beta", "some-beta-2026-01-01")
                                .POST(HttpRequest.BodyPublishers.ofString(body))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
    }

    private static Seen last() throws InterruptedException {
        return Objects.requireNonNull(seen.poll(10, TimeUnit.SECONDS));
    }

    private static Map<String, @Nullable Object> event(HttpResponse<?> response) {
        String id = response.headers().firstValue("request-id").orElseThrow();
        await().until(() -> server.jdbc()
                        .sql("SELECT count(*) FROM usage_event WHERE request_id = ?")
                        .param(id)
                        .query(Long.class)
                        .single()
                == 1);
        return server.jdbc()
                .sql("SELECT * FROM usage_event WHERE request_id = ?")
                .param(id)
                .query()
                .singleRow();
    }

    /** With fields nobody here knows, in an order of its own, and white space. */
    private static String message(String model, String text, boolean stream) {
        return "{ \"zz_unknown\": {\"b\": 1.50, \"a\": [\"\\u00e9\", null]},\n \"max_tokens\" : 9,\"model\":\"" + model
                + "\", \"stream\":" + stream
                + ",\"system\":[{\"type\":\"text\",\"text\":\"S\",\"cache_control\":{\"type\":\"ephemeral\",\"ttl\":\"1h\",\"new\":1}}],"
                + "\"messages\":[{\"content\":[{\"source\":{\"type\":\"base64\",\"data\":\"aGk=\",\"media_type\":\"image/png\"},\"type\":\"image\"},"
                + "{\"type\":\"text\",\"text\":\"" + text + "\"}],\"role\":\"user\"}] }\n";
    }

    private static String events(String... texts) {
        StringBuilder all = new StringBuilder("event: message_start\ndata: {\"type\":\"message_start\", \"message\":"
                + "{\"id\":\"msg_theirs\",\"model\":\"near\",\"usage\":{\"input_tokens\":11,\"cache_read_input_tokens\":4}}}\n\n"
                + ": a comment\n\nevent: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,"
                + "\"content_block\":{\"type\":\"text\",\"text\":\"\",\"odd\":1}}\n\n");
        for (String text : texts) {
            all.append("event: content_block_delta\r\ndata: {\"index\":0,\"type\":\"content_block_delta\","
                    + "\"delta\":{\"text\":\"" + text + "\",\"type\":\"text_delta\"}}\r\n\r\n");
        }
        return all + "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}\n\n"
                + "event: strange\ndata: {\"type\":\"strange\",\"x\":[1 , 2]}\n\n"
                + "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},"
                + "\"usage\":{\"output_tokens\":3}}\n\nevent: message_stop\ndata: {\"type\":\"message_stop\"}\n\n";
    }

    @Test
    void aStreamGoesAndComesByTheByte() throws Exception {
        String answer = events("Good ", "day");
        HttpResponse<String> response = post("/v1/messages", message("far", "hi", true), answer);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        assertThat(response.body()).isEqualTo(answer);
        Seen there = last();
        assertThat(there.body()).isEqualTo(message("near", "hi", true));
        assertThat(there.path()).isEqualTo("/v1/messages");
        assertThat(there.beta()).isEqualTo("some-beta-2026-01-01");
        assertThat(there.version()).isEqualTo("2023-06-01");
        assertThat(event(response))
                .containsEntry("input_tokens", 15)
                .containsEntry("cached_tokens", 4)
                .containsEntry("output_tokens", 3)
                .containsEntry("model", "far")
                .containsEntry("outcome", "completed");
    }

    @Test
    void aWholeAnswerToo() throws Exception {
        String answer =
                "{\"id\":\"msg_theirs\", \"type\":\"message\",\"unknown\":[1.0],\"model\":\"same\",\"role\":\"assistant\","
                        + "\"content\":[{\"type\":\"text\",\"text\":\"Good day\"},{\"type\":\"server_tool_use\",\"id\":\"s1\",\"name\":\"find\",\"input\":{\"q\":\"x\"}}],"
                        + "\"stop_reason\":\"end_turn\",\"usage\":{\"input_tokens\":5,\"output_tokens\":7}}";
        HttpResponse<String> response = post("/v1/messages", message("same", "hi", false), answer);
        assertThat(response.body()).isEqualTo(answer);
        Seen there = last();
        assertThat(there.body()).isEqualTo(message("same", "hi", false));
        assertThat(there.accept()).isEqualTo("application/json");
        assertThat(event(response)).containsEntry("input_tokens", 5).containsEntry("output_tokens", 7);
    }

    @Test
    void theOtherProtocolToo() throws Exception {
        String body =
                "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"hi\"}]}],\"odd\":{\"z\":1,\"a\":2},\"model\":\"%s\"%s}";
        String answer =
                "{\"id\":\"theirs\",\"object\":\"chat.completion\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\","
                        + "\"content\":\"Hey\",\"new_field\":1},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":8,\"completion_tokens\":2}}";
        HttpResponse<String> whole = post("/v1/chat/completions", body.formatted("ofar", ""), answer);
        assertThat(whole.body()).isEqualTo(answer);
        assertThat(last().body()).isEqualTo(body.formatted("onear", ""));
        assertThat(event(whole)).containsEntry("input_tokens", 8).containsEntry("output_tokens", 2);
        String chunks = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hey\",\"odd\":1}}]}\n\n"
                + "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
                + "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":8,\"completion_tokens\":6}}\n\ndata: [DONE]\n\n";
        String asked = ",\"stream\":true,\"stream_options\":{\"include_usage\":true}";
        HttpResponse<String> streamed = post("/v1/chat/completions", body.formatted("ofar", asked), chunks);
        assertThat(streamed.body()).isEqualTo(chunks);
        Seen there = last();
        assertThat(there.body()).isEqualTo(body.formatted("onear", asked));
        assertThat(there.path()).isEqualTo("/v1/chat/completions");
        assertThat(event(streamed)).containsEntry("output_tokens", 6);
        // Who did not ask for the usage is not told it, and the ledger knows it all the same.
        HttpResponse<String> untold = post("/v1/chat/completions", body.formatted("ofar", ",\"stream\":true"), chunks);
        assertThat(last().body())
                .isEqualTo(body.formatted("onear", ",\"stream\":true,\"stream_options\":{\"include_usage\":true}"));
        assertThat(untold.body()).contains("Hey", "[DONE]").doesNotContain("usage");
        assertThat(event(untold)).containsEntry("output_tokens", 6);
    }

    @Test
    void theUsageOfAStreamIsAskedForWhateverElseIsAsked() throws Exception {
        String body =
                "{\"model\":\"ofar\",\"stream_options\":%s,\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
        String chunks =
                "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hey\"},\"finish_reason\":\"stop\"}]}\n\n"
                        + "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":8,\"completion_tokens\":6}}\n\ndata: [DONE]\n\n";
        String told = chunks.replaceFirst("data: .*usage.*\n\n", "");
        Map<String, String> sentFor = Map.of(
                "{ \"odd\" : [1.0] }", "{ \"odd\" : [1.0] ,\"include_usage\":true}",
                "{}", "{\"include_usage\":true}",
                "null", "{\"include_usage\":true}",
                "{\"include_usage\": false,\"odd\":1}", "{\"include_usage\": true,\"odd\":1}");
        for (Map.Entry<String, String> each : sentFor.entrySet()) {
            HttpResponse<String> answer = post("/v1/chat/completions", body.formatted(each.getKey()), chunks);
            assertThat(last().body()).isEqualTo(body.replace("ofar", "onear").formatted(each.getValue()));
            assertThat(answer.body()).isEqualTo(told);
            assertThat(event(answer)).containsEntry("input_tokens", 8).containsEntry("output_tokens", 6);
        }
        // What is no form of the options is the upstream's to refuse.
        post("/v1/chat/completions", body.formatted("{\"include_usage\":\"yes\"}"), chunks);
        assertThat(last().body()).contains("\"stream_options\":{\"include_usage\":\"yes\"}");
    }

    @Test
    void aStreamIsGivenAgainHoweverItsLinesEnd() throws Exception {
        Map<String, String> answers = Map.of(
                "/v1/messages",
                events("Good ", "day").replace("\r", "").replace("\n", "\r\n"),
                "/v1/chat/completions",
                "data:{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hey\"},\"finish_reason\":\"stop\"}]}\r\n\r\n"
                        + "data:[DONE]\r\n\r\n");
        for (Map.Entry<String, String> each : answers.entrySet()) {
            String model = each.getKey().equals("/v1/messages") ? "far" : "ofar";
            replies.add(each.getValue());
            HttpResponse<String> first = once(each.getKey(), message(model, "hi", true));
            assertThat(first.body()).contains(model.equals("far") ? "day" : "Hey");
            last();
            HttpResponse<String> second = once(each.getKey(), message(model, "hi", true));
            assertThat(second.headers().firstValue("idempotent-replayed")).isPresent();
            assertThat(second.body()).isEqualTo(first.body());
            assertThat(seen).isEmpty();
        }
    }

    private static HttpResponse<String> once(String path, String body) throws Exception {
        return server.http()
                .send(
                        server.request(path)
                                .header("idempotency-key", "once" + path)
                                .POST(HttpRequest.BodyPublishers.ofString(body))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void nothingPassesUnjudged() throws Exception {
        HttpResponse<String> asked = post("/v1/messages", message("far", "say xyzzy", true), "");
        assertThat(asked.body()).contains("event: message_start", "refusal", "event: message_stop");
        replies.clear();
        assertThat(seen).isEmpty();
        HttpResponse<String> hidden =
                post("/v1/messages", message("far", "hi", false).replace("1.50", "\"xyzzy\""), "");
        replies.clear();
        assertThat(hidden.body()).contains("\"stop_reason\":\"refusal\"");
        assertThat(seen).isEmpty();
        HttpResponse<String> said =
                post("/v1/messages", message("far", "hi", true), events("Good ", "day xy", "zzy and ", "on"));
        last();
        // What arrives together is judged together, so "Good " is there or not.
        assertThat(said.body())
                .contains("msg_theirs", "content_block_stop", "\"stop_reason\":\"refusal\"", "message_stop")
                .doesNotContain("xy", "on\"}");
        HttpResponse<String> whole = post(
                "/v1/messages",
                message("far", "hi", false),
                "{\"content\":[{\"type\":\"text\",\"text\":\"xyzzy\"}],\"stop_reason\":\"end_turn\",\"usage\":{}}");
        last();
        assertThat(whole.body()).contains("\"stop_reason\":\"refusal\"").doesNotContain("xyzzy");
        HttpResponse<String> chat = post(
                "/v1/chat/completions",
                "{\"model\":\"ofar\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}",
                "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"xyzzy\"},\"finish_reason\":\"stop\"}]}\n\n"
                        + "data: [DONE]\n\n");
        last();
        assertThat(chat.body()).contains("content_filter", "[DONE]").doesNotContain("xyzzy");
    }

    @Test
    void noTextThatOnlyTheUpstreamKnowsPassesUnjudged() throws Exception {
        String chat = "{\"model\":\"ofar\",\"stream\":%s,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
        String call = "\"function_call\":{\"name\":\"f\",\"arguments\":\"{\\\"a\\\":\\\"x\\\\u0079zzy\\\"}\"}";
        for (String part : List.of(call, "\"refusal\":\"xyzzy\"", "\"new_field\":[{\"title\":\"xyzzy\"}]")) {
            HttpResponse<String> whole = post(
                    "/v1/chat/completions",
                    chat.formatted(false),
                    "{\"choices\":[{\"message\":{" + part + "},\"finish_reason\":\"stop\"}],\"usage\":{}}");
            last();
            assertThat(whole.body()).as(part).contains("content_filter").doesNotContain("zzy");
            HttpResponse<String> streamed = post(
                    "/v1/chat/completions",
                    chat.formatted(true),
                    "data: {\"choices\":[{\"delta\":{" + part + "}}]}\n\n"
                            + "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n");
            last();
            assertThat(streamed.body()).as(part).contains("content_filter").doesNotContain("zzy");
        }
        String result = "{\"type\":\"web_search_tool_result\",\"content\":[{\"title\":\"xyzzy\"}]}";
        HttpResponse<String> whole = post(
                "/v1/messages",
                message("far", "hi", false),
                "{\"content\":[" + result + "],\"stop_reason\":\"end_turn\",\"usage\":{}}");
        last();
        assertThat(whole.body()).contains("\"stop_reason\":\"refusal\"").doesNotContain("xyzzy");
        for (String event : List.of(
                "{\"type\":\"content_block_start\",\"content_block\":" + result + "}",
                "{\"type\":\"content_block_delta\",\"delta\":{\"type\":\"citations_delta\","
                        + "\"citation\":{\"cited_text\":\"xyzzy\"}}}")) {
            HttpResponse<String> streamed = post(
                    "/v1/messages",
                    message("far", "hi", true),
                    events("Good day")
                            .replace("event: content_block_stop", "data: " + event + "\n\nevent: content_block_stop"));
            last();
            assertThat(streamed.body()).contains("\"stop_reason\":\"refusal\"").doesNotContain("xyzzy");
        }
    }

    @Test
    void aPromptThatIsNoTextIsRefusedWhereverItStands() throws Exception {
        Map<String, String> refused = Map.of(
                "\"prompt\":[[9906,1917]]", "prompt",
                "\"prompt\":[9906]", "prompt",
                "\"prompt\":{\"ids\":[1]}", "prompt",
                "\"prompt\":\"hi\",\"prompt_token_ids\":[9906]", "prompt_token_ids",
                "\"prompt\":\"hi\",\"prompt_embeds\":\"AAAA\"", "prompt_embeds");
        for (Map.Entry<String, String> each : refused.entrySet()) {
            HttpResponse<String> answer = post("/v1/completions", "{\"model\":\"ofar\"," + each.getKey() + "}", "{}");
            assertThat(answer.statusCode()).as(each.getKey()).isEqualTo(400);
            assertThat(answer.body()).contains("\"param\":\"" + each.getValue() + "\"");
        }
        String chat = "{\"model\":\"ofar\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],"
                + "\"prompt_token_ids\":[9906]}";
        assertThat(post("/v1/chat/completions", chat, "{}").statusCode()).isEqualTo(400);
        replies.clear();
        assertThat(seen).isEmpty();
        String answer = "{\"choices\":[{\"index\":0,\"text\":\"Hey\",\"finish_reason\":\"stop\"}],"
                + "\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":1}}";
        for (String prompt : List.of("\"hi\"", "[\"hi\"]")) {
            String body = "{\"odd\":1,\"prompt\":" + prompt + ",\"model\":\"%s\"}";
            assertThat(post("/v1/completions", body.formatted("ofar"), answer).body())
                    .isEqualTo(answer);
            assertThat(last().body()).isEqualTo(body.formatted("onear"));
        }
    }

    @Test
    void whatGoesWrongIsToldInTheProtocol() throws Exception {
        String cut = events("Good ");
        HttpResponse<String> broken =
                post("/v1/messages", message("far", "hi", true), cut.substring(0, cut.indexOf("event: strange")));
        last();
        assertThat(broken.body()).startsWith("event: message_start").contains("event: error", "broke the answer off");
        HttpResponse<String> rubbish = post("/v1/messages", message("far", "hi", false), "{\"what\":1}");
        last();
        assertThat(rubbish.statusCode()).isEqualTo(500);
        HttpResponse<String> refused =
                post("/v1/messages", message("far", "hi", false), " {\"error\":{\"message\":\"no such field: zz\"}}");
        last();
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.body()).contains("no such field: zz");
        HttpResponse<String> wrong =
                post("/v1/messages", message("far", "hi", false).replace("\"max_tokens\" : 9,", ""), "");
        replies.clear();
        assertThat(wrong.statusCode()).isEqualTo(400);
        assertThat(seen).isEmpty();
    }

    @Test
    void otherModelsAreServedAsEver() throws Exception {
        replies.add(
                "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hey\"},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n");
        HttpResponse<String> across =
                server.post("/v1/messages", ApiServer.message("hi", false).replace("scripted:v1", "ofar"));
        assertThat(across.body()).contains("Hey", "\"type\":\"message\"");
        assertThat(last().path()).isEqualTo("/v1/chat/completions");
        HttpResponse<String> strict = post("/v1/messages", message("ofar", "hi", false), "");
        replies.clear();
        assertThat(strict.statusCode()).as("a field that can't be translated").isEqualTo(400);
    }
}
