package dev.stoa.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Input that no client sends by intent is answered as the caller's fault. What a fuzzer found stays found. */
class OddInputTest {
    private static ApiServer server;

    @BeforeAll
    static void start() throws IOException {
        server = ApiServer.start("");
    }

    @AfterAll
    static void stop() throws IOException {
        server.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1/models?=true",
                "/v1/organizations/users?=1",
                "/v1/organizations/api_keys?status=none",
                "/v1/organizations/workspaces?include_archived=perhaps",
                "/api/conversations?=1"
            })
    void queries(String path) throws IOException, InterruptedException {
        HttpRequest.Builder request = server.request(path).header("authorization", "Bearer " + ApiServer.KEY);
        assertThat(server.send(request.GET()).statusCode()).isEqualTo(400);
    }

    @Test
    void queriesOfTheOtherProtocol() throws IOException, InterruptedException {
        for (String query : new String[] {"?=1", "?purpose=%00"}) {
            HttpRequest.Builder request = HttpRequest.newBuilder(server.uri("/v1/files" + query))
                    .header("authorization", "Bearer " + ApiServer.KEY);
            assertThat(server.send(request).statusCode()).as(query).isEqualTo(400);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"workspaces", "api_keys"})
    void namesThatPostgresCantKeep(String collection) throws IOException, InterruptedException {
        HttpResponse<String> answer = server.post("/v1/organizations/" + collection, "{\"name\":\"a\\u0000b\"}");
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("U+0000");
    }

    @Test
    void fileNamesThatEndEarly() throws IOException, InterruptedException {
        String form = "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\0b\"\r\n\r\nhi\r\n--x--\r\n";
        HttpRequest.Builder request = HttpRequest.newBuilder(server.uri("/v1/files"))
                .header("x-api-key", ApiServer.KEY)
                .header("anthropic-version", "2023-06-01")
                .header("content-type", "multipart/form-data; boundary=x")
                .POST(HttpRequest.BodyPublishers.ofString(form));
        assertThat(server.send(request).statusCode()).isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/messages", "/v1/organizations/me", "/api/session"})
    void methodsAreToldTruly(String path) throws IOException, InterruptedException {
        HttpResponse<String> answer =
                server.send(server.request(path).method("OPTIONS", HttpRequest.BodyPublishers.noBody()));
        assertThat(answer.statusCode()).isEqualTo(405);
        assertThat(answer.headers().firstValue("allow").orElseThrow()).doesNotContain("PATCH");
    }

    /** In this form clients know that there are no threads here, and send whole conversations. */
    @Test
    void threads() throws IOException, InterruptedException {
        String body = ApiServer.message("hi", false).replaceFirst("\\{", "{\"thread\":{\"type\":\"create\"},");
        HttpResponse<String> answer = server.post("/v1/messages", body);
        assertThat(answer.statusCode()).isEqualTo(400);
        JsonNode details = ApiServer.json(answer).at("/error/details");
        assertThat(details.get("error_code").stringValue()).isEqualTo("thread_unsupported_request");
    }
}
