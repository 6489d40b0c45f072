package dev.stoa.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stoa.engine.Generation.Finish;
import dev.stoa.identity.TestMembers;
import dev.stoa.inference.ScriptedEngine;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** Answers that are given again and runs that several share, over HTTP, on two servers of one database. */
@Tag("e2e")
@Timeout(60)
class AnswerCacheTest {
    private static final String CACHE = "/v1/organizations/answer_cache";
    private static final int BOUND = 4_000;
    private static final AtomicInteger tries = new AtomicInteger();
    private static ApiServer server;
    private static ApiServer other;

    @BeforeAll
    static void start() throws IOException {
        String[] settings = {
            "--stoa.master-key=" + Base64.getEncoder().encodeToString(new byte[32]),
            "--stoa.prices.input=1",
            "--stoa.prices.output=2",
            "--stoa.answer-cache.organization-size=" + BOUND + "B"
        };
        server = ApiServer.start("xyzzy\n", settings);
        other = server.startBeside(settings);
    }

    @AfterAll
    static void stop() throws IOException {
        other.close();
        server.close();
    }

    @BeforeEach
    void keep() throws Exception {
        assertThat(server.post(CACHE, "{\"enabled\":true}").statusCode()).isEqualTo(200);
        // Both have heard of it when one finds what the other has kept.
        await().atMost(Duration.ofSeconds(10)).until(() -> {
            String body = message("are you there? " + tries.incrementAndGet(), false);
            answered(server, "/v1/messages", body, "Yes.");
            return cache(answered(other, "/v1/messages", body, "Yes.")).equals("hit");
        });
    }

    @AfterEach
    void nothingIsLeft() {
        assertThat(server.engine().untouched())
                .as("no run that nobody asked for")
                .isTrue();
        assertThat(server.engine().running()).isZero();
    }

    private static String message(String text, boolean stream) {
        return ApiServer.message(text, stream).replaceFirst("\\{", "{\"temperature\":0,");
    }

    private static String chat(String text, boolean stream, String more) {
        return ("{'model':'" + ScriptedEngine.MODEL + "','stream':" + stream + more
                        + ",'messages':[{'role':'user','content':'" + text + "'}]}")
                .replace('\'', '"');
    }

    private static String cache(HttpResponse<?> response) {
        return response.headers().firstValue("x-stoa-cache").orElse("");
    }

    private static CompletableFuture<HttpResponse<String>> begin(ApiServer where, String path, String body) {
        return where.http()
                .sendAsync(
                        where.request(path)
                                .POST(HttpRequest.BodyPublishers.ofString(body))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
    }

    /** Sends a request, and has the engine answer it if it is asked. */
    private static HttpResponse<String> answered(ApiServer where, String path, String body, String... words)
            throws Exception {
        CompletableFuture<HttpResponse<String>> response = begin(where, path, body);
        await().atMost(Duration.ofSeconds(10))
                .until(() -> response.isDone() || !where.engine().untouched());
        if (!where.engine().untouched()) {
            ScriptedEngine.Run run = where.engine().nextRun();
            for (String word : words) {
                run.say(word);
            }
            run.end(Finish.END_OF_TURN);
        }
        assertThat(response.join().statusCode()).as(response.join().body()).isEqualTo(200);
        return response.join();
    }

    private static Map<String, @Nullable Object> event(HttpResponse<?> response) {
        String id = response.headers().firstValue("request-id").orElseThrow();
        return event(id);
    }

    private static Map<String, @Nullable Object> event(String id) {
        await().atMost(Duration.ofSeconds(10))
                .until(() -> server.jdbc()
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

    private static int number(Map<String, @Nullable Object> event, String column) {
        return ((Number) Objects.requireNonNull(event.get(column))).intValue();
    }

    @Test
    void theSecondIsGivenTheFirstsAnswerWholeAndStreamedOnBothServers() throws Exception {
        HttpResponse<String> first = answered(server, "/v1/messages", message("hi", false), "Good ", "day", ".");
        assertThat(cache(first)).isEqualTo("miss");
        assertThat(event(first))
                .containsEntry("reuse", "miss")
                .containsEntry("input_tokens", 2)
                .containsEntry("output_tokens", 3)
                .containsEntry("reused_tokens", 0)
                .containsEntry("cost_nanodollars", 8_000L);
        for (ApiServer each : List.of(server, other)) {
            HttpResponse<String> again = each.post("/v1/messages", message("hi", false));
            assertThat(cache(again)).isEqualTo("hit");
            JsonNode answer = ApiServer.json(again);
            assertThat(answer.at("/content/0/text").stringValue()).isEqualTo("Good day.");
            assertThat(answer.at("/usage/cache_read_input_tokens").intValue()).isEqualTo(2);
            assertThat(answer.at("/usage/output_tokens").intValue()).isEqualTo(3);
            assertThat(answer.get("id")).isNotEqualTo(ApiServer.json(first).get("id"));
            assertThat(event(again))
                    .containsEntry("reuse", "hit")
                    .containsEntry("outcome", "completed")
                    .containsEntry("model", ScriptedEngine.MODEL)
                    .containsEntry("input_tokens", 0)
                    .containsEntry("output_tokens", 0)
                    .containsEntry("reused_tokens", 5)
                    .containsEntry("cost_nanodollars", 0L);
            HttpResponse<String> streamed = each.post("/v1/messages", message("hi", true));
            assertThat(cache(streamed)).isEqualTo("hit");
            assertThat(streamed.body()).contains("Good day.", "message_stop");
        }
        assertThat(server.get("/metrics").body()).contains("stoa_answer_cache_total{result=\"hit\"}");
        JsonNode now = ApiServer.json(server.get(CACHE));
        assertThat(now.get("bytes").longValue()).isBetween(1L, (long) BOUND);
    }

    @Test
    void theOtherProtocolKeepsItsOwnWithSeedChoicesAndLogprobs() throws Exception {
        String seeded = chat("hi", false, ",'seed':7");
        assertThat(cache(answered(server, "/v1/chat/completions", seeded, "Hey.")))
                .isEqualTo("miss");
        HttpResponse<String> again = server.post("/v1/chat/completions", seeded);
        assertThat(cache(again)).isEqualTo("hit");
        assertThat(ApiServer.json(again).at("/choices/0/message/content").stringValue())
                .isEqualTo("Hey.");
        HttpResponse<String> streamed = server.post("/v1/chat/completions", chat("hi", true, ",'seed':7"));
        assertThat(streamed.body()).contains("Hey.", "[DONE]");
        assertThat(cache(streamed)).isEqualTo("hit");
        // Two choices that must be the same are one run, and none is made where one is there.
        HttpResponse<String> two =
                answered(server, "/v1/chat/completions", chat("two", false, ",'temperature':0,'n':2"), "Twice.");
        assertThat(ApiServer.json(two).at("/choices/1/message/content").stringValue())
                .isEqualTo("Twice.");
        assertThat(event(two)).containsEntry("output_tokens", 1);
        HttpResponse<String> responses = answered(
                server,
                "/v1/responses",
                "{\"model\":\"" + ScriptedEngine.MODEL + "\",\"temperature\":0,\"input\":\"hi\"}",
                "Hello.");
        assertThat(cache(responses)).isEqualTo("miss");
    }

    @Test
    void whatMayDifferIsMadeAnew() throws Exception {
        for (int i = 0; i < 2; i++) {
            assertThat(cache(answered(server, "/v1/messages", ApiServer.message("warm", false), "Hm.")))
                    .isEmpty();
            assertThat(cache(answered(server, "/v1/chat/completions", chat("warm", false, ""), "Hm.")))
                    .isEmpty();
        }
        answered(server, "/v1/messages", message("cold", false), "Brr.");
        assertThat(cache(answered(server, "/v1/messages", message("cold ", false), "Brr.")))
                .as("another prompt")
                .isEqualTo("miss");
        assertThat(cache(answered(
                        server,
                        "/v1/messages",
                        message("cold", false).replace("\"max_tokens\":50", "\"max_tokens\":49"),
                        "Brr.")))
                .as("another bound")
                .isEqualTo("miss");
    }

    @Test
    void anotherOrganizationFindsNothing() throws Exception {
        answered(server, "/v1/messages", message("secret?", false), "No.");
        String stranger = TestMembers.add(server.jdbc());
        HttpRequest.Builder theirs = server.request("/v1/messages").setHeader("x-api-key", stranger);
        server.send(server.request(CACHE)
                .setHeader("x-api-key", stranger)
                .POST(HttpRequest.BodyPublishers.ofString("{\"enabled\":true}")));
        await().atMost(Duration.ofSeconds(10)).until(() -> {
            CompletableFuture<HttpResponse<String>> asked = server.http()
                    .sendAsync(
                            theirs.POST(HttpRequest.BodyPublishers.ofString(message("secret?", false)))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            server.engine().nextRun().say("Theirs.").end(Finish.END_OF_TURN);
            assertThat(asked.join().body()).contains("Theirs.");
            return cache(asked.join()).equals("miss");
        });
        assertThat(server.post("/v1/messages", message("secret?", false)).body())
                .contains("No.");
    }

    @Test
    void whatIsGivenAgainIsJudgedAgainAndWhatBrokeOffIsNotKept() throws Exception {
        for (int i = 0; i < 2; i++) {
            assertThat(answered(server, "/v1/messages", message("say it", false), "well: xyzzy", " and on")
                            .body())
                    .contains("\"stop_reason\":\"refusal\"", "well: ")
                    .doesNotContain("xyzzy");
        }
        CompletableFuture<HttpResponse<String>> failing = begin(server, "/v1/messages", message("fail", false));
        server.engine().nextRun().say("Oh").end(Finish.FAILED);
        assertThat(failing.join().statusCode()).isEqualTo(500);
        assertThat(cache(answered(server, "/v1/messages", message("fail", false), "Done.")))
                .isEqualTo("miss");
    }

    @Test
    void theOldestAreForgottenWhenThereAreTooMany() throws Exception {
        for (int i = 0; i < 8; i++) {
            answered(server, "/v1/messages", message("long " + i, false), "word ".repeat(100));
        }
        JsonNode now = ApiServer.json(server.get(CACHE));
        assertThat(now.get("bytes").longValue()).isBetween(1L, (long) BOUND);
        assertThat(server.jdbc()
                        .sql("SELECT sum(bytes) FROM cached_answer")
                        .query(Long.class)
                        .single())
                .isEqualTo(server.jdbc()
                        .sql("SELECT sum(bytes) FROM answer_cache")
                        .query(Long.class)
                        .single());
        assertThat(cache(server.post("/v1/messages", message("long 7", false)))).isEqualTo("hit");
        assertThat(cache(answered(server, "/v1/messages", message("long 0", false), "word")))
                .isEqualTo("miss");
        assertThat(server.jdbc()
                        .sql("SELECT count(*) FROM cached_answer WHERE position('word'::bytea IN answer) > 0")
                        .query(Long.class)
                        .single())
                .as("kept in the clear")
                .isZero();
    }

    @Test
    void switchedOffNothingIsLeft() throws Exception {
        answered(server, "/v1/messages", message("bye", false), "Bye.");
        assertThat(server.post(CACHE + "/purge", "").body()).contains("\"answers\":0", "\"bytes\":0");
        assertThat(cache(answered(server, "/v1/messages", message("bye", false), "Bye.")))
                .isEqualTo("miss");
        assertThat(server.post(CACHE, "{\"enabled\":false}").body()).contains("\"enabled\":false");
        await().atMost(Duration.ofSeconds(10))
                .until(() -> cache(answered(server, "/v1/messages", message("bye", false), "Bye."))
                        .isEmpty());
        assertThat(server.post(CACHE + "/purge", "").statusCode()).isEqualTo(404);
        assertThat(server.post(CACHE, "{\"enabled\":true,\"ttl_seconds\":0}").statusCode())
                .isEqualTo(400);
        assertThat(server.post(CACHE, "{\"enabled\":1}").statusCode()).isEqualTo(400);
        assertThat(server.post(CACHE, "{}").statusCode()).isEqualTo(400);
        assertThat(server.get("/v1/organizations/audit_events").body())
                .contains("answer_cache.set", "answer_cache.purged");
    }

    @Test
    void tenAtOnceAreOneRunAndOneWhoLeavesHarmsNobody() throws Exception {
        HttpResponse<InputStream> leader =
                server.http().send(streamed("all together"), HttpResponse.BodyHandlers.ofInputStream());
        ScriptedEngine.Run run = server.engine().nextRun();
        run.say("one ");
        readUntil(leader.body(), "one ");
        List<CompletableFuture<HttpResponse<String>>> followers = IntStream.range(0, 10)
                .mapToObj(i -> begin(server, "/v1/messages", message("all together", i % 2 == 0)))
                .toList();
        await().atMost(Duration.ofSeconds(10)).until(() -> shared() >= 10);
        leader.body().close();
        String first = leader.headers().firstValue("request-id").orElseThrow();
        assertThat(event(first))
                .containsEntry("outcome", "cancelled")
                .containsEntry("reuse", "miss")
                .containsEntry("output_tokens", 1);
        run.say("two").end(Finish.END_OF_TURN);
        List<String> ids = new ArrayList<>();
        int input = 0;
        int output = 1;
        for (CompletableFuture<HttpResponse<String>> each : followers) {
            HttpResponse<String> response = each.join();
            assertThat(response.body()).containsSubsequence("one ", "two");
            assertThat(cache(response)).isEqualTo("shared");
            ids.add(response.headers().firstValue("request-id").orElseThrow());
            Map<String, @Nullable Object> event = event(response);
            assertThat(event).containsEntry("reuse", "shared").containsEntry("outcome", "completed");
            input += number(event, "input_tokens");
            output += number(event, "output_tokens");
        }
        assertThat(ids).doesNotHaveDuplicates().doesNotContain(first);
        assertThat(output).as("paid for once").isEqualTo(2);
        assertThat(input).as("the first has paid for the prompt").isZero();
        assertThat(server.engine().untouched()).isTrue();
    }

    @Test
    void whenAllHaveLeftTheRunEnds() throws Exception {
        List<HttpResponse<InputStream>> all = new ArrayList<>();
        all.add(server.http().send(streamed("nobody"), HttpResponse.BodyHandlers.ofInputStream()));
        ScriptedEngine.Run run = server.engine().nextRun();
        all.add(server.http().send(streamed("nobody"), HttpResponse.BodyHandlers.ofInputStream()));
        for (HttpResponse<InputStream> each : all) {
            each.body().close();
        }
        assertThat(run.awaitEnd(Duration.ofSeconds(10))).isTrue();
        all.forEach(each -> assertThat(event(each)).containsEntry("outcome", "cancelled"));
    }

    private static HttpRequest streamed(String text) {
        return server.request("/v1/messages")
                .POST(HttpRequest.BodyPublishers.ofString(message(text, true)))
                .build();
    }

    private static double shared() throws Exception {
        return server.get("/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith("stoa_answer_cache_total{result=\"shared\"}"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .findFirst()
                .orElse(0);
    }

    private static void readUntil(InputStream in, String text) throws IOException {
        StringBuilder read = new StringBuilder();
        while (read.indexOf(text) < 0) {
            int next = in.read();
            assertThat(next).isNotNegative();
            read.append(new String(new byte[] {(byte) next}, StandardCharsets.ISO_8859_1));
        }
    }
}
