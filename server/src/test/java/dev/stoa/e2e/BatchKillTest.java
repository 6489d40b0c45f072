package dev.stoa.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stoa.operations.OpenTempDir;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A server is killed in the midst of batches, twice; they go on after each restart. */
@Tag("e2e")
class BatchKillTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    /** Some 25 items a second. */
    private static final String PACED = "mock-100-20-10";

    private static final int ITEMS = 300;

    @TempDir(factory = OpenTempDir.class)
    Path data;

    @Test
    void eachItemIsInTheResultsExactlyOnce() {
        try (StoaProcess server = StoaProcess.start(data, Map.of("STOA_MOCK_MODELS", PACED))) {
            StringBuilder requests = new StringBuilder();
            StringBuilder lines = new StringBuilder();
            for (int i = 0; i < ITEMS; i++) {
                String params = "{\"model\":\"" + PACED + "\",\"max_tokens\":10,\"messages\":[{\"role\":\"user\","
                        + "\"content\":\"question " + i + "\"}]}";
                requests.append(i == 0 ? "" : ",")
                        .append("{\"custom_id\":\"item-" + i + "\",\"params\":" + params + "}");
                lines.append("{\"custom_id\":\"item-" + i + "\",\"method\":\"POST\",\"url\":\"/v1/chat/completions\","
                        + "\"body\":" + params + "}\n");
            }
            String path = "/v1/messages/batches/"
                    + id(server.post("/v1/messages/batches", "{\"requests\":[" + requests + "]}"));
            String other = "/v1/batches/" + id(openAiBatch(server, lines.toString()));

            for (int kill = 1; kill <= 2; kill++) {
                int past = kill * 40;
                Await.until("more than " + past + " items done", PATIENCE, () -> done(server, other) > past);
                server.killHard();
                server.restart();
            }
            assertThat(get(server, other).get("status").stringValue()).isEqualTo("in_progress");

            Await.until(
                    "end",
                    PATIENCE,
                    () -> get(server, path)
                                    .get("processing_status")
                                    .stringValue()
                                    .equals("ended")
                            && get(server, other).get("status").stringValue().equals("completed"));
            assertThat(get(server, path).get("request_counts").get("succeeded").intValue())
                    .isEqualTo(ITEMS);
            Map<String, String> texts = each(
                    server.get(path + "/results").body(),
                    line -> line.get("result")
                            .get("message")
                            .get("content")
                            .get(0)
                            .get("text")
                            .stringValue());
            String output = get(server, other).get("output_file_id").stringValue();
            each(
                    server.get("/v1/files/" + output + "/content").body(),
                    line -> line.get("response")
                            .get("body")
                            .get("choices")
                            .get(0)
                            .get("message")
                            .get("content")
                            .stringValue());
            assertThat(new HashSet<>(texts.values()))
                    .as("answers differ as their questions do")
                    .hasSizeGreaterThan(ITEMS / 2);
            assertThat(get(server, other).get("error_file_id").isNull()).isTrue();
        }
    }

    private interface Text {
        String of(JsonNode line);
    }

    private static Map<String, String> each(String lines, Text text) {
        Map<String, String> texts = new HashMap<>();
        lines.lines().map(JSON::readTree).forEach(line -> {
            String customId = line.get("custom_id").stringValue();
            assertThat(texts.put(customId, text.of(line)))
                    .as(customId + " twice")
                    .isNull();
        });
        Set<String> expected = new HashSet<>();
        for (int i = 0; i < ITEMS; i++) {
            expected.add("item-" + i);
        }
        assertThat(texts.keySet()).isEqualTo(expected);
        return texts;
    }

    private static int done(StoaProcess server, String path) {
        return get(server, path).get("request_counts").get("completed").intValue();
    }

    private static HttpResponse<String> openAiBatch(StoaProcess server, String lines) {
        String boundary = "the-boundary";
        String form = "--" + boundary + "\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nbatch\r\n--"
                + boundary
                + "\r\nContent-Disposition: form-data; name=\"file\"; filename=\"in.jsonl\"\r\n\r\n" + lines + "\r\n--"
                + boundary + "--\r\n";
        HttpRequest upload = HttpRequest.newBuilder(server.uri("/v1/files"))
                .header("x-api-key", StoaProcess.ADMIN_KEY)
                .header("content-type", "multipart/form-data; boundary=" + boundary)
                .POST(HttpRequest.BodyPublishers.ofString(form))
                .build();
        return server.post(
                "/v1/batches",
                "{\"input_file_id\":\"" + id(server.send(upload))
                        + "\",\"endpoint\":\"/v1/chat/completions\",\"completion_window\":\"24h\"}");
    }

    private static String id(HttpResponse<String> made) {
        assertThat(made.statusCode()).as(made.body()).isEqualTo(200);
        return JSON.readTree(made.body()).get("id").stringValue();
    }

    private static JsonNode get(StoaProcess server, String path) {
        return JSON.readTree(server.get(path).body());
    }
}
