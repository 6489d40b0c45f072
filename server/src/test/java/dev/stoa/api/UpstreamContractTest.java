package dev.stoa.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.stoa.engine.Generation;
import dev.stoa.engine.Sampling;
import dev.stoa.inference.GenerationRequest;
import dev.stoa.inference.Message;
import dev.stoa.inference.ScriptedEngine;
import dev.stoa.inference.StopReason;
import dev.stoa.inference.TokenStream;
import dev.stoa.inference.Worker;
import dev.stoa.inference.WorkerContract;
import dev.stoa.inference.upstream.UpstreamSettings;
import dev.stoa.inference.upstream.UpstreamSettings.Protocol;
import dev.stoa.inference.upstream.UpstreamSettings.Upstream;
import dev.stoa.inference.upstream.UpstreamSettings.UpstreamModel;
import dev.stoa.inference.upstream.Upstreams;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.springframework.util.unit.DataSize;

/** Upstreams against a second Stoa, in both protocols. */
class UpstreamContractTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static ApiServer second;

    @BeforeAll
    static void start() throws IOException {
        second = ApiServer.start("", "--stoa.mock-models=mock-0-1-40");
    }

    @AfterAll
    static void stop() throws IOException {
        second.close();
    }

    private static Upstreams worker(Protocol protocol) {
        List<UpstreamModel> models = List.of(
                new UpstreamModel("counter", "mock-0-1-40", List.of("count"), 1000),
                new UpstreamModel("scripted", ScriptedEngine.MODEL, List.of(), 1000));
        Upstream upstream = new Upstream(
                "test",
                protocol,
                second.uri("/v1"),
                ApiServer.KEY,
                "",
                models,
                "max_tokens",
                Duration.ofSeconds(5),
                LONG,
                LONG,
                DataSize.ofKilobytes(16));
        return new Upstreams(new UpstreamSettings(List.of(upstream)), Clock.systemUTC());
    }

    private static GenerationRequest asking(String model, List<String> stop) {
        return new GenerationRequest(
                "req_upstream",
                model,
                List.of(Message.text(Message.Role.USER, "Say it.")),
                50,
                Sampling.GREEDY,
                stop,
                "test");
    }

    private abstract static class Against extends WorkerContract {
        private final Worker worker;

        Against(Protocol protocol) {
            this.worker = UpstreamContractTest.worker(protocol);
        }

        @Override
        protected Worker worker() {
            return worker;
        }

        @Override
        protected String model() {
            return "counter";
        }

        @Test
        void freesTheUpstreamWhenClosed() throws InterruptedException {
            TokenStream stream = worker.start(asking("scripted", List.of()));
            second.engine().nextRun().say("Half an ");
            while (!(stream.next(LONG) instanceof TokenStream.TextDelta)) {
                assertThat(second.engine().running()).isEqualTo(1);
            }
            stream.close();
            await().until(() -> second.engine().running() == 0);
        }

        @Test
        void wakesItsReaderWhenClosedByAnother() throws InterruptedException {
            TokenStream stream = worker.start(asking("scripted", List.of()));
            ScriptedEngine.Run run = second.engine().nextRun();
            Thread closer = Thread.ofVirtual().start(() -> {
                await().until(() -> second.engine().running() == 1);
                stream.close();
            });
            assertThatThrownBy(() -> {
                        while (true) {
                            stream.next(Duration.ofMinutes(1));
                        }
                    })
                    .isInstanceOf(IllegalStateException.class);
            closer.join();
            assertThat(run.awaitEnd(LONG)).isTrue();
        }

        @Test
        void takesTheUpstreamsOwnCounts() throws InterruptedException {
            try (TokenStream stream = worker.start(asking("scripted", List.of("!")))) {
                second.engine().nextRun().say("One").say(" two").end(Generation.Finish.END_OF_TURN);
                TokenStream.Event event = stream.next(LONG);
                while (!(event instanceof TokenStream.Finished)) {
                    event = stream.next(LONG);
                }
                TokenStream.Finished end = (TokenStream.Finished) event;
                assertThat(end.reason()).isEqualTo(StopReason.END_TURN);
                assertThat(end.usage().inputTokens()).isEqualTo("Say it.".length());
                assertThat(end.usage().outputTokens()).isEqualTo(2);
            }
        }

        @Test
        void usesAConnectionAgain() throws InterruptedException {
            for (int i = 0; i < 3; i++) {
                try (TokenStream stream = worker.start(asking("count", List.of()))) {
                    while (!(stream.next(LONG) instanceof TokenStream.Finished)) {
                        Thread.onSpinWait();
                    }
                }
            }
        }
    }

    @Nested
    class OpenAi extends Against {
        OpenAi() {
            super(Protocol.OPENAI);
        }
    }

    @Nested
    class Anthropic extends Against {
        Anthropic() {
            super(Protocol.ANTHROPIC);
        }

        @Override
        protected boolean repeatable() {
            return false;
        }
    }
}
