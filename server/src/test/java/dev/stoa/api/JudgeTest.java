package dev.stoa.api;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The judge finds what differs from the documents. */
class JudgeTest {
    private static final String COUNT = "/v1/messages/count_tokens";
    private static final String BODY = "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";

    private record Answer(int statusCode, HttpHeaders headers, String body, HttpRequest request)
            implements HttpResponse<String> {
        @Override
        public Optional<HttpResponse<String>> previousResponse() {
            return Optional.empty();
        }

        @Override
        public Optional<SSLSession> sslSession() {
            return Optional.empty();
        }

        @Override
        public URI uri() {
            return request.uri();
        }

        @Override
        public HttpClient.Version version() {
            return HttpClient.Version.HTTP_1_1;
        }
    }

    private static void judge(
            String method, String path, @Nullable String sent, int status, Map<String, String> headers, String body) {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost" + path))
                .header("anthropic-version", "2023-06-01")
                .method(method, HttpRequest.BodyPublishers.noBody())
                .build();
        Map<String, List<String>> all = new HashMap<>();
        all.put("request-id", List.of("req_1"));
        all.put("content-type", List.of("application/json"));
        headers.forEach((name, value) -> all.put(name, List.of(value)));
        Judge.own().judge(request, sent, new Answer(status, HttpHeaders.of(all, (_, _) -> true), body, request));
    }

    private static void faults(String says, Runnable judged) {
        assertThatThrownBy(judged::run).isInstanceOf(AssertionError.class).hasMessageContaining(says);
    }

    @Test
    void passesWhatIsAsDocumented() {
        assertThatCode(() -> {
                    judge("POST", COUNT, BODY, 200, Map.of(), "{\"input_tokens\":3}");
                    judge("PUT", COUNT, null, 405, Map.of(), "{}");
                    judge("GET", "/assets/x.js", null, 200, Map.of(), "1");
                })
                .doesNotThrowAnyException();
    }

    @Test
    void findsWrongBodies() {
        faults("input_tokens", () -> judge("POST", COUNT, BODY, 200, Map.of(), "{}"));
        faults("input_tokens", () -> judge("POST", COUNT, BODY, 200, Map.of(), "{\"input_tokens\":\"3\"}"));
        faults("more", () -> judge("POST", COUNT, BODY, 200, Map.of(), "{\"input_tokens\":3,\"more\":1}"));
        faults(
                "oops",
                () -> judge(
                        "POST",
                        COUNT,
                        BODY,
                        400,
                        Map.of(),
                        "{\"type\":\"error\",\"error\":{\"type\":\"oops\",\"message\":\"\"},\"request_id\":\"r\"}"));
    }

    @Test
    void findsWrongStatusesHeadersAndTypes() {
        faults("418", () -> judge("POST", COUNT, BODY, 418, Map.of(), "{}"));
        faults("is in no document", () -> judge("PUT", COUNT, null, 200, Map.of(), "{}"));
        faults(
                "media type text/plain",
                () -> judge("POST", COUNT, BODY, 200, Map.of("content-type", "text/plain"), "{\"input_tokens\":3}"));
        faults(
                "anthropic-organization-id",
                () -> judge(
                        "POST", COUNT, BODY, 200, Map.of("anthropic-organization-id", "none"), "{\"input_tokens\":3}"));
        faults(
                "anthropic-surprise",
                () -> judge("POST", COUNT, BODY, 200, Map.of("anthropic-surprise", "1"), "{\"input_tokens\":3}"));
    }

    @Test
    void findsWrongEvents() {
        Map<String, String> stream = Map.of("content-type", "text/event-stream; charset=utf-8");
        judge("POST", "/v1/messages", null, 200, stream, "event: ping\ndata: {\"type\":\"ping\"}\n\n");
        faults(
                "event",
                () -> judge("POST", "/v1/messages", null, 200, stream, "event: pong\ndata: {\"type\":\"pong\"}\n\n"));
    }

    @Test
    void findsBodiesThatTheServerTakesAndNoDocumentKnows() {
        faults(
                "surprise",
                () -> judge(
                        "POST",
                        COUNT,
                        BODY.replace("{\"model\"", "{\"surprise\":1,\"model\""),
                        200,
                        Map.of(),
                        "{\"input_tokens\":3}"));
    }
}
