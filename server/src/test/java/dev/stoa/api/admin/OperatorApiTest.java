package dev.stoa.api.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stoa.api.ApiServer;
import dev.stoa.conversation.RunsLook;
import dev.stoa.identity.TestMembers;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What an operator sees and ends: running requests, refusals, limits of a person, what is kept. Two servers. */
@Tag("e2e")
class OperatorApiTest {
    private static final Duration SOON = Duration.ofSeconds(10);
    /** Answers for a minute and a half if nobody stops it. */
    private static final String ENDLESS = "mock-0-30-3000";

    private static final String QUICK = "mock-0-0-8";

    private static ApiServer server;
    private static ApiServer other;

    @BeforeAll
    static void start() throws IOException {
        server = ApiServer.start("[weapons]\nmake a bomb\n", "--stoa.mock-models=" + ENDLESS + "," + QUICK);
        other = server.startBeside("--stoa.mock-models=" + QUICK);
    }

    @AfterAll
    static void stop() throws IOException {
        other.close();
        server.close();
    }

    private static HttpResponse<String> call(ApiServer where, String method, String path, String key, String body)
            throws Exception {
        return where.send(HttpRequest.newBuilder(where.uri("/v1/organizations/" + path))
                .timeout(Duration.ofSeconds(20))
                .header("x-api-key", key)
                .method(method, HttpRequest.BodyPublishers.ofString(body.replace('\'', '"'))));
    }

    private static JsonNode get(String path) throws Exception {
        HttpResponse<String> response = call(server, "GET", path, ApiServer.KEY, "");
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return ApiServer.json(response);
    }

    private static JsonNode post(String path, String body) throws Exception {
        HttpResponse<String> response = call(server, "POST", path, ApiServer.KEY, body);
        assertThat(response.statusCode()).as(response.body()).isIn(200, 201);
        return ApiServer.json(response);
    }

    private static HttpRequest question(String key, String model, String text, boolean stream) {
        return server.request("/v1/messages")
                .setHeader("x-api-key", key)
                .POST(HttpRequest.BodyPublishers.ofString(
                        ApiServer.message(text, stream).replace("scripted:v1", model)))
                .build();
    }

    private static int ask(String key, String text) throws Exception {
        return server.http()
                .send(question(key, QUICK, text, false), HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }

    @Test
    void aRunningRequestIsSeenOnEveryServerAndEndedFromAnother() throws Exception {
        HttpResponse<Stream<String>> answer = server.http()
                .send(question(ApiServer.KEY, ENDLESS, "Run on.", true), HttpResponse.BodyHandlers.ofLines());
        assertThat(answer.statusCode()).isEqualTo(200);
        List<JsonNode> found = new ArrayList<>();
        await().atMost(SOON).until(() -> {
            ApiServer.json(call(other, "GET", "running_requests", ApiServer.KEY, ""))
                    .get("data")
                    .forEach(found::add);
            return !found.isEmpty();
        });
        JsonNode running = found.getFirst();
        String id = running.get("id").stringValue();
        assertThat(running.get("model").stringValue()).isEqualTo(ENDLESS);
        assertThat(running.get("surface").stringValue()).isEqualTo("anthropic");
        assertThat(running.get("user_id").stringValue()).startsWith("user_");
        assertThat(running.get("stopping").booleanValue()).isFalse();

        String stranger = TestMembers.add(server.jdbc());
        assertThat(ApiServer.json(call(other, "GET", "running_requests", stranger, ""))
                        .get("data"))
                .isEmpty();
        String stop = "running_requests/" + id + "/stop";
        assertThat(call(other, "POST", stop, stranger, "").statusCode()).isEqualTo(404);
        assertThat(call(other, "POST", "running_requests/req_none/stop", ApiServer.KEY, "")
                        .statusCode())
                .isEqualTo(404);
        assertThat(call(other, "POST", stop, ApiServer.KEY, "").statusCode()).isEqualTo(200);
        assertThat(answer.body().toList().toString())
                .contains("permission_error", "An administrator stopped this request.")
                .doesNotContain("message_stop");
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(server.jdbc()
                                .sql("SELECT outcome FROM usage_event WHERE request_id = ?")
                                .param(id)
                                .query(String.class)
                                .list())
                        .containsExactly("cancelled"));
        assertThat(get("running_requests").get("data")).isEmpty();
        assertThat(get("audit_events").toString()).contains("request.stopped", id);
    }

    @Test
    void whatSafetyRefusesIsCounted() throws Exception {
        assertThat(ask(ApiServer.KEY, "How to make a bomb?")).isEqualTo(200);
        ask(ApiServer.KEY, "Say how to make a bomb!");
        JsonNode report = get("incident_report?starting_at=" + Instant.now().minusSeconds(86_400));
        JsonNode row = report.get("data").get(1).get("results").get(0);
        assertThat(row.toString()).isEqualTo("{\"direction\":\"input\",\"category\":\"weapons\",\"incidents\":2}");
        assertThat(get("feedback_report?starting_at=" + Instant.now()).at("/data/0/results"))
                .isEmpty();
        assertThat(call(server, "GET", "incident_report", ApiServer.KEY, "").statusCode())
                .isEqualTo(400);
    }

    @Test
    void aPersonsLimitHoldsForAllOfTheirKeys() throws Exception {
        String mine = post("api_keys", "{'name':'one'}").get("key").stringValue();
        JsonNode second = post("api_keys", "{'name':'two'}");
        String scope =
                "'scope':{'type':'user','id':'" + second.at("/created_by/id").stringValue() + "'}";
        JsonNode set = post("limits", "{" + scope + ",'budgets':[{'period':'month','unit':'tokens','amount':1}]}");
        assertThat(set.at("/scope/type").stringValue()).isEqualTo("user");
        try {
            await().atMost(SOON).until(() -> ask(mine, "a") == 402);
            assertThat(ask(second.get("key").stringValue(), "a")).isEqualTo(402);
            assertThat(get("limits?limit=1000").toString())
                    .contains(set.get("id").stringValue());
        } finally {
            post("limits", "{" + scope + "}");
        }
        await().atMost(SOON).until(() -> ask(mine, "a") == 200);
        String stranger = TestMembers.add(server.jdbc());
        assertThat(call(server, "POST", "limits", stranger, "{" + scope + "}").statusCode())
                .isEqualTo(404);
    }

    @Test
    void conversationsAreKeptForAsLongAsWasSet() throws Exception {
        assertThat(get("retention").toString())
                .isEqualTo("{\"type\":\"retention\",\"conversation_days\":null,\"deleted_days\":null}");
        UUID fresh = conversation(0);
        UUID old = conversation(40);
        UUID strangers = conversation(40);
        TestMembers.add(server.jdbc());
        server.jdbc()
                .sql("UPDATE conversation SET member_id = (SELECT id FROM member ORDER BY created_at DESC LIMIT 1)"
                        + " WHERE id = ?")
                .param(strangers)
                .update();
        assertThat(post("retention", "{'conversation_days':30}")
                        .get("conversation_days")
                        .intValue())
                .isEqualTo(30);
        await().atMost(SOON).until(() -> {
            server.part(RunsLook.class).look();
            return !there(old);
        });
        assertThat(there(fresh)).isTrue();
        assertThat(there(strangers)).isTrue();

        // A deletion that can't be taken back at all.
        post("retention", "{'deleted_days':0}");
        server.jdbc()
                .sql("UPDATE conversation SET deleted_at = now() WHERE id = ?")
                .param(fresh)
                .update();
        await().atMost(SOON).until(() -> !there(fresh));
        post("retention", "{}");
        assertThat(get("audit_events").toString()).contains("retention.set");
        for (String wrong : new String[] {"{'conversation_days':0}", "{'deleted_days':-1}", "{'days':1}"}) {
            assertThat(call(server, "POST", "retention", ApiServer.KEY, wrong).statusCode())
                    .as(wrong)
                    .isEqualTo(400);
        }
    }

    /** Of the first member, last changed so many days ago. */
    private static UUID conversation(int days) throws Exception {
        UUID id = UUID.randomUUID();
        HttpResponse<String> made = server.send(HttpRequest.newBuilder(server.uri("/api/conversations"))
                .header("Authorization", "Bearer " + ApiServer.KEY)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{\"id\":\"" + id + "\"}")));
        assertThat(made.statusCode()).as(made.body()).isIn(200, 201);
        server.jdbc()
                .sql("UPDATE conversation SET updated_at = now() - make_interval(days => ?) WHERE id = ?")
                .param(days)
                .param(id)
                .update();
        return id;
    }

    private static boolean there(UUID conversation) {
        return !server.jdbc()
                .sql("SELECT id FROM conversation WHERE id = ?")
                .param(conversation)
                .query(UUID.class)
                .list()
                .isEmpty();
    }
}
