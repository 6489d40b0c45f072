package dev.stoa.api.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stoa.api.ApiServer;
import dev.stoa.identity.TestMembers;
import dev.stoa.inference.upstream.BadUpstream;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/**
 * The catalogue over HTTP, and what requests come to before upstreams that misbehave. The server has one place, so that
 * a permit that is not given back shows at once.
 */
@Tag("e2e")
class RoutingApiTest {
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final String END = "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
            + "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":3}}\n\n"
            + "data: [DONE]\n\n";
    private static final String ANSWER = BadUpstream.HEAD + BadUpstream.chunk("Good day") + END;

    private BadUpstream one;
    private BadUpstream two;
    private ApiServer server;

    @BeforeEach
    void start() throws IOException {
        one = new BadUpstream();
        two = new BadUpstream();
        server = ApiServer.start("", "--stoa.limits.in-flight=1", "--stoa.mock-models=mock-0-0-8");
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
        one.close();
        two.close();
    }

    private HttpResponse<String> call(String method, String path, String key, String body) throws Exception {
        return server.send(HttpRequest.newBuilder(server.uri("/v1/organizations/" + path))
                .timeout(Duration.ofSeconds(20))
                .header("x-api-key", key)
                .method(
                        method,
                        body.isEmpty()
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body.replace('\'', '"'))));
    }

    private JsonNode post(String path, String body) throws Exception {
        HttpResponse<String> response = call("POST", path, ApiServer.KEY, body);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return ApiServer.json(response);
    }

    private void upstream(String name, BadUpstream where) throws Exception {
        post(
                "upstreams",
                "{'name':'" + name + "','url':'" + where.url() + "','key':'sk-up-" + name
                        + "','first_token_timeout_seconds':0.4,'idle_timeout_seconds':0.4}");
    }

    private void version(String id, String upstream, String more) throws Exception {
        post("models", "{'id':'" + id + "','deployments':[{'upstream':'" + upstream + "','model':'m'}]" + more + "}");
    }

    private HttpResponse<String> ask(String model, boolean stream) throws Exception {
        return server.post("/v1/messages", ApiServer.message("Hello", stream).replace("scripted:v1", model));
    }

    private List<@Nullable String> events() {
        return server.jdbc()
                .sql("select model || ' ' || outcome from usage_event order by at")
                .query(String.class)
                .list();
    }

    @Test
    void anUpstreamThatFailsIsWrittenDown() throws Exception {
        upstream("one", one);
        version("alpha", "one", "");
        for (int i = 0; i < 10; i++) {
            one.reply("HTTP/1.1 500 No\r\nConnection: close\r\n\r\n");
        }
        // Each request tries more than once; then nobody is asked any more.
        for (int i = 0; i < 10; i++) {
            ask("alpha", false);
        }
        await().atMost(SOON).untilAsserted(() -> {
            JsonNode told = ApiServer.json(call("GET", "upstream_incidents", ApiServer.KEY, ""));
            JsonNode last = told.get("data").get(told.get("data").size() - 1);
            assertThat(last.get("state").stringValue()).isEqualTo("open");
            assertThat(last.get("deployment").stringValue()).startsWith("alpha ");
            assertThat(last.get("failure_rate").floatValue()).isEqualTo(100);
        });
        String first = ApiServer.json(call("GET", "upstream_incidents?limit=1", ApiServer.KEY, ""))
                .get("first_id")
                .stringValue();
        assertThat(call("GET", "upstream_incidents?after_id=" + first, ApiServer.KEY, "")
                        .body())
                .doesNotContain(first);
    }

    @ParameterizedTest
    @ValueSource(strings = {"refuses", "hangs", "rubbish", "busy", "fails", "broken"})
    void whateverHappensBeforeTheFirstTokenAnotherModelAnswers(String how) throws Exception {
        upstream("one", one);
        upstream("two", two);
        version("beta", "two", "");
        version("alpha", "one", ",'fallbacks':['beta']");
        for (int i = 0; i < 2; i++) {
            switch (how) {
                case "refuses" -> one.close();
                case "hangs" -> one.replyAndHang(BadUpstream.HEAD);
                case "rubbish" -> one.reply(BadUpstream.HEAD + "data: rubbish\n\n");
                case "busy" -> one.reply("HTTP/1.1 429 Busy\r\nRetry-After: 60\r\nConnection: close\r\n\r\n");
                case "fails" -> one.reply("HTTP/1.1 500 No\r\nConnection: close\r\n\r\n");
                default -> one.reply("HTT");
            }
        }
        two.reply(ANSWER);
        HttpResponse<String> answer = ask("alpha", true);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.body())
                .contains("Good day", "\"model\":\"beta\"", "message_stop")
                .doesNotContain("alpha", "event: error");
        two.reply(ANSWER);
        for (int i = 0; i < 2; i++) {
            one.reply("HTTP/1.1 500 No\r\nConnection: close\r\n\r\n");
        }
        assertThat(ask("alpha", false).body()).contains("\"model\":\"beta\"");
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(events()).containsExactly("beta completed", "beta completed"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ",\"stream\":true", ",\"background\":true,\"stream\":true"})
    void aResponseNamesTheModelThatAnswered(String how) throws Exception {
        upstream("one", one);
        upstream("two", two);
        version("beta", "two", "");
        version(
                "alpha",
                "one",
                ",'fallbacks':['beta'],'deprecated_at':'" + Instant.now().minusSeconds(60) + "'");
        for (int i = 0; i < 2; i++) {
            one.reply("HTTP/1.1 500 No\r\nConnection: close\r\n\r\n");
        }
        two.reply(ANSWER);
        HttpResponse<String> answer = server.send(HttpRequest.newBuilder(server.uri("/v1/responses"))
                .header("authorization", "Bearer " + ApiServer.KEY)
                .POST(HttpRequest.BodyPublishers.ofString("{\"model\":\"alpha\",\"input\":\"Hi\"" + how + "}")));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Deprecation")).isPresent();
        String last = answer.body()
                .lines()
                .filter(line -> line.contains("Good day"))
                .toList()
                .getLast();
        assertThat(last).contains("\"model\":\"beta\"", "\"status\":\"completed\"");
    }

    @Test
    void afterTheFirstTokenAFailureIsTheAnswersEnd() throws Exception {
        upstream("one", one);
        upstream("two", two);
        version("beta", "two", "");
        version("alpha", "one", ",'fallbacks':['beta']");
        one.replyAndHang(BadUpstream.HEAD + BadUpstream.chunk("Half an "));
        assertThat(ask("alpha", true).body()).contains("Half an ", "event: error", "timeout_error");
        one.reply(BadUpstream.HEAD + BadUpstream.chunk("Half an "));
        assertThat(ask("alpha", true).body()).contains("Half an ", "event: error", "api_error");
        assertThat(two.waiting()).isZero();
        await().atMost(SOON).untilAsserted(() -> assertThat(events()).containsExactly("alpha expired", "alpha failed"));
    }

    @Test
    void oneFailureIsTriedAgainWhereThereIsNoOtherPlace() throws Exception {
        upstream("one", one);
        version("alpha", "one", "");
        one.reply("HTTP/1.1 500 No\r\nConnection: close\r\n\r\n").reply(ANSWER);
        assertThat(ask("alpha", false).body()).contains("Good day", "\"model\":\"alpha\"");
        await().atMost(SOON).untilAsserted(() -> assertThat(events()).containsExactly("alpha completed"));
    }

    @Test
    void keysAreSealedAndSentAndNeverShown() throws Exception {
        upstream("one", one);
        version("alpha", "one", "");
        one.reply(ANSWER);
        assertThat(ask("alpha", false).statusCode()).isEqualTo(200);
        assertThat(one.takeHead()).contains("Bearer sk-up-one");
        HttpResponse<String> shown = call("GET", "upstreams/one", ApiServer.KEY, "");
        assertThat(shown.body()).contains("\"has_key\":true").doesNotContain("sk-up-one");
        String all = String.join(
                "\n",
                server.jdbc()
                        .sql("select encode(sealed_key, 'escape') || document::text from catalogue_upstream"
                                + " union all select detail::text from audit_event")
                        .query(String.class)
                        .list());
        assertThat(all).contains("upstream").doesNotContain("sk-up-one");
        // Without a word of the key it stays; an empty one takes it away.
        post("upstreams", "{'name':'one','url':'" + one.url() + "'}");
        one.reply(ANSWER);
        ask("alpha", false);
        assertThat(one.takeHead()).contains("Bearer sk-up-one");
        post("upstreams", "{'name':'one','url':'" + one.url() + "','key':''}");
        one.reply(ANSWER);
        ask("alpha", false);
        assertThat(one.takeHead().toLowerCase(java.util.Locale.ROOT)).doesNotContain("authorization");
    }

    @Test
    void aModelIsAnnouncedDeprecatedAndRetired() throws Exception {
        Instant now = Instant.now();
        String dates = ",'deployments':[{'model':'mock-0-0-8'}],'deprecated_at':'%s','retires_at':'%s',"
                + "'replacement':'mock-0-0-8','capabilities':['tools'],'context_length':5000}";
        post("models", "{'id':'old'" + dates.formatted(now.minusSeconds(60), now.plusSeconds(864_000)));
        HttpResponse<String> answer = ask("old", false);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Deprecation"))
                .hasValue("@" + now.minusSeconds(60).getEpochSecond());
        assertThat(answer.headers().firstValue("Sunset"))
                .hasValueSatisfying(date -> assertThat(date).endsWith(" GMT"));
        JsonNode model = ApiServer.json(server.get("/v1/models/old"));
        assertThat(model.path("lifecycle").asString()).isEqualTo("deprecated");
        assertThat(model.path("max_input_tokens").asInt()).isEqualTo(5000);
        assertThat(model.at("/capabilities/batch/supported").asBoolean()).isTrue();
        assertThat(model.at("/capabilities/thinking/types/enabled/supported").asBoolean(true))
                .isFalse();
        assertThat(model.path("capabilities").path("tools").path("supported").asBoolean())
                .isTrue();
        post("models", "{'id':'old'" + dates.formatted(now.minusSeconds(60), now.minusSeconds(1)));
        HttpResponse<String> refused = ask("old", true);
        assertThat(refused.statusCode()).isEqualTo(404);
        assertThat(refused.body()).contains("not_found_error", "retired", "mock-0-0-8");
        HttpResponse<String> openAi = server.send(HttpRequest.newBuilder(server.uri("/v1/chat/completions"))
                .header("authorization", "Bearer " + ApiServer.KEY)
                .POST(HttpRequest.BodyPublishers.ofString(
                        "{\"model\":\"old\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}")));
        assertThat(openAi.statusCode()).isEqualTo(404);
        assertThat(openAi.body()).contains("model_not_found", "retired", "mock-0-0-8");
        assertThat(server.get("/v1/models").body()).doesNotContain("\"old\"");
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(events())
                        .containsExactly("old completed", "unknown rejected_invalid", "unknown rejected_invalid"));
    }

    @Test
    void pricesAreTheModelsOwn() throws Exception {
        post("models", "{'id':'dear','deployments':[{'model':'mock-0-0-8'}],'prices':{'input':1,'output':1000}}");
        ask("dear", false);
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(server.jdbc()
                                .sql("select cost_nanodollars = input_tokens * 1000 + output_tokens * 1000000 and"
                                        + " output_tokens > 0 from usage_event where model = 'dear'")
                                .query(Boolean.class)
                                .single())
                        .isTrue());
    }

    @Test
    void anAliasMovesOnAllServersAndGivesItsCanaryAShare() throws Exception {
        try (ApiServer other = server.startBeside("--stoa.mock-models=mock-0-0-8")) {
            post("models", "{'id':'next','deployments':[{'model':'mock-0-0-3'}]}");
            post("model_aliases", "{'name':'latest','version':'mock-0-0-8'}");
            HttpResponse<String> base = ask("latest", false);
            assertThat(base.body()).contains("\"model\":\"mock-0-0-8\"");
            post("model_aliases", "{'name':'latest','version':'mock-0-0-8','canary':{'version':'next','percent':100}}");
            for (ApiServer each : List.of(server, other)) {
                await().atMost(SOON)
                        .untilAsserted(() -> assertThat(each.post(
                                                "/v1/messages",
                                                ApiServer.message("Hello", false)
                                                        .replace("scripted:v1", "latest"))
                                        .body())
                                .contains("\"model\":\"next\""));
            }
            post("model_aliases", "{'name':'latest','version':'mock-0-0-8','canary':{'version':'next','percent':0}}");
            await().atMost(SOON)
                    .untilAsserted(() -> assertThat(ask("latest", false).body()).contains("mock-0-0-8"));
        }
    }

    @Test
    void aCanaryThatDoesWorseIsRolledBackByItself() throws Exception {
        upstream("one", one);
        version("next", "one", "");
        post(
                "model_aliases",
                "{'name':'latest','version':'mock-0-0-8','canary':{'version':'next','percent':100,"
                        + "'rollback':{'min_requests':5}}}");
        for (int i = 0; i < 40; i++) {
            one.reply("HTTP/1.1 500 No\r\nConnection: close\r\n\r\n");
        }
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(ask("latest", false).body()).contains("\"model\":\"mock-0-0-8\""));
        JsonNode alias = ApiServer.json(call("GET", "model_aliases/latest", ApiServer.KEY, ""));
        assertThat(alias.path("canary").path("rolled_back").path("reason").asString())
                .contains("failed");
        JsonNode audit = ApiServer.json(call("GET", "audit_events", ApiServer.KEY, ""));
        JsonNode event = audit.path("data").get(0);
        assertThat(event.path("action").asString()).isEqualTo("rollout.rolled_back");
        assertThat(event.path("detail").path("canary").asString()).isEqualTo("next");
    }

    @Test
    void aCanaryIsJudgedByWhatAllServersSaw() throws Exception {
        String[] settings = {
            "--stoa.mock-models=mock-0-0-8",
            "--stoa.routing.attempts=1",
            // For the upstream's key.
            "--stoa.master-key=" + Base64.getEncoder().encodeToString(new byte[32])
        };
        server.close();
        server = ApiServer.start("", settings);
        try (ApiServer second = server.startBeside(settings)) {
            upstream("one", one);
            version("next", "one", "");
            post(
                    "model_aliases",
                    "{'name':'latest','version':'mock-0-0-8','canary':{'version':'next','percent':100,"
                            + "'rollback':{'min_requests':6}}}");
            await().atMost(SOON).until(() -> second.get("/v1/models").body().contains("\"next\""));
            for (ApiServer each : List.of(server, second)) {
                // Half of what it takes.
                for (int i = 0; i < 3; i++) {
                    one.reply("HTTP/1.1 500 No\r\nConnection: close\r\n\r\n");
                    HttpResponse<String> failed = each.post(
                            "/v1/messages", ApiServer.message("Hello", false).replace("scripted:v1", "latest"));
                    assertThat(failed.statusCode()).isGreaterThanOrEqualTo(500);
                }
            }
            await().atMost(SOON)
                    .untilAsserted(() -> assertThat(
                                    ApiServer.json(call("GET", "model_aliases/latest", ApiServer.KEY, ""))
                                            .path("canary")
                                            .path("rolled_back")
                                            .path("reason")
                                            .asString(""))
                            .contains("its last 6 requests failed"));
        }
    }

    @Test
    void aShadowGetsCopiesAndNobodyPays() throws Exception {
        upstream("one", one);
        version("next", "one", "");
        post(
                "models",
                "{'id':'base','deployments':[{'model':'mock-0-0-8'}],'shadow':{'version':'next','percent':100}}");
        one.reply("HTTP/1.1 500 No\r\nConnection: close\r\n\r\n").reply("HTTP/1.1 400 No\r\nConnection: close\r\n\r\n");
        HttpResponse<String> answer = ask("base", false);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).contains("\"model\":\"base\"");
        assertThat(one.takeHead()).contains("/chat/completions");
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(server.get("/metrics").body())
                        .contains("stoa_shadow_requests_total{outcome=\"rejected_invalid\",version=\"next\"} 1.0"));
        assertThat(events()).containsExactly("base completed");
    }

    @Test
    void copiesSayNothingOfACanary() throws Exception {
        upstream("one", one);
        version("next", "one", "");
        post(
                "models",
                "{'id':'base','deployments':[{'model':'mock-0-0-8'}],'shadow':{'version':'next','percent':100}}");
        post(
                "model_aliases",
                "{'name':'latest','version':'base','canary':{'version':'next','percent':0,"
                        + "'rollback':{'min_requests':1}}}");
        one.reply("HTTP/1.1 400 No\r\nConnection: close\r\n\r\n");
        assertThat(ask("base", false).statusCode()).isEqualTo(200);
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(server.get("/metrics").body())
                        .contains("stoa_shadow_requests_total{outcome=\"rejected_invalid\",version=\"next\"} 1.0"));
        assertThat(ApiServer.json(call("GET", "model_aliases/latest", ApiServer.KEY, ""))
                        .at("/canary/rolled_back")
                        .isObject())
                .isFalse();
    }

    @Test
    void whatIsWrongIsSaidAndNothingChanges() throws Exception {
        assertThat(call("POST", "models", ApiServer.KEY, "{'id':'x','deployments':[{'upstream':'no','model':'m'}]}")
                        .body())
                .contains("invalid_request_error", "“no”");
        assertThat(call("POST", "models", ApiServer.KEY, "{'id':'no such/name'}")
                        .body())
                .contains("id: must be up to 128");
        assertThat(call("POST", "models", ApiServer.KEY, "{'id':'nobody'}").body())
                .contains("deployments: are needed");
        assertThat(call("POST", "upstreams", ApiServer.KEY, "{'name':'x','url':'file:///etc'}")
                        .body())
                .contains("url: must be");
        assertThat(call("POST", "model_aliases", ApiServer.KEY, "{'name':'mock-0-0-8','version':'mock-0-0-8'}")
                        .statusCode())
                .isEqualTo(409);
        assertThat(call("DELETE", "models/nobody", ApiServer.KEY, "").statusCode())
                .isEqualTo(404);
        upstream("one", one);
        version("alpha", "one", "");
        assertThat(call("DELETE", "upstreams/one", ApiServer.KEY, "").body()).contains("conflict_error", "alpha");
        post("model_aliases", "{'name':'latest','version':'alpha'}");
        assertThat(call("DELETE", "models/alpha", ApiServer.KEY, "").statusCode())
                .isEqualTo(409);
        assertThat(call("DELETE", "model_aliases/latest", ApiServer.KEY, "").statusCode())
                .isEqualTo(200);
        assertThat(call("DELETE", "models/alpha", ApiServer.KEY, "").statusCode())
                .isEqualTo(200);
        assertThat(call("DELETE", "upstreams/one", ApiServer.KEY, "").statusCode())
                .isEqualTo(200);
        assertThat(ask("alpha", false).statusCode()).isEqualTo(404);
        String admin = TestMembers.add(server.jdbc());
        server.jdbc()
                .sql("update member set role = 'admin' where id = (select member_id from api_key where hash ="
                        + " sha256(convert_to(?, 'UTF8')))")
                .param(admin)
                .update();
        assertThat(call("GET", "models", admin, "").statusCode()).isEqualTo(403);
    }
}
