package dev.stoa.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stoa.engine.Sampling;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What every kind of worker keeps. A subclass has one that serves {@link #model}, which writes 20 tokens and more. */
public abstract class WorkerContract {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final int MANY = 10;
    private static final int TOKENS = 12;

    protected abstract Worker worker();

    protected abstract String model();

    /** Whether its protocol has words for the seed, so that the same request gets the same answer. */
    protected boolean repeatable() {
        return true;
    }

    protected final GenerationRequest request(int maxTokens) {
        return new GenerationRequest(
                "req_contract",
                model(),
                List.of(
                        Message.text(Message.Role.SYSTEM, "You tell stories."),
                        Message.text(Message.Role.USER, "Tell me a long story about the sea.")),
                maxTokens,
                Sampling.GREEDY,
                List.of(),
                "test");
    }

    private record Answer(String text, TokenStream.Finished end) {}

    private static Answer read(TokenStream stream, Duration patience) throws InterruptedException {
        StringBuilder text = new StringBuilder();
        boolean started = false;
        while (true) {
            switch (stream.next(patience)) {
                case null -> Thread.onSpinWait();
                case TokenStream.Started start -> {
                    assertThat(started).as("started before").isFalse();
                    assertThat(start.inputTokens()).isPositive();
                    started = true;
                }
                case TokenStream.Finished end -> {
                    assertThat(started).isTrue();
                    return new Answer(text.toString(), end);
                }
                case TokenStream.TextDelta(String more) -> {
                    assertThat(started).isTrue();
                    assertThat(more).isNotEmpty();
                    text.append(more);
                }
                default -> {}
            }
        }
    }

    @Test
    void startsOnceAndEndsOnce() throws InterruptedException {
        try (TokenStream stream = worker().start(request(TOKENS))) {
            Answer answer = read(stream, LONG);
            assertThat(answer.text()).isNotBlank();
            assertThat(answer.end().reason()).isEqualTo(StopReason.MAX_TOKENS);
            assertThat(answer.end().usage().outputTokens()).isEqualTo(TOKENS);
            assertThat(stream.usage()).isEqualTo(answer.end().usage());
            assertThatThrownBy(() -> stream.next(LONG)).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void canBePolled() throws InterruptedException {
        try (TokenStream stream = worker().start(request(TOKENS))) {
            assertThat(read(stream, Duration.ZERO).end().usage().outputTokens()).isEqualTo(TOKENS);
        }
    }

    @Test
    void endsWhenClosedInMidAnswer() throws InterruptedException {
        TokenStream stream = worker().start(request(TOKENS));
        while (!(stream.next(LONG) instanceof TokenStream.TextDelta)) {
            assertThat(stream.usage().inputTokens()).isPositive();
        }
        stream.close();
        stream.close();
        assertThat(stream.usage().outputTokens()).isBetween(1, TOKENS);
        assertThatThrownBy(() -> stream.next(LONG)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void canBeClosedBeforeItIsRead() {
        TokenStream stream = worker().start(request(TOKENS));
        stream.close();
        assertThatThrownBy(() -> stream.next(LONG)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void answersManyAtOnceAlike() throws Exception {
        List<Future<Answer>> answers = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < MANY; i++) {
                answers.add(threads.submit(() -> {
                    try (TokenStream stream = worker().start(request(TOKENS))) {
                        return read(stream, LONG);
                    }
                }));
            }
            for (Future<Answer> answer : answers) {
                if (repeatable()) {
                    assertThat(answer.get().text())
                            .isEqualTo(answers.getFirst().get().text());
                }
                assertThat(answer.get().end().usage().outputTokens()).isEqualTo(TOKENS);
            }
        }
    }

    @Test
    void knowsItsModelAndNoOther() {
        assertThat(worker().find(model())).isPresent();
        assertThat(worker().find("no-such-model")).isEmpty();
        assertThat(worker().countTokens(request(1))).isPositive();
    }
}
