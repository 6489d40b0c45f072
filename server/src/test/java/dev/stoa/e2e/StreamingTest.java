package dev.stoa.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stoa.operations.OpenTempDir;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code POST /v1/messages} with {@code stream:true} on the real model, over a bare HTTP client. */
@Tag("e2e")
class StreamingTest {
    private static final String LONG = """
            {"model":"%s","max_tokens":%d,"stream":true,
             "messages":[{"role":"user","content":"Write a very long story about a lighthouse keeper."}]}
            """;

    @TempDir(factory = OpenTempDir.class)
    static Path data;

    private static StoaProcess server;

    @BeforeAll
    static void start() {
        server = StoaProcess.start(data);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void theFirstTokenComesWellBeforeTheLast() throws Exception {
        long begin = System.nanoTime();
        long first = 0;
        int deltas = 0;
        try (BufferedReader lines = open(200)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.contains("text_delta")) {
                    deltas++;
                    first = first == 0 ? System.nanoTime() - begin : first;
                }
            }
        }
        long total = System.nanoTime() - begin;
        assertThat(deltas).isGreaterThan(20);
        assertThat(first).isLessThan(total / 2);
    }

    @Test
    void closingTheConnectionFreesTheEngine() throws Exception {
        BufferedReader lines = open(2000);
        String line = lines.readLine();
        while (line != null && !line.contains("text_delta")) {
            line = lines.readLine();
        }
        assertThat(running()).isEqualTo(1);

        lines.close();

        Await.until("idle engine after the client left", Duration.ofSeconds(15), () -> running() == 0);
    }

    @Test
    void tenAtOnceAreServedTogether() throws Exception {
        List<Callable<Integer>> clients = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            clients.add(() -> {
                int deltas = 0;
                try (BufferedReader lines = open(40)) {
                    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                        deltas += line.contains("text_delta") ? 1 : 0;
                        assertThat(line).doesNotContain("event: error");
                    }
                }
                return deltas;
            });
        }
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Integer> client : executor.invokeAll(clients)) {
                assertThat(client.get()).isPositive();
            }
        }
        Await.until("idle engine", Duration.ofSeconds(15), () -> running() == 0);
    }

    private static BufferedReader open(int maxTokens) throws IOException, InterruptedException {
        HttpResponse<InputStream> response = server.http.send(
                server.request("/v1/messages")
                        .POST(BodyPublishers.ofString(LONG.formatted(StoaProcess.MODEL, maxTokens)))
                        .build(),
                BodyHandlers.ofInputStream());
        assertThat(response.statusCode()).isEqualTo(200);
        return new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
    }

    /** Requests that the engine computes now, by its own gauge. */
    private static int running() {
        Matcher gauge = Pattern.compile("(?m)^vllm:num_requests_running(\\{[^}]*})? ([0-9.]+)$")
                .matcher(server.get("/metrics").body());
        assertThat(gauge.find()).as("gauge vllm:num_requests_running").isTrue();
        return (int) Double.parseDouble(gauge.group(2));
    }
}
