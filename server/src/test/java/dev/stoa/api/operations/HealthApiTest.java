package dev.stoa.api.operations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stoa.api.ApiServer;
import dev.stoa.inference.ScriptedEngine;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What an operator's tools are told by a server whose own model can't be loaded. */
@Tag("e2e")
class HealthApiTest {
    private static final Duration SOON = Duration.ofSeconds(10);

    private static HttpResponse<String> readiness(ApiServer server) throws Exception {
        await().atMost(SOON).until(() -> server.get("/health/ready").body().contains(ScriptedEngine.BROKEN));
        return server.get("/health/ready");
    }

    @Test
    void aServerThatCanAnswerNothingIsNotReadyAndAClientCantCallItselfLocal() throws Exception {
        try (ApiServer server = ApiServer.startWithBrokenModel("--server.forward-headers-strategy=native")) {
            HttpResponse<String> ready = readiness(server);
            assertThat(ready.statusCode()).isEqualTo(503);
            assertThat(ApiServer.json(ready).path("status").asString()).isEqualTo("failed");
            assertThat(ApiServer.json(ready).path("progress").path("done_bytes").isNumber())
                    .isTrue();

            // The proxy on this machine has added the client's address to what the client wrote itself.
            HttpRequest.Builder proxied =
                    HttpRequest.newBuilder(server.uri("/metrics")).header("X-Forwarded-For", "127.0.0.1, 10.1.2.3");
            assertThat(server.send(proxied.GET()).statusCode()).isEqualTo(401);
        }
    }

    @Test
    void aServerThatOtherModelsAnswerOnIsReadyAndTellsOfItsOwn() throws Exception {
        try (ApiServer server = ApiServer.startWithBrokenModel("--stoa.mock-models=mock-0-0-8")) {
            HttpResponse<String> ready = readiness(server);
            assertThat(ready.statusCode()).isEqualTo(200);
            assertThat(ApiServer.json(ready).path("status").asString()).isEqualTo("ready");
            String body = ApiServer.message("eight ch", false).replace("scripted:v1", "mock-0-0-8");
            assertThat(server.post("/v1/messages", body).statusCode()).isEqualTo(200);
        }
    }
}
