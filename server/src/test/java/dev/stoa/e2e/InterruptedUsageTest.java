package dev.stoa.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stoa.operations.OpenTempDir;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a server ran when it was killed is in the ledger after its restart, once, with the tokens that it had told of. */
@Tag("e2e")
class InterruptedUsageTest {
    /** It is taken for dead after 20 s of silence. */
    private static final Duration SOON = Duration.ofSeconds(90);

    private static final String MODEL = "mock-0-50-100000";

    @TempDir(factory = OpenTempDir.class)
    private Path data;

    private static List<String> lines(StoaProcess server, Instant from) {
        HttpResponse<String> csv = server.get("/v1/organizations/usage_report/events?starting_at=" + from);
        assertThat(csv.statusCode()).as(csv.body()).isEqualTo(200);
        return Arrays.stream(csv.body().split("\r\n"))
                .filter(line -> line.contains(MODEL))
                .toList();
    }

    @Test
    void aKilledServersRequestLeavesOneEvent() throws IOException, InterruptedException {
        Instant begin = Instant.now();
        try (StoaProcess server = StoaProcess.start(data, Map.of("STOA_MOCK_MODELS", MODEL))) {
            String budget = "{\"scope\":{\"type\":\"organization\"},"
                    + "\"budgets\":[{\"period\":\"month\",\"unit\":\"tokens\",\"amount\":10000000}]}";
            server.http.send(
                    server.request("/v1/organizations/limits")
                            .POST(HttpRequest.BodyPublishers.ofString(budget))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            HttpRequest ask = server.request("/v1/messages")
                    .POST(HttpRequest.BodyPublishers.ofString("{\"model\":\"" + MODEL + "\",\"max_tokens\":90000,"
                            + "\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"Hello, you there\"}]}"))
                    .build();
            try (InputStream answer = server.http
                    .send(ask, HttpResponse.BodyHandlers.ofInputStream())
                    .body()) {
                // Some twelve seconds of it, so that its server has told of it and how far it was.
                assertThat(new String(answer.readNBytes(30_000), StandardCharsets.UTF_8))
                        .contains("content_block_delta");
                assertThat(lines(server, begin)).isEmpty();
                server.killHard();
            }
            server.restart();
            Await.until(
                    "event of the interrupted request",
                    SOON,
                    () -> !lines(server, begin).isEmpty());
            assertThat(lines(server, begin)).hasSize(1).first().satisfies(line -> {
                String[] fields = line.split(",", -1);
                assertThat(fields[7]).isEqualTo("interrupted");
                assertThat(Integer.parseInt(fields[9])).as("input tokens").isPositive();
                assertThat(Integer.parseInt(fields[11])).as("output tokens").isPositive();
            });
            String[] fields = lines(server, begin).getFirst().split(",", -1);
            int used = Integer.parseInt(fields[9]) + Integer.parseInt(fields[11]);
            Await.until(
                    "charge to the budget",
                    SOON,
                    () -> server.get("/v1/organizations/limits").body().contains("\"spent\":" + used + "}"));
        }
    }
}
