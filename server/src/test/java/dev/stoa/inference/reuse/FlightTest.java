package dev.stoa.inference.reuse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stoa.inference.Reuse;
import dev.stoa.inference.StopReason;
import dev.stoa.inference.TokenStream;
import dev.stoa.inference.TokenUsage;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class FlightTest {
    private static final Duration LONG = Duration.ofSeconds(10);

    /** A run that says what it is told, a token each. */
    private static final class Run implements TokenStream {
        private final BlockingQueue<Object> said = new LinkedBlockingQueue<>();
        private volatile int tokens;
        private volatile boolean closed;

        void say(Event event) {
            said.add(event);
        }

        void fail(Throwable cause) {
            said.add(cause);
        }

        @Override
        public @Nullable Event next(Duration timeout) throws InterruptedException {
            if (closed) {
                throw new IllegalStateException("the stream has ended");
            }
            Object next = said.poll(20, TimeUnit.MILLISECONDS);
            if (next instanceof RuntimeException cause) {
                throw cause;
            }
            if (next instanceof Error cause) {
                throw cause;
            }
            if (next instanceof TextDelta) {
                tokens++;
            }
            return (Event) next;
        }

        @Override
        public TokenUsage usage() {
            return new TokenUsage(7, 2, tokens);
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    private final Flight flight = new Flight();
    private final Run run = new Run();

    private TokenStream join() {
        TokenStream follower = flight.join();
        if (follower == null) {
            throw new AssertionError("the flight is over");
        }
        return follower;
    }

    private Thread fly() {
        flight.begins(run);
        return Thread.ofVirtual().start(() -> {
            try {
                flight.carry(run);
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private static String rest(TokenStream stream) throws InterruptedException {
        StringBuilder text = new StringBuilder();
        while (true) {
            switch (stream.next(LONG)) {
                case TokenStream.TextDelta(String more) -> text.append(more);
                case TokenStream.Finished _ -> {
                    return text.toString();
                }
                case null -> throw new AssertionError("nothing more within " + LONG);
                default -> {}
            }
        }
    }

    private void end(int tokens) {
        run.say(new TokenStream.Finished(StopReason.END_TURN, null, new TokenUsage(7, 2, tokens)));
    }

    @Test
    void whoComesLateReadsFromTheBeginningAndOneWhoLeavesHarmsNobody() throws Exception {
        TokenStream first = join();
        fly();
        run.say(new TokenStream.Started(7, 2));
        run.say(new TokenStream.TextDelta("one "));
        assertThat(first.next(LONG)).isEqualTo(new TokenStream.Started(7, 2));
        assertThat(first.next(LONG)).isEqualTo(new TokenStream.TextDelta("one "));
        TokenStream second = join();
        first.close();
        run.say(new TokenStream.TextDelta("two"));
        end(2);
        assertThat(rest(second)).isEqualTo("one two");
        assertThat(first.reuse()).isEqualTo(Reuse.MISS);
        assertThat(second.reuse()).isEqualTo(Reuse.SHARED);
        assertThat(first.charged()).isEqualTo(new TokenUsage(7, 2, 1));
        assertThat(second.charged()).isEqualTo(new TokenUsage(0, 0, 1));
        assertThat(second.usage()).isEqualTo(new TokenUsage(7, 2, 2));
        assertThat(flight.join()).as("it is over").isNull();
        assertThat(flight.answer()).hasSize(4);
    }

    @Test
    void whenTheLastLeavesTheRunIsCancelled() throws Exception {
        TokenStream first = join();
        TokenStream second = join();
        Thread flying = fly();
        first.close();
        assertThat(run.closed).isFalse();
        second.close();
        flying.join();
        assertThat(run.closed).isTrue();
        assertThat(flight.join()).isNull();
        assertThat(flight.answer()).isNull();
    }

    @Test
    void aFaultIsEverybodys() throws Exception {
        TokenStream first = join();
        TokenStream second = join();
        fly();
        run.say(new TokenStream.Started(7, 2));
        run.fail(new StoaException(ErrorKind.OVERLOADED, "full"));
        for (TokenStream each : List.of(first, second)) {
            assertThat(each.next(LONG)).isInstanceOf(TokenStream.Started.class);
            assertThatThrownBy(() -> each.next(LONG)).hasMessage("full");
            each.close();
        }
        assertThat(first.charged()).isEqualTo(new TokenUsage(7, 2, 0));
        assertThat(second.charged()).isEqualTo(TokenUsage.NONE);
    }

    @Test
    void soIsAnError() throws Exception {
        TokenStream follower = join();
        Thread flying = fly();
        run.fail(new StackOverflowError());
        assertThatThrownBy(() -> follower.next(LONG))
                .isInstanceOf(StoaException.class)
                .hasCauseInstanceOf(StackOverflowError.class);
        flying.join();
        assertThat(run.closed).isTrue();
        assertThat(flight.join()).isNull();
    }

    /** Whoever comes and leaves, and when: what they pay is what the run has used. */
    @RepeatedTest(50)
    void itIsPaidForOnce() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<TokenStream> all = new ArrayList<>(List.of(join()));
        List<TokenStream> here = new ArrayList<>(all);
        Thread flying = fly();
        run.say(new TokenStream.Started(7, 2));
        int tokens = 1 + random.nextInt(20);
        for (int i = 0; i < tokens; i++) {
            run.say(new TokenStream.TextDelta("x"));
            if (random.nextBoolean()) {
                TokenStream next = join();
                all.add(next);
                here.add(next);
            }
            if (here.size() > 1 && random.nextInt(3) == 0) {
                here.remove(random.nextInt(here.size())).close();
            }
        }
        end(tokens);
        for (TokenStream each : here) {
            assertThat(rest(each)).as("seed %d", seed).hasSize(tokens);
        }
        flying.join();
        TokenUsage paid = all.stream().map(TokenStream::charged).reduce(TokenUsage.NONE, TokenUsage::plus);
        assertThat(paid).as("seed %d", seed).isEqualTo(new TokenUsage(7, 2, tokens));
    }
}
