package dev.stoa.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stoa.operations.OpenTempDir;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a {@code kill -9} leaves of kept responses: those that had ended, and an honest end of the one that had not. */
@Tag("e2e")
class ResponseKillTest {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final JsonMapper JSON = new JsonMapper();

    @TempDir(factory = OpenTempDir.class)
    Path data;

    private static JsonNode expect(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return JSON.readTree(answer.body());
    }

    private static String body(String input, int tokens, String more) {
        return "{\"model\":\"stoa-latest\",\"input\":\"" + input + "\",\"max_output_tokens\":" + tokens
                + more.replace('\'', '"') + "}";
    }

    @Test
    void aBackgroundResponseFailsWithItsServer() {
        try (StoaProcess server = StoaProcess.start(data)) {
            JsonNode kept = expect(server.post("/v1/responses", body("Name one river.", 20, "")));
            JsonNode begun = expect(server.post(
                    "/v1/responses",
                    body("Write a long story about a lighthouse keeper.", 1_500, ",'background':true")));
            String path = "/v1/responses/" + begun.get("id").stringValue();
            Await.until(
                    "response in progress",
                    SOON,
                    () -> expect(server.get(path)).get("status").stringValue().equals("in_progress"));

            server.killHard();
            server.restart();

            JsonNode ended = expect(server.get(path));
            assertThat(ended.get("status").stringValue()).isEqualTo("failed");
            assertThat(ended.at("/error/code").stringValue()).isEqualTo("server_error");
            assertThat(server.get(path + "?stream=true").body())
                    .contains("event: response.created")
                    .contains("event: response.failed");
            String earlier = kept.get("id").stringValue();
            assertThat(expect(server.get("/v1/responses/" + earlier))).isEqualTo(kept);
            JsonNode next = expect(server.post(
                    "/v1/responses", body("And another?", 20, ",'previous_response_id':'" + earlier + "'")));
            assertThat(next.at("/usage/input_tokens").intValue())
                    .isGreaterThan(kept.at("/usage/input_tokens").intValue());
        }
    }
}
