package dev.stoa.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stoa.admission.Admission;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The database is away for ten seconds: what runs goes on to its end, what comes is served by a key that is known and
 * refused in shape by another, and once it is back each request has its one event and no place is taken.
 */
@Tag("e2e")
class DatabaseOutageTest {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final Duration AWAY = Duration.ofSeconds(10);

    private static CompletableFuture<HttpResponse<String>> ask(ApiServer server, String model, String key) {
        String body = ApiServer.message("eight ch", true).replace("scripted:v1", model);
        return server.http()
                .sendAsync(
                        server.request("/v1/messages")
                                .timeout(SOON)
                                .setHeader("x-api-key", key)
                                .POST(HttpRequest.BodyPublishers.ofString(body))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
    }

    private static String id(HttpResponse<String> answer) {
        return answer.headers().firstValue("request-id").orElseThrow();
    }

    @Test
    void eachRequestEndsOnceThoughTheDatabaseIsAwayForTenSeconds() throws Exception {
        try (ApiServer server = ApiServer.start("", "--stoa.mock-models=mock-0-0-8,mock-0-100-50")) {
            assertThat(ask(server, "mock-0-0-8", ApiServer.KEY).get().statusCode())
                    .isEqualTo(200);
            List<CompletableFuture<HttpResponse<String>>> running = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                running.add(ask(server, "mock-0-100-50", ApiServer.KEY));
            }
            await().atMost(SOON).until(() -> server.part(Admission.class).inFlight() == 5);
            server.setDatabaseReachable(false);
            try {
                running.add(ask(server, "mock-0-0-8", ApiServer.KEY));
                HttpResponse<String> unknown = ask(
                                server, "mock-0-0-8", "sk-stoa-nobody0123456789abcdefghijklmnopqrstuvwxyz")
                        .get();
                assertThat(unknown.statusCode()).as(unknown.body()).isIn(500, 529);
                assertThat(unknown.body()).contains("\"type\":\"error\"");
                Thread.sleep(AWAY);
            } finally {
                server.setDatabaseReachable(true);
            }
            List<String> answered = new ArrayList<>();
            for (CompletableFuture<HttpResponse<String>> each : running) {
                HttpResponse<String> answer = each.get();
                assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
                assertThat(answer.body()).contains("event: message_stop");
                answered.add(id(answer));
            }
            await().atMost(SOON).until(() -> events(server).containsAll(answered));
            assertThat(events(server))
                    .as("one event for each, and the first one's")
                    .hasSize(answered.size() + 1);
            assertThat(server.part(Admission.class).inFlight()).isZero();
            await().atMost(SOON)
                    .untilAsserted(() -> assertThat(ask(server, "mock-0-0-8", ApiServer.KEY)
                                    .get()
                                    .statusCode())
                            .isEqualTo(200));
        }
    }

    private static List<@Nullable String> events(ApiServer server) {
        return server.jdbc()
                .sql("select request_id from usage_event")
                .query(String.class)
                .list();
    }
}
