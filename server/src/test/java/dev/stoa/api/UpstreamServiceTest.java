package dev.stoa.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stoa.inference.upstream.BadUpstream;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * A service before bad upstreams: each request gets one answer and one usage event, and gives its place back: there is
 * but one.
 */
class UpstreamServiceTest {
    private static BadUpstream upstream;
    private static ApiServer server;

    @BeforeAll
    static void start() throws IOException {
        upstream = new BadUpstream();
        server = ApiServer.start(
                "the word\n",
                "--stoa.limits.in-flight=1",
                "--stoa.upstreams[0].name=bad",
                "--stoa.upstreams[0].url=" + upstream.url(),
                "--stoa.upstreams[0].idle-timeout=200ms",
                "--stoa.upstreams[0].models[0].name=far",
                "--stoa.upstreams[0].models[0].upstream-name=near");
    }

    @AfterAll
    static void stop() throws IOException {
        server.close();
        upstream.close();
    }

    private static String ask(boolean stream) throws IOException, InterruptedException {
        HttpResponse<String> response =
                server.post("/v1/messages", ApiServer.message("Hello", stream).replace("scripted:v1", "far"));
        return response.statusCode() + " " + response.body();
    }

    private static String outcomes() {
        return String.join(
                ",",
                server.jdbc()
                        .sql("select outcome from usage_event where model = 'far' order by at")
                        .query(String.class)
                        .list());
    }

    @Test
    void eachEndsOnce() throws IOException, InterruptedException {
        String whole = BadUpstream.HEAD + BadUpstream.chunk("Good ") + BadUpstream.chunk("day");
        String end = "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
                + "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":3}}\n\ndata: [DONE]\n\n";
        upstream.reply(whole + end);
        assertThat(ask(false)).startsWith("200").contains("Good day").contains("\"output_tokens\":3");
        upstream.reply(BadUpstream.HEAD
                + "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"id\":\"functions.look:0\",\"function\":"
                + "{\"name\":\"look\",\"arguments\":\"{bad}\"}}]}}]}\n\n"
                + end.replace("stop", "tool_calls"));
        assertThat(ask(false))
                .startsWith("200")
                .contains("\"stop_reason\":\"tool_use\"")
                .contains("\"id\":\"functions.look:0\",\"name\":\"look\",\"input\":{\"INVALID_JSON\":\"{bad}\"}");
        upstream.reply(whole);
        assertThat(ask(false)).startsWith("500").contains("broke the answer off");
        upstream.replyAndHang(whole);
        assertThat(ask(true)).startsWith("200").contains("event: error").contains("timeout_error");
        upstream.reply(BadUpstream.HEAD + BadUpstream.chunk("Say the ") + BadUpstream.chunk("word") + end);
        assertThat(ask(true)).startsWith("200").contains("refusal").doesNotContain("word");
        upstream.reply(whole + end);
        assertThat(ask(true)).startsWith("200").contains("message_stop");
        upstream.reply("HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nConnection: close\r\n\r\n");
        assertThat(ask(true)).startsWith("529").contains("overloaded_error");
        // It asked for time, so it isn't asked again: there is no reply that it could give.
        assertThat(ask(true)).startsWith("529").contains("takes requests now");
        List<String> expected = List.of(
                "completed",
                "completed",
                "failed",
                "expired",
                "refused",
                "completed",
                "rejected_overloaded",
                "rejected_overloaded");
        await().untilAsserted(() -> assertThat(outcomes()).isEqualTo(String.join(",", expected)));
    }
}
