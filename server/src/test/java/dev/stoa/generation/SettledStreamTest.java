package dev.stoa.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.stoa.admission.Permit;
import dev.stoa.admission.Spending;
import dev.stoa.engine.Sampling;
import dev.stoa.identity.Caller;
import dev.stoa.inference.GenerationRequest;
import dev.stoa.inference.Message;
import dev.stoa.inference.Outcome;
import dev.stoa.inference.Prices;
import dev.stoa.inference.Prompt;
import dev.stoa.inference.ScriptedStream;
import dev.stoa.inference.StopReason;
import dev.stoa.inference.TokenStream;
import dev.stoa.inference.TokenUsage;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import dev.stoa.usage.RecordedUsage;
import dev.stoa.usage.UsageEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Whoever ends a request, and however many at once: it settles once, with an outcome that fits, and frees its place. */
class SettledStreamTest {
    private static final int ROUNDS = 2_000;
    private static final Caller CALLER =
            new Caller(UUID.randomUUID(), UUID.randomUUID(), UUID.randomUUID(), UUID.randomUUID());

    @Test
    void settlesOnceUnderRandomInterleavings() throws Exception {
        for (long seed = 0; seed < ROUNDS; seed++) {
            round(seed);
        }
    }

    private static void round(long seed) throws Exception {
        Random random = new Random(seed);
        RecordedUsage usage = new RecordedUsage();
        AtomicInteger settled = new AtomicInteger();
        Settlement settlement = settlement(usage);
        settlement.holds(new CountedPermit(settled));
        AtomicInteger ends = new AtomicInteger();
        ScriptedStream inner = new ScriptedStream(script(random), random.nextBoolean());
        SettledStream stream =
                new SettledStream(inner, settlement.part(0), Duration.ofMinutes(1), ends::incrementAndGet);

        int others = random.nextInt(3);
        CyclicBarrier start = new CyclicBarrier(others + 1);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < others; i++) {
            boolean closes = random.nextBoolean();
            int pause = random.nextInt(200);
            threads.add(Thread.ofVirtual().start(() -> {
                await(start);
                for (int spin = 0; spin < pause; spin++) {
                    Thread.onSpinWait();
                }
                if (closes) {
                    stream.close();
                } else {
                    stream.abort(new StoaException(ErrorKind.OVERLOADED, "stopping"));
                }
            }));
        }
        await(start);
        readToTheEnd(stream);
        for (Thread thread : threads) {
            thread.join();
        }
        stream.close();

        String repeat = "seed " + seed;
        // One whose reader has left may still be read to its end.
        Awaitility.await(repeat)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(1))
                .until(() -> ends.get() > 0);
        assertThat(usage.events()).as(repeat).hasSize(1);
        assertThat(ends).as(repeat).hasValue(1);
        assertThat(settled).as(repeat).hasValue(1);
        assertThat(usage.events().getFirst().outcome())
                .as(repeat)
                .isIn(
                        Outcome.COMPLETED,
                        Outcome.REFUSED,
                        Outcome.CANCELLED,
                        Outcome.FAILED,
                        Outcome.EXPIRED,
                        Outcome.REJECTED_OVERLOADED);
    }

    @Test
    void whatIsToFinishIsCountedWholeThoughItsReaderLeft() throws InterruptedException {
        RecordedUsage usage = new RecordedUsage();
        AtomicInteger settled = new AtomicInteger();
        Settlement settlement = settlement(usage);
        settlement.holds(new CountedPermit(settled));
        TokenUsage all = new TokenUsage(9, 0, 40);
        ScriptedStream inner = new ScriptedStream(
                List.of(
                        new TokenStream.Started(7, 0),
                        new TokenStream.TextDelta("x"),
                        new TokenStream.Finished(StopReason.END_TURN, null, all)),
                true);
        AtomicInteger ends = new AtomicInteger();
        SettledStream stream =
                new SettledStream(inner, settlement.part(0), Duration.ofMinutes(1), ends::incrementAndGet);
        assertThat(stream.next(Duration.ZERO)).isInstanceOf(TokenStream.Started.class);
        stream.close();
        Awaitility.await().until(() -> ends.get() == 1);
        assertThat(usage.events().getFirst().tokens()).isEqualTo(all);
        assertThat(usage.events().getFirst().outcome()).isEqualTo(Outcome.CANCELLED);
        assertThat(settled).hasValue(1);
    }

    private record CountedPermit(AtomicInteger settled) implements Permit {
        @Override
        public void reserve(String model, long inputTokens, long outputMax, long costMax) {}

        @Override
        public void settle(Spending used) {
            settled.incrementAndGet();
        }
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (Exception e) {
            // Neither an interrupt nor a broken barrier can happen here; either is a bug of the test.
            throw new IllegalStateException(e);
        }
    }

    private static List<Object> script(Random random) {
        List<Object> script = new ArrayList<>(List.of(new TokenStream.Started(7, 0)));
        for (int i = random.nextInt(20); i > 0; i--) {
            script.add(new TokenStream.TextDelta("x"));
        }
        script.add(
                switch (random.nextInt(4)) {
                    case 0 -> new StoaException(ErrorKind.INTERNAL, "broken");
                    case 1 -> new IllegalArgumentException("a bug below");
                    case 2 -> new TokenStream.Finished(StopReason.REFUSAL, null, TokenUsage.NONE);
                    default -> new TokenStream.Finished(StopReason.END_TURN, null, TokenUsage.NONE);
                });
        return script;
    }

    private static void readToTheEnd(SettledStream stream) throws InterruptedException {
        try {
            while (!(stream.next(Duration.ZERO) instanceof TokenStream.Finished)) {
                Thread.onSpinWait();
            }
        } catch (StoaException | IllegalStateException | IllegalArgumentException e) {
            assertThat(e).hasMessageMatching("stopping|broken|a bug below|the stream has ended");
        }
    }

    @Test
    void aFinishedRequestIsRecordedWithItsModelAndTimes() throws InterruptedException {
        RecordedUsage usage = new RecordedUsage();
        Settlement settlement = settlement(usage);
        settlement.named("tiny:q4");
        TokenUsage tokens = new TokenUsage(7, 2, 3);
        SettledStream stream = new SettledStream(
                new ScriptedStream(List.of(
                        new TokenStream.Started(7, 2),
                        new TokenStream.TextDelta("hi"),
                        new TokenStream.Finished(StopReason.MAX_TOKENS, null, tokens))),
                settlement.part(0),
                Duration.ofMinutes(1),
                () -> {});
        readToTheEnd(stream);
        UsageEvent event = usage.events().getFirst();
        assertThat(event.outcome()).isEqualTo(Outcome.COMPLETED);
        assertThat(event.stopReason()).isEqualTo(StopReason.MAX_TOKENS);
        assertThat(event.model()).isEqualTo("tiny:q4");
        assertThat(event.tokens()).isEqualTo(tokens);
        assertThat(event.accepted()).isNotNull();
        assertThat(event.firstToken()).isNotNull().isLessThanOrEqualTo(event.total());
    }

    @Test
    void aRequestThatTakesTooLongExpires() {
        RecordedUsage usage = new RecordedUsage();
        Settlement settlement = settlement(usage);
        ScriptedStream inner = new ScriptedStream(List.of(new TokenStream.Started(7, 0)));
        SettledStream stream = new SettledStream(inner, settlement.part(0), Duration.ZERO, () -> {});
        assertThat(catchThrowableOfType(StoaException.class, () -> stream.next(Duration.ofSeconds(1)))
                        .kind())
                .isEqualTo(ErrorKind.TIMEOUT);
        assertThat(usage.events().getFirst().outcome()).isEqualTo(Outcome.EXPIRED);
        assertThat(inner.closed()).isTrue();
    }

    /** Of a request of one part. */
    static Settlement settlement(RecordedUsage usage) {
        return new Settlement(
                CALLER, List.of(request()), usage.recorder(), _ -> Prices.NONE, Instant.EPOCH, System::nanoTime);
    }

    private static GenerationRequest request() {
        return GenerationRequest.builder(
                        "req_test",
                        "tiny",
                        new Prompt.Conversation(List.of(Message.text(Message.Role.USER, "hi"))),
                        10,
                        Sampling.GREEDY,
                        "anthropic")
                .build();
    }
}
