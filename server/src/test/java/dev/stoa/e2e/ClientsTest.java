package dev.stoa.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stoa.api.Judge;
import dev.stoa.operations.OpenTempDir;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A server as an operator starts it, under clients that it doesn't know: the vendors' own for Python and TypeScript, and
 * a fuzzer that reads the served OpenAPI documents. Its answers are judged by those documents too.
 */
@Tag("e2e")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ClientsTest {
    private static final String OFF = "without the clients' packages";
    private static final JsonMapper JSON = new JsonMapper();

    /** Another one: {@code -Dstoa.test.seed=…}. */
    private static final String SEED = System.getProperty("stoa.test.seed", "20261125");

    /** Cases an operation and phase; more find more: {@code -Dstoa.test.fuzz=400}. */
    private static final String EXAMPLES = System.getProperty("stoa.test.fuzz", "25");

    /**
     * What it judges: no 5xx and no undocumented status, type, header or body, the right answer to a wrong method, and that
     * what the documents don't allow is refused. Left out are what it takes for granted of keys and versions in headers,
     * which the API tests hold, and that all that a schema allows is accepted: what JSON Schema can't say is in words.
     */
    private static final String CHECKS_LEFT_OUT = "positive_data_acceptance,ignored_auth,missing_required_header";

    private static final String ADMIN = "admin";

    /** A part of the Admin API. */
    private static final String CATALOGUE = "catalogue";

    private static final int LIMIT_SECONDS = 400;

    @TempDir(factory = OpenTempDir.class)
    private static Path data;

    private static StoaProcess server;

    @BeforeAll
    static void start() {
        server = StoaProcess.start(
                data,
                Map.of(
                        "STOA_MODEL", StoaProcess.MODEL,
                        "STOA_MOCK_MODELS", "mock-0-0-8,mock-0-100-25",
                        "STOA_LIMITS_REQUESTS_PER_MINUTE", "1000000"));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static Map<String, String> environment() {
        return Map.of(
                "STOA_URL",
                server.uri("").toString(),
                "STOA_KEY",
                StoaProcess.ADMIN_KEY,
                "STOA_MODEL",
                StoaProcess.MODEL,
                "STOA_FUZZ_MODEL",
                "mock-0-0-8",
                "SCHEMATHESIS_HOOKS",
                "hooks",
                "PYTHONPATH",
                Tools.source("fuzz").toString(),
                "PYTHONDONTWRITEBYTECODE",
                "1");
    }

    @Test
    @DisabledIfSystemProperty(named = "stoa.test.clients", matches = "false", disabledReason = OFF)
    void theVendorsPythonClientsWork() {
        String python = Tools.python().resolve("python").toString();
        Tools.run(
                Tools.source("python"),
                environment(),
                LIMIT_SECONDS,
                "every test must pass",
                python,
                "-m",
                "unittest",
                "-v",
                "test_anthropic",
                "test_openai");
    }

    @Test
    @DisabledIfSystemProperty(named = "stoa.test.clients", matches = "false", disabledReason = OFF)
    void theVendorsTypeScriptClientsWork() {
        Path folder = Tools.typescript();
        Tools.run(
                folder,
                environment(),
                LIMIT_SECONDS,
                "every test must pass",
                "node",
                "--test",
                "built/anthropic.test.js",
                "built/openai.test.js");
    }

    /**
     * Last, as it leaves behind whatever the APIs let it, and the Admin API behind the others; its routes of the catalogue
     * last of all, as what they set changes what all other routes serve.
     */
    @Order(Integer.MAX_VALUE)
    @ParameterizedTest
    @ValueSource(strings = {"operations", "anthropic", "openai", "chat", "admin", "catalogue"})
    @DisabledIfSystemProperty(named = "stoa.test.clients", matches = "false", disabledReason = OFF)
    void aFuzzerFindsNoFault(String surface) {
        String program = Tools.python().resolve("schemathesis").toString();
        String document = surface.equals(CATALOGUE) ? ADMIN : surface;
        List<String> command = new ArrayList<>(List.of(
                program, "run", server.uri("/openapi/" + document + ".json").toString()));
        command.addAll(List.of("-H", "Authorization: Bearer " + StoaProcess.ADMIN_KEY));
        command.addAll(List.of("--exclude-checks", CHECKS_LEFT_OUT, "--continue-on-failure"));
        command.addAll(List.of("--max-examples", EXAMPLES, "--seed", SEED, "--generation-database", "none"));
        command.addAll(List.of("--request-timeout", "30", "--no-color"));
        if (surface.equals("chat")) {
            // It ends with its client only.
            command.addAll(List.of("--exclude-operation-id", "followChanges"));
        }
        if (document.equals(ADMIN)) {
            command.addAll(List.of(surface.equals(ADMIN) ? "--exclude-tag" : "--include-tag", CATALOGUE));
        }
        String help = "repeat it with -Dstoa.test.seed=" + SEED + " -Dstoa.test.fuzz=" + EXAMPLES;
        String said = Tools.run(data, environment(), LIMIT_SECONDS, help, command.toArray(String[]::new));
        assertThat(said).as("it found the server's operations").containsPattern("[1-9][0-9]* generated, [1-9]");
        assertThat(server.log()).as("what the server logs of it").doesNotContain(" ERROR ");
    }

    private static HttpResponse<String> judged(Judge judge, String method, String path, @Nullable String body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(server.uri(path))
                .header("authorization", "Bearer " + StoaProcess.ADMIN_KEY)
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (body != null) {
            request.header("content-type", "application/json");
        }
        if (path.startsWith("/v1/messages")) {
            request.header("anthropic-version", "2023-06-01");
        }
        HttpRequest built = request.build();
        HttpResponse<String> answer = server.send(built);
        judge.judge(built, body, answer);
        return answer;
    }

    @Test
    void answersAreAsTheServedDocumentsSay() {
        Judge judge = new Judge(surface -> JSON.readTree(
                server.get("/openapi/" + surface.label() + ".json").body()));
        for (String stream : List.of("false", "true")) {
            for (String tail : List.of("", ",'tools':[TOOL],'tool_choice':{'type':'any'}")) {
                ask(
                        judge,
                        "/v1/messages",
                        "'max_tokens':40,'messages':[{'role':'user','content':'Hi'}]" + tail,
                        stream);
            }
            ask(
                    judge,
                    "/v1/chat/completions",
                    "'max_tokens':5,'n':2,'logprobs':true,'messages':[{'role':'user','content':'Hi'}]",
                    stream);
            ask(
                    judge,
                    "/v1/chat/completions",
                    "'max_tokens':40,'messages':[{'role':'user','content':'Hi'}],'tool_choice':'required','tools':[{'type':'function','function':{'name':'f'}}]",
                    stream);
            ask(judge, "/v1/completions", "'max_tokens':5,'logprobs':2,'prompt':['a','b']", stream);
            ask(judge, "/v1/responses", "'max_output_tokens':5,'input':'Hi'", stream);
        }
        judged(
                judge,
                "POST",
                "/v1/messages/count_tokens",
                json("{'model':'MODEL','messages':[{'role':'user','content':'Hi'}]}"));
        judged(judge, "POST", "/v1/embeddings", json("{'model':'all-minilm-l6-v2','input':['a','b']}"));
        for (String path : List.of(
                "/v1/models",
                "/v1/files",
                "/v1/organizations/me",
                "/v1/organizations/users",
                "/v1/organizations/api_keys",
                "/v1/organizations/workspaces",
                "/v1/organizations/limits",
                "/v1/organizations/rate_limits",
                "/v1/organizations/spend_limits",
                "/v1/organizations/audit_events",
                "/v1/organizations/usage_report/messages?starting_at=2026-01-01T00:00:00Z",
                "/api/session",
                "/api/account",
                "/api/models",
                "/api/conversations",
                "/api/search?q=hi",
                "/health/live",
                "/health/ready",
                "/metrics",
                "/openapi")) {
            assertThat(judged(judge, "GET", path, null).statusCode()).as(path).isEqualTo(200);
        }
        converse(judge);
    }

    private static void ask(Judge judge, String path, String fields, String stream) {
        HttpResponse<String> answer =
                judged(judge, "POST", path, json("{'model':'MODEL','stream':" + stream + "," + fields + "}"));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    }

    private static String json(String text) {
        return text.replace("TOOL", "{'name':'f','input_schema':{'type':'object','properties':{}}}")
                .replace('\'', '"')
                .replace("MODEL", StoaProcess.MODEL);
    }

    private static void converse(Judge judge) {
        String id = "019ab000-0000-7000-8000-000000000001";
        String reply = "019ab000-0000-7000-8000-000000000003";
        judged(judge, "POST", "/api/conversations", json("{'id':'" + id + "'}"));
        HttpResponse<String> asked = judged(
                judge,
                "POST",
                "/api/conversations/" + id + "/messages",
                json("{'id':'019ab000-0000-7000-8000-000000000002','reply_id':'" + reply + "','text':'Hi'}"));
        assertThat(asked.statusCode()).isEqualTo(201);
        HttpResponse<String> followed = judged(judge, "GET", "/api/messages/" + reply + "/events", null);
        assertThat(followed.body()).contains("event: end");
        JsonNode thread = JSON.readTree(
                judged(judge, "GET", "/api/conversations/" + id, null).body());
        assertThat(thread.get("messages")).hasSize(2);
        judged(judge, "GET", "/api/conversations/" + id + "/export", null);
    }
}
