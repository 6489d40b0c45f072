package dev.stoa.api.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stoa.api.ApiServer;
import dev.stoa.identity.TestMembers;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Service accounts, members of workspaces, and what their keys may do, on two servers of one database. */
@Tag("e2e")
class TeamApiTest {
    private static ApiServer server;
    private static ApiServer other;

    @BeforeAll
    static void start() throws IOException {
        server = ApiServer.start("", "--stoa.mock-models=mock-0-0-8");
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

    private static int status(String method, String path, String key, String body) throws Exception {
        return call(method, path, key, body).statusCode();
    }

    private static JsonNode done(String method, String path, String key, String body) throws Exception {
        HttpResponse<String> response = call(method, path, key, body);
        assertThat(response.statusCode()).as(response.body()).isIn(200, 201);
        return ApiServer.json(response);
    }

    private static JsonNode post(String path, String body) throws Exception {
        return done("POST", path, ApiServer.KEY, body);
    }

    private static String text(JsonNode node, String name) {
        return node.get(name).stringValue();
    }

    private static int ask(ApiServer where, String key) throws Exception {
        return where.send(where.request("/v1/messages")
                        .setHeader("x-api-key", key)
                        .POST(HttpRequest.BodyPublishers.ofString(
                                ApiServer.message("eight ch", false).replace("scripted:v1", "mock-0-0-8"))))
                .statusCode();
    }

    /** A member of the first one's organization, with a key for everything. */
    private record Person(String id, String key) {}

    private static Person person(String role) {
        String key = TestMembers.add(server.jdbc());
        UUID id = server.jdbc()
                .sql("SELECT id FROM member ORDER BY id DESC LIMIT 1")
                .query(UUID.class)
                .single();
        server.jdbc().sql("""
                        UPDATE member SET role = ?,
                            organization_id = (SELECT organization_id FROM member ORDER BY id LIMIT 1),
                            workspace_id = (SELECT workspace_id FROM member ORDER BY id LIMIT 1) WHERE id = ?
                        """).params(role, id).update();
        return new Person("user_" + id, key);
    }

    @Test
    void aServiceAccountLivesByItsKeysAndEndsWithThem() throws Exception {
        JsonNode account = post("service_accounts", "{'name':'nightly'}");
        String id = text(account, "id");
        assertThat(text(account, "role")).isEqualTo("developer");
        JsonNode key = post("api_keys", "{'name':'one','service_account_id':'" + id + "'}");
        assertThat(text(key, "service_account_id")).isEqualTo(id);
        String secret = text(key, "key");
        assertThat(ask(server, secret)).isEqualTo(200);
        assertThat(ask(other, secret)).isEqualTo(200);
        JsonNode rotated = post("api_keys/" + text(key, "id") + "/rotate", "{'overlap_seconds':60}");
        assertThat(text(rotated, "service_account_id")).isEqualTo(id);
        assertThat(call("GET", "users", ApiServer.KEY, "").body())
                .as("it is no person")
                .doesNotContain("nightly");
        assertThat(status("GET", "users/" + id.replace("svac_", "user_"), ApiServer.KEY, ""))
                .isEqualTo(404);
        assertThat(text(post("service_accounts/" + id, "{'name':'daily','role':'admin'}"), "name"))
                .isEqualTo("daily");
        post("service_accounts/" + id + "/archive", "");
        for (ApiServer each : List.of(server, other)) {
            await().atMost(Duration.ofSeconds(2)).until(() -> ask(each, secret) == 401);
            assertThat(ask(each, text(rotated, "key"))).isEqualTo(401);
        }
        assertThat(status("POST", "service_accounts/" + id, ApiServer.KEY, "{'name':'x'}"))
                .isEqualTo(409);
        assertThat(status("POST", "api_keys", ApiServer.KEY, "{'name':'x','service_account_id':'" + id + "'}"))
                .isEqualTo(409);
        assertThat(call("GET", "service_accounts", ApiServer.KEY, "").body()).doesNotContain(id);
        assertThat(call("GET", "service_accounts?include_archived=true", ApiServer.KEY, "")
                        .body())
                .contains(id);
        assertThat(call("GET", "audit_events?limit=100", ApiServer.KEY, "").body())
                .contains(
                        "service_account.created",
                        "service_account.renamed",
                        "service_account.role_changed",
                        "service_account.archived");
    }

    @Test
    void anAdministratingProgramAdministers() throws Exception {
        String id = text(post("service_accounts", "{'name':'terraform','role':'admin'}"), "id");
        String key = text(post("api_keys", "{'name':'t','scopes':['admin'],'service_account_id':'" + id + "'}"), "key");
        String made = text(done("POST", "service_accounts", key, "{'name':'its own'}"), "id");
        assertThat(status("POST", "service_accounts/" + id + "/archive", key, ""))
                .as("not itself")
                .isEqualTo(409);
        assertThat(text(done("GET", "service_accounts/" + made, key, ""), "name"))
                .isEqualTo("its own");
        assertThat(status("POST", "service_accounts", key, "{'name':'root','role':'operator'}"))
                .isEqualTo(400);
        assertThat(status("POST", "service_accounts", key, "{'name':''}")).isEqualTo(400);
    }

    @Test
    void nobodyGetsAKeyOfWhomTheyDoNotRule() throws Exception {
        Person admin = person("admin");
        String operators = text(post("api_keys", "{'name':'operator','scopes':['admin']}"), "id");
        assertThat(status("POST", "api_keys/" + operators + "/rotate", admin.key(), "{}"))
                .isEqualTo(403);
        Person developer = person("developer");
        assertThat(status("POST", "api_keys/" + operators + "/rotate", developer.key(), "{}"))
                .as("it is not even seen")
                .isEqualTo(404);
    }

    @Test
    void aWorkspacesMembersHaveTheKeysThatTheirRolesGiveThem() throws Exception {
        String workspace = text(post("workspaces", "{'name':'lab'}"), "id");
        String members = "workspaces/" + workspace + "/members";
        Person developer = person("developer");
        Person lead = person("user");
        String mine = "{'name':'mine','workspace_id':'" + workspace + "'}";
        assertThat(status("POST", "api_keys", developer.key(), mine)).isEqualTo(403);
        JsonNode added = post(members, "{'user_id':'" + developer.id() + "','workspace_role':'workspace_developer'}");
        assertThat(text(added, "type")).isEqualTo("workspace_member");
        assertThat(status(
                        "POST",
                        members,
                        ApiServer.KEY,
                        "{'user_id':'" + developer.id() + "','workspace_role':'workspace_user'}"))
                .isEqualTo(409);
        post(members, "{'user_id':'" + lead.id() + "','workspace_role':'workspace_admin'}");
        JsonNode own = done("POST", "api_keys", developer.key(), mine);
        assertThat(ask(server, text(own, "key"))).isEqualTo(200);
        String foreign = text(post("api_keys", mine), "id");
        assertThat(call("GET", "api_keys", developer.key(), "").body())
                .contains(text(own, "id"))
                .doesNotContain(foreign);
        assertThat(call("GET", "api_keys", lead.key(), "").body()).contains(text(own, "id"), foreign);
        done("POST", "api_keys/" + foreign, lead.key(), "{'status':'inactive'}");
        assertThat(status("POST", "api_keys/" + text(own, "id") + "/rotate", lead.key(), "{}"))
                .isEqualTo(403);
        assertThat(status("GET", members, lead.key(), "")).isEqualTo(403);
        assertThat(status("POST", "workspaces", lead.key(), "{'name':'more'}")).isEqualTo(403);
        String one = members + "/" + developer.id();
        done("POST", one, ApiServer.KEY, "{'workspace_role':'workspace_user'}");
        assertThat(status("POST", "api_keys", developer.key(), mine)).isEqualTo(403);
        assertThat(done("GET", members + "?limit=1", ApiServer.KEY, "")
                        .get("has_more")
                        .booleanValue())
                .isTrue();
        assertThat(text(done("DELETE", one, ApiServer.KEY, ""), "type")).isEqualTo("workspace_member_deleted");
        assertThat(status("GET", one, ApiServer.KEY, "")).isEqualTo(404);
        assertThat(status("POST", one, ApiServer.KEY, "{'workspace_role':'boss'}"))
                .isEqualTo(400);
        String stranger = TestMembers.add(server.jdbc());
        assertThat(status("GET", members, stranger, "")).isEqualTo(404);
        assertThat(call("GET", "audit_events?limit=100", ApiServer.KEY, "").body())
                .contains("workspace_member.added", "workspace_member.role_changed", "workspace_member.removed");
    }
}
