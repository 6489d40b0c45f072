package dev.stoa.api.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.stoa.api.ApiServer;
import dev.stoa.identity.TestMembers;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Keys, workspaces, reports and the audit log over HTTP, on two servers of one database. */
@Tag("e2e")
class AdminApiTest {
    private static final Duration SOON = Duration.ofSeconds(10);
    private static ApiServer server;
    private static ApiServer other;

    @BeforeAll
    static void start() throws IOException {
        server =
                ApiServer.start("", "--stoa.mock-models=mock-0-0-8", "--stoa.prices.input=1", "--stoa.prices.output=2");
        other = server.startBeside("--stoa.mock-models=mock-0-0-8");
    }

    @AfterAll
    static void stop() throws IOException {
        other.close();
        server.close();
    }

    private static HttpResponse<String> call(String method, String path, String key, String body) throws Exception {
        return server.send(HttpRequest.newBuilder(server.uri("/v1/organizations/" + path))
                .timeout(Duration.ofSeconds(20))
                .header("x-api-key", key)
                .method(
                        method,
                        body.isEmpty()
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body.replace('\'', '"'))));
    }

    private static JsonNode get(String path) throws Exception {
        HttpResponse<String> response = call("GET", path, ApiServer.KEY, "");
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return ApiServer.json(response);
    }

    private static JsonNode post(String path, String body) throws Exception {
        HttpResponse<String> response = call("POST", path, ApiServer.KEY, body);
        assertThat(response.statusCode()).as(response.body()).isIn(200, 201);
        return ApiServer.json(response);
    }

    private static String text(JsonNode node, String name) {
        return node.get(name).stringValue();
    }

    /** Asks a model with a key. */
    private static int ask(ApiServer where, String key) throws Exception {
        return where.send(where.request("/v1/messages")
                        .setHeader("x-api-key", key)
                        .POST(HttpRequest.BodyPublishers.ofString(
                                ApiServer.message("eight ch", false).replace("scripted:v1", "mock-0-0-8"))))
                .statusCode();
    }

    @Test
    void aKeyIsMadeUsedSwitchedOffAndArchivedOnAllServersAtOnce() throws Exception {
        JsonNode made = post("api_keys", "{'name':'program'}");
        String id = text(made, "id");
        String secret = text(made, "key");
        assertThat(secret).startsWith("sk-stoa-");
        assertThat(get("api_keys/" + id).has("key")).isFalse();
        assertThat(ask(server, secret)).isEqualTo(200);
        assertThat(ask(other, secret)).isEqualTo(200);
        post("api_keys/" + id, "{'status':'inactive'}");
        for (ApiServer each : List.of(server, other)) {
            // The cache would hold it for seconds; the announcement does not take one.
            await().atMost(Duration.ofSeconds(2)).until(() -> ask(each, secret) == 401);
        }
        post("api_keys/" + id, "{'status':'active','name':'renamed'}");
        await().atMost(SOON).until(() -> ask(other, secret) == 200);
        assertThat(text(get("api_keys/" + id), "name")).isEqualTo("renamed");
        post("api_keys/" + id, "{'status':'archived'}");
        assertThat(call("POST", "api_keys/" + id, ApiServer.KEY, "{'status':'active'}")
                        .statusCode())
                .isEqualTo(409);
        assertThat(get("api_keys?status=archived").at("/data").size()).isPositive();
        assertThat(server.jdbc()
                        .sql("select count(*) from api_key where api_key::text like ?")
                        .param("%" + secret + "%")
                        .query(Long.class)
                        .single())
                .isZero();
    }

    @Test
    void aKeyDoesOnlyWhatItsScopesAllow() throws Exception {
        String secret = text(post("api_keys", "{'name':'program'}"), "key");
        assertThat(call("GET", "me", secret, "").statusCode()).isEqualTo(403);
        String admin = text(post("api_keys", "{'name':'admin','scopes':['admin']}"), "key");
        assertThat(call("GET", "me", admin, "").statusCode()).isEqualTo(200);
        assertThat(ask(server, admin)).isEqualTo(403);
        HttpResponse<String> signIn = server.send(HttpRequest.newBuilder(server.uri("/api/session"))
                .header("content-type", "application/json")
                .header("X-Stoa-Client", "web")
                .POST(HttpRequest.BodyPublishers.ofString("{\"key\":\"" + secret + "\"}")));
        assertThat(signIn.statusCode()).isEqualTo(403);
    }

    @Test
    void aRotatedKeyLivesOnBesideTheNewOneAsLongAsWasAsked() throws Exception {
        JsonNode old = post("api_keys", "{'name':'service'}");
        JsonNode overlapping = post("api_keys/" + text(old, "id") + "/rotate", "{'overlap_seconds':3600}");
        assertThat(ask(server, text(old, "key"))).isEqualTo(200);
        assertThat(ask(server, text(overlapping, "key"))).isEqualTo(200);
        assertThat(Instant.parse(text(get("api_keys/" + text(old, "id")), "expires_at")))
                .isBetween(Instant.now().plusSeconds(3500), Instant.now().plusSeconds(3601));
        JsonNode next = post("api_keys/" + text(overlapping, "id") + "/rotate", "{}");
        await().atMost(SOON).until(() -> ask(server, text(overlapping, "key")) == 401);
        assertThat(ask(server, text(next, "key"))).isEqualTo(200);
    }

    @Test
    void anArchivedWorkspaceTakesItsKeysWithIt() throws Exception {
        JsonNode workspace = post("workspaces", "{'name':'Research'}");
        String id = text(workspace, "id");
        JsonNode key = post("api_keys", "{'name':'k','workspace_id':'" + id + "'}");
        assertThat(text(key, "workspace_id")).isEqualTo(id);
        assertThat(ask(server, text(key, "key"))).isEqualTo(200);
        post("workspaces/" + id + "/archive", "");
        await().atMost(SOON).until(() -> ask(server, text(key, "key")) == 401);
        assertThat(get("workspaces").at("/data").toString()).doesNotContain(id);
        assertThat(get("workspaces?include_archived=true").at("/data").toString())
                .contains(id);
    }

    @Test
    void usageAndCostAreReportedByKey() throws Exception {
        JsonNode key = post("api_keys", "{'name':'reported'}");
        ask(server, text(key, "key"));
        ask(server, text(key, "key"));
        String since = Instant.now().minusSeconds(3600).toString();
        await().atMost(SOON).untilAsserted(() -> {
            JsonNode report =
                    get("usage_report/messages?bucket_width=1h&group_by%5B%5D=api_key_id&group_by=model&starting_at="
                            + since);
            assertThat(report.at("/data").size()).isBetween(1, 2);
            JsonNode row = report.at("/data")
                    .valueStream()
                    .flatMap(bucket -> bucket.get("results").valueStream())
                    .filter(each -> text(each, "api_key_id").equals(text(key, "id")))
                    .findFirst()
                    .orElseThrow();
            assertThat(row.get("requests").longValue()).isEqualTo(2);
            assertThat(row.get("output_tokens").longValue()).isEqualTo(16);
            assertThat(row.get("uncached_input_tokens").longValue()).isEqualTo(6);
            assertThat(text(row, "model")).isEqualTo("mock-0-0-8");
        });
        JsonNode costs = get("cost_report?group_by=api_key_id&starting_at=" + since);
        assertThat(costs.toString()).contains("\"amount\":\"0.0038\"");
    }

    @Test
    void everyActIsInTheAuditLogWhichOnlyGrows() throws Exception {
        String id = text(post("api_keys", "{'name':'audited'}"), "id");
        post("api_keys/" + id, "{'name':'twice'}");
        post("api_keys/" + id, "{'status':'inactive'}");
        JsonNode events = get("audit_events?limit=2");
        assertThat(events.at("/data").valueStream().map(each -> text(each, "action")))
                .contains("api_key.status_changed");
        assertThat(events.at("/has_more").booleanValue()).isTrue();
        JsonNode older = get("audit_events?after_id=" + text(events, "last_id"));
        assertThat(older.at("/data").toString()).doesNotContain(text(events, "first_id"));
        for (String change :
                List.of("update audit_event set action = 'x'", "delete from audit_event", "truncate audit_event")) {
            assertThatThrownBy(() -> server.jdbc().sql(change).update()).hasMessageContaining("only ever added to");
        }
    }

    @Test
    void nothingOfAnotherOrganizationIsFound() throws Exception {
        String stranger = TestMembers.add(server.jdbc());
        String id = text(post("api_keys", "{'name':'mine'}"), "id");
        assertThat(call("GET", "api_keys/" + id, stranger, "").statusCode()).isEqualTo(404);
        assertThat(call("POST", "api_keys/" + id, stranger, "{'status':'archived'}")
                        .statusCode())
                .isEqualTo(404);
        assertThat(call("POST", "limits", stranger, "{'scope':{'type':'api_key','id':'" + id + "'}}")
                        .statusCode())
                .isEqualTo(404);
        assertThat(call("GET", "api_keys", stranger, "").body()).doesNotContain(id);
        assertThat(call("GET", "audit_events", stranger, "").body()).doesNotContain(id);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "POST | api_keys | {'name':''} | 400",
                "POST | api_keys | {'name':1} | 400",
                "POST | api_keys | {'name':'x','frob':1} | 400",
                "POST | api_keys | {'name':'x','scopes':['king']} | 400",
                "POST | api_keys | {'name':'x','expires_at':'soon'} | 400",
                "POST | api_keys | {'name':'x','expires_at':'2020-01-01T00:00:00Z'} | 400",
                "POST | api_keys | {'name':'x','workspace_id':'wrkspc_none'} | 404",
                "POST | api_keys | [ | 400",
                "POST | api_keys | `` | 400",
                "PUT | api_keys | {} | 405",
                "GET | api_keys/apikey_none | `` | 404",
                "GET | api_keys?limit=0 | `` | 400",
                "GET | api_keys?after_id=x | `` | 400",
                "GET | usage_report/messages | `` | 400",
                "GET | usage_report/messages?starting_at=2026-01-01T00:00:00Z&bucket_width=2d | `` | 400",
                "GET | usage_report/messages?starting_at=2026-01-01T00:00:00Z&group_by=colour | `` | 400",
                "GET | nothing | `` | 404",
            })
    void answersBadInputInShape(String method, String path, String body, int status) throws Exception {
        HttpResponse<String> response = call(method, path, ApiServer.KEY, body);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(ApiServer.json(response).at("/error/message").isString()).isTrue();
        assertThat(call(method, path, "wrong", body).statusCode()).isIn(401, 404, 405);
    }

    @Test
    void peopleAreInvitedPromotedAndRemovedFromABrowser() throws Exception {
        JsonNode invite = post("invites", "{'email':'Admin@Example.org','role':'admin','expires_in_days':2}");
        assertThat(text(invite, "type")).isEqualTo("invite");
        assertThat(text(invite, "status")).isEqualTo("pending");
        assertThat(text(invite, "email")).isEqualTo("admin@example.org");
        String secret = text(invite, "path").substring("/#/join/".length());
        HttpResponse<String> joined = server.send(HttpRequest.newBuilder(server.uri("/api/links/" + secret))
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(
                        "{\"name\":\"Admin\",\"password\":\"four brown owls hooting\"}")));
        assertThat(joined.statusCode()).as(joined.body()).isEqualTo(200);
        String cookie = joined.headers().firstValue("set-cookie").orElseThrow().split(";")[0];
        assertThat(text(get("invites/" + text(invite, "id")), "status")).isEqualTo("accepted");
        assertThat(call("DELETE", "invites/" + text(invite, "id"), ApiServer.KEY, "")
                        .statusCode())
                .isEqualTo(409);

        assertThat(browser("GET", "users", cookie, "").statusCode()).isEqualTo(200);
        HttpResponse<String> second = browser("POST", "invites", cookie, "{'role':'user'}");
        assertThat(second.statusCode()).as(second.body()).isEqualTo(201);
        assertThat(browser("POST", "invites", cookie, "{'role':'operator'}").statusCode())
                .isEqualTo(403);
        assertThat(browser("POST", "invites", cookie, "{'role':'king'}").statusCode())
                .isEqualTo(400);
        String id = text(ApiServer.json(second), "id");
        assertThat(text(ApiServer.json(browser("DELETE", "invites/" + id, cookie, "")), "type"))
                .isEqualTo("invite_deleted");
        // Another site's form or script gets nowhere with the cookie.
        HttpResponse<String> forged = server.send(HttpRequest.newBuilder(server.uri("/v1/organizations/invites"))
                .header("cookie", cookie)
                .POST(HttpRequest.BodyPublishers.ofString("{\"role\":\"user\"}")));
        assertThat(forged.statusCode()).isEqualTo(403);

        JsonNode admin = get("users?email=admin@example.org").get("data").get(0);
        String user = "users/" + text(admin, "id");
        HttpResponse<String> link = call("POST", user + "/password_link", ApiServer.KEY, "");
        assertThat(link.statusCode()).isEqualTo(201);
        assertThat(text(ApiServer.json(link), "path")).startsWith("/#/join/");
        assertThat(text(post(user, "{'role':'user'}"), "role")).isEqualTo("user");
        assertThat(browser("GET", "users", cookie, "").statusCode()).isEqualTo(403);
        assertThat(text(ApiServer.json(call("DELETE", user, ApiServer.KEY, "")), "type"))
                .isEqualTo("user_deleted");
        assertThat(call("GET", user, ApiServer.KEY, "").statusCode()).isEqualTo(404);
        assertThat(browser("GET", "users", cookie, "").statusCode()).isEqualTo(401);
        assertThat(get("audit_events?limit=20").toString())
                .contains("invitation.created", "invitation.accepted", "member.role_changed", "member.removed")
                .doesNotContain(secret);
    }

    /** Joins with a new account of a role. @return the session's cookie */
    private static String join(String name, String role) throws Exception {
        JsonNode invite = post("invites", "{'email':'%s@example.org','role':'%s'}".formatted(name, role));
        String secret = text(invite, "path").substring("/#/join/".length());
        HttpResponse<String> joined = server.send(HttpRequest.newBuilder(server.uri("/api/links/" + secret))
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(
                        "{\"name\":\"" + name + "\",\"password\":\"four brown owls hooting\"}")));
        assertThat(joined.statusCode()).as(joined.body()).isEqualTo(200);
        return joined.headers().firstValue("set-cookie").orElseThrow().split(";")[0];
    }

    /** Asks a model by a browser's session. */
    private static int askByCookie(String cookie, String header, String value) throws Exception {
        return server.send(HttpRequest.newBuilder(server.uri("/v1/messages"))
                        .timeout(Duration.ofSeconds(20))
                        .header("cookie", cookie)
                        .header("anthropic-version", "2023-06-01")
                        .header("content-type", "application/json")
                        .header(header, value)
                        .POST(HttpRequest.BodyPublishers.ofString(
                                ApiServer.message("eight ch", false).replace("scripted:v1", "mock-0-0-8"))))
                .statusCode();
    }

    @Test
    void aDeveloperHasKeysAndUsageOfItsOwnAndAUserHasNone() throws Exception {
        String cookie = join("dev", "developer");
        String others = text(post("api_keys", "{'name':'not the developer’s'}"), "id");
        JsonNode made = ApiServer.json(browser("POST", "api_keys", cookie, "{'name':'mine','scopes':['inference']}"));
        assertThat(ask(server, text(made, "key"))).isEqualTo(200);
        assertThat(askByCookie(cookie, "X-Stoa-Client", "web")).isEqualTo(200);
        // Without the header it may be another site's form; the key's absence is then what is wrong.
        assertThat(askByCookie(cookie, "X-Other", "web")).isEqualTo(401);
        assertThat(server.send(HttpRequest.newBuilder(server.uri("/v1/models"))
                                .header("cookie", cookie)
                                .header("anthropic-version", "2023-06-01")
                                .header("X-Stoa-Client", "web"))
                        .statusCode())
                .isEqualTo(200);

        JsonNode keys = ApiServer.json(browser("GET", "api_keys?limit=1000", cookie, ""));
        assertThat(keys.get("data")).hasSize(1);
        assertThat(keys.toString()).contains("mine");
        String own = "api_keys/" + text(made, "id");
        for (String path : List.of("api_keys/" + others, "api_keys/" + others + "/rotate")) {
            assertThat(browser("POST", path, cookie, "{}").statusCode()).isEqualTo(404);
        }
        assertThat(browser("POST", own + "/rotate", cookie, "{}").statusCode()).isEqualTo(201);
        assertThat(browser("POST", own, cookie, "{'name':'renamed'}").statusCode())
                .isEqualTo(200);
        assertThat(browser("POST", "api_keys", cookie, "{'name':'x','scopes':['admin']}")
                        .statusCode())
                .isEqualTo(403);
        String elsewhere = text(post("workspaces", "{'name':'elsewhere'}"), "id");
        assertThat(browser("POST", "api_keys", cookie, "{'name':'x','workspace_id':'" + elsewhere + "'}")
                        .statusCode())
                .isEqualTo(403);
        for (String path : List.of("users", "audit_events", "limits", "running_requests", "retention")) {
            assertThat(browser("GET", path, cookie, "").statusCode()).as(path).isEqualTo(403);
        }
        String since = "?starting_at=" + Instant.now().minusSeconds(3600);
        await().atMost(SOON).untilAsserted(() -> {
            JsonNode report = ApiServer.json(browser("GET", "usage_report/messages" + since, cookie, ""));
            assertThat(report.at("/data/0/results/0/requests").longValue()).isEqualTo(2);
        });
        assertThat(browser("GET", "cost_report" + since, cookie, "").body()).contains("\"amount\":\"0.0038\"");

        String user = join("user", "user");
        assertThat(browser("GET", "api_keys", user, "").statusCode()).isEqualTo(403);
        assertThat(askByCookie(user, "X-Stoa-Client", "web")).isEqualTo(403);
    }

    private static HttpResponse<String> browser(String method, String path, String cookie, String body)
            throws Exception {
        return server.send(HttpRequest.newBuilder(server.uri("/v1/organizations/" + path))
                .header("cookie", cookie)
                .header("X-Stoa-Client", "web")
                .method(
                        method,
                        body.isEmpty()
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body.replace('\'', '"'))));
    }
}
