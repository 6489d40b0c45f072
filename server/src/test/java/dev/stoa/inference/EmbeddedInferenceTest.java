package dev.stoa.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.stoa.engine.ModelLoadException;
import dev.stoa.engine.Sampling;
import dev.stoa.inference.ModelStatus.Phase;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class EmbeddedInferenceTest {
    private static final GenerationRequest REQUEST = GenerationRequest.builder(
                    "req_test",
                    "tiny",
                    new Prompt.Conversation(List.of(Message.text(Message.Role.USER, "hi"))),
                    10,
                    Sampling.GREEDY,
                    "anthropic")
            .build();

    /** A download that stands at half until the test lets it end. */
    private static final class Download implements ModelFiles {
        private final CountDownLatch half = new CountDownLatch(1);
        private final CountDownLatch whole = new CountDownLatch(1);

        @Override
        public String id() {
            return "tiny:q4";
        }

        @Override
        public Found fetch(Progress progress) throws InterruptedException {
            progress.at(50 << 20, 100 << 20);
            half.countDown();
            whole.await();
            return new Found("tiny:q4", Path.of("tiny.gguf"), Instant.EPOCH);
        }
    }

    private static EmbeddedInference inference(ModelFiles files, EngineLoader loader) {
        EmbeddedInference inference =
                new EmbeddedInference(files, loader, new WorkerMeters(new SimpleMeterRegistry()), Clock.systemUTC());
        inference.start();
        return inference;
    }

    @Test
    void refusesWithTheProgressUntilTheModelIsReady() throws InterruptedException {
        Download download = new Download();
        EmbeddedInference inference = inference(download, _ -> new ScriptedEngine());
        download.half.await();
        StoaException refusal = catchThrowableOfType(StoaException.class, () -> inference.start(REQUEST));
        assertThat(refusal.kind()).isEqualTo(ErrorKind.OVERLOADED);
        assertThat(refusal).hasMessageContaining("being downloaded (50% of 100 MiB)");
        assertThat(refusal.retryAfter()).isNotNull();
        assertThat(inference.find("tiny").orElseThrow().ready()).isFalse();

        download.whole.countDown();
        await().until(() -> inference.status().phase() == Phase.READY);
        assertThat(inference.find("stoa-latest").orElseThrow().id()).isEqualTo("tiny:q4");
        try (TokenStream stream = inference.start(REQUEST)) {
            assertThat(stream.usage().inputTokens()).isEqualTo(2);
        }
        inference.stop();
        assertThat(inference.status().phase()).isEqualTo(Phase.CLOSED);
    }

    @Test
    void aFileThatCannotBeLoadedLeavesAReason() {
        Download download = new Download();
        download.whole.countDown();
        EmbeddedInference inference = inference(download, _ -> {
            throw new ModelLoadException("the file is truncated");
        });
        await().until(() -> inference.status().phase() == Phase.FAILED);
        assertThat(catchThrowableOfType(StoaException.class, () -> inference.start(REQUEST)))
                .hasMessageContaining("the file is truncated");
        inference.stop();
    }

    @Test
    void anEngineThatIsReadyOnlyAfterTheStopIsClosedAgain() throws InterruptedException {
        Download download = new Download();
        EmbeddedInference inference = inference(download, _ -> new ScriptedEngine());
        download.half.await();
        inference.stop();
        download.whole.countDown();
        assertThat(inference.status().phase()).isEqualTo(Phase.CLOSED);
        assertThat(catchThrowableOfType(StoaException.class, () -> inference.start(REQUEST))
                        .kind())
                .isEqualTo(ErrorKind.OVERLOADED);
    }
}
