package dev.stoa.inference.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.stoa.engine.Sampling;
import dev.stoa.inference.GenerationRequest;
import dev.stoa.inference.Message;
import dev.stoa.inference.Prompt;
import dev.stoa.inference.TokenStream;
import dev.stoa.inference.upstream.UpstreamSettings.OnDisconnect;
import dev.stoa.inference.upstream.UpstreamSettings.Protocol;
import dev.stoa.inference.upstream.UpstreamSettings.Upstream;
import dev.stoa.inference.upstream.UpstreamSettings.UpstreamModel;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import java.io.IOException;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.util.unit.DataSize;

/** Whatever an upstream does, the stream ends, with one error of the right kind. */
class UpstreamFaultsTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Duration SHORT = Duration.ofMillis(150);
    private BadUpstream upstream;

    @BeforeEach
    void listen() throws IOException {
        upstream = new BadUpstream();
    }

    @AfterEach
    void stop() throws IOException {
        upstream.close();
    }

    private static StoaException fault(TokenStream stream) {
        return catchThrowableOfType(StoaException.class, () -> {
            while (!(stream.next(LONG) instanceof TokenStream.Finished)) {
                Thread.onSpinWait();
            }
        });
    }

    private static TokenStream ask(URI url, Protocol protocol, Duration firstToken, Duration idle) {
        Upstream settings = new Upstream(
                "bad",
                protocol,
                url,
                "",
                "",
                List.of(new UpstreamModel("counter", "", List.of(), 1000, 0)),
                "max_tokens",
                Duration.ofSeconds(5),
                firstToken,
                idle,
                DataSize.ofKilobytes(16),
                OnDisconnect.STOP);
        return new UpstreamWorker(settings, "", Clock.systemUTC())
                .start(GenerationRequest.builder(
                                "req_upstream",
                                "counter",
                                new Prompt.Conversation(List.of(Message.text(Message.Role.USER, "Say it."))),
                                50,
                                Sampling.GREEDY,
                                "test")
                        .build());
    }

    private TokenStream ask(Protocol protocol, Duration firstToken, Duration idle) {
        return ask(upstream.url(), protocol, firstToken, idle);
    }

    private static Arguments faulty(String what, String reply, ErrorKind kind, String words) {
        return Arguments.of(what, reply, kind, words);
    }

    private static String status(String line, String headers, String body) {
        return "HTTP/1.1 " + line + "\r\n" + headers + "Connection: close\r\n\r\n" + body;
    }

    static Stream<Arguments> replies() {
        String begun = BadUpstream.HEAD + BadUpstream.chunk("Well");
        return Stream.of(
                faulty("nothing", "", ErrorKind.OVERLOADED, "can't be reached"),
                faulty("no HTTP", "SSH-2.0-OpenSSH\r\n\r\n", ErrorKind.OVERLOADED, "can't be reached"),
                faulty("an empty answer", BadUpstream.HEAD, ErrorKind.INTERNAL, "broke the answer off"),
                faulty("half an answer", begun, ErrorKind.INTERNAL, "broke the answer off"),
                faulty("a page", BadUpstream.HEAD + "<html>Hello</html>\n\n", ErrorKind.INTERNAL, "broke the answer"),
                faulty("no JSON", begun + "data: {\"choices\":[\n\n", ErrorKind.INTERNAL, "no answer"),
                faulty("no object", begun + "data: [1]\n\n", ErrorKind.INTERNAL, "no answer"),
                faulty("another object", begun + "data: {\"a\":1}\n\n", ErrorKind.INTERNAL, "no answer"),
                faulty("nesting", begun + "data: " + "[".repeat(9000) + "\n\n", ErrorKind.INTERNAL, "no answer"),
                faulty("a huge line", begun + "data: " + "x".repeat(40_000), ErrorKind.INTERNAL, "no answer"),
                faulty("huge data", begun + "data: xxxxxxxxxxxx\n".repeat(4000), ErrorKind.INTERNAL, "no answer"),
                faulty(
                        "an error in the stream",
                        begun + "data: {\"error\":{\"type\":\"server_error\",\"message\":\"secret\"}}\n\n",
                        ErrorKind.INTERNAL,
                        "failed on this request"),
                faulty(
                        "overload in the stream",
                        begun + "data: {\"error\":{\"type\":\"overloaded_error\",\"message\":\"x\"}}\n\n",
                        ErrorKind.OVERLOADED,
                        "no room"),
                faulty("500", status("500 Oops", "", "boom"), ErrorKind.INTERNAL, "failed on this request"),
                faulty("a redirect", status("302 Found", "Location: http://x/\r\n", ""), ErrorKind.INTERNAL, "failed"),
                faulty("a wrong key", status("401 No", "", "{\"error\":\"key sk-1\"}"), ErrorKind.INTERNAL, "failed"),
                faulty("504", status("504 Slow", "", ""), ErrorKind.TIMEOUT, "too long"),
                faulty(
                        "the caller's fault",
                        status("400 Bad", "", "{\"error\":{\"message\":\"stop: too\\nmany\"}}"),
                        ErrorKind.INVALID_REQUEST,
                        "stop: too many"),
                faulty("endless error", status("400 Bad", "", "y".repeat(200_000)), ErrorKind.INVALID_REQUEST, "yyy…"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("replies")
    void endsWithOneError(String what, String reply, ErrorKind kind, String words) {
        try (TokenStream stream = ask(Protocol.OPENAI, LONG, LONG)) {
            upstream.reply(reply);
            StoaException fault = fault(stream);
            assertThat(fault).as(what).isNotNull();
            assertThat(fault.kind()).isEqualTo(kind);
            assertThat(fault).hasMessageContaining(words);
            assertThat(fault.getMessage()).doesNotContain("secret").doesNotContain("sk-1");
            assertThat(catchThrowableOfType(IllegalStateException.class, () -> stream.next(SHORT)))
                    .isNotNull();
        }
    }

    @Test
    void anAnthropicStreamMustBeginAtItsBeginning() {
        upstream.reply(BadUpstream.HEAD + "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n");
        assertThat(fault(ask(Protocol.ANTHROPIC, LONG, LONG)).kind()).isEqualTo(ErrorKind.INTERNAL);
    }

    @Test
    void tellsWhenToComeBack() {
        UnaryOperator<String> limited = value -> status("429 Slow down", "Retry-After: " + value + "\r\n", "{}");
        upstream.reply(limited.apply("17"));
        assertThat(fault(ask(Protocol.OPENAI, LONG, LONG)).retryAfter()).isEqualTo(Duration.ofSeconds(17));
        upstream.reply(limited.apply("Sun, 06 Nov 1994 08:49:37 GMT"));
        assertThat(fault(ask(Protocol.OPENAI, LONG, LONG)).retryAfter()).isEqualTo(Duration.ofSeconds(1));
        upstream.reply(limited.apply("999999999"));
        assertThat(fault(ask(Protocol.OPENAI, LONG, LONG)).retryAfter()).isEqualTo(Duration.ofHours(1));
        upstream.reply(limited.apply("soon"));
        StoaException fault = fault(ask(Protocol.OPENAI, LONG, LONG));
        assertThat(fault.retryAfter()).isEqualTo(Duration.ofSeconds(5));
        assertThat(fault.kind()).isEqualTo(ErrorKind.OVERLOADED);
    }

    @Test
    void doesNotWaitForEver() throws InterruptedException {
        upstream.replyAndHang("");
        assertThat(fault(ask(Protocol.OPENAI, SHORT, LONG)).kind()).isEqualTo(ErrorKind.TIMEOUT);
        upstream.awaitGone();
        upstream.replyAndHang(BadUpstream.HEAD);
        assertThat(fault(ask(Protocol.OPENAI, SHORT, LONG)).kind()).isEqualTo(ErrorKind.TIMEOUT);
        upstream.awaitGone();
        upstream.replyAndHang(BadUpstream.HEAD + BadUpstream.chunk("Well"));
        StoaException fault = fault(ask(Protocol.OPENAI, LONG, SHORT));
        assertThat(fault.kind()).isEqualTo(ErrorKind.TIMEOUT);
        assertThat(fault).hasMessageContaining("in the answer");
        upstream.awaitGone();
    }

    @Test
    void givesTheTextThatCameBeforeTheFault() throws InterruptedException {
        upstream.reply(BadUpstream.HEAD + BadUpstream.chunk("One") + BadUpstream.chunk(" two") + "data: rubbish\n\n");
        try (TokenStream stream = ask(Protocol.OPENAI, LONG, LONG)) {
            assertThat(stream.next(LONG)).isInstanceOf(TokenStream.Started.class);
            StringBuilder text = new StringBuilder();
            while (text.length() < "One two".length()) {
                if (stream.next(LONG) instanceof TokenStream.TextDelta(String more)) {
                    text.append(more);
                }
            }
            assertThat(text).hasToString("One two");
            assertThat(fault(stream).kind()).isEqualTo(ErrorKind.INTERNAL);
        }
    }

    @Test
    void countsWhatTheUpstreamDoesNot() {
        upstream.reply(BadUpstream.HEAD + BadUpstream.chunk("One") + BadUpstream.chunk("two"));
        TokenStream stream = ask(Protocol.OPENAI, LONG, LONG);
        assertThat(fault(stream)).isNotNull();
        assertThat(stream.usage().outputTokens()).isEqualTo(2);
        assertThat(stream.usage().inputTokens()).isPositive();
    }

    @Test
    void aServerThatIsNotThereIsOverloaded() {
        StoaException fault = fault(ask(URI.create("http://127.0.0.1:1/v1"), Protocol.OPENAI, LONG, LONG));
        assertThat(fault.kind()).isEqualTo(ErrorKind.OVERLOADED);
        assertThat(fault.retryAfter()).isNotNull();
    }
}
