package dev.stoa.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stoa.inference.ScriptedStream;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import dev.stoa.usage.RecordedUsage;
import java.time.Duration;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class RunningStreamsTest {
    private static final Duration LONG = Duration.ofMinutes(5);

    private final RunningStreams running = new RunningStreams();
    private final ScriptedStream inner = new ScriptedStream(List.of());

    @Test
    void aStopWaitsForARequestThatHasNoStreamYet() throws Exception {
        RunningStreams.Beginning request = running.begin();
        Thread stop = beginStop();
        SettledStream stream = stream();
        running.add(stream);
        request.close();
        awaitWaiting(stop);
        stream.drop();
        awaitEnd(stop);
    }

    @Test
    void aStopGoesOnWhenARequestComesToNothing() throws Exception {
        RunningStreams.Beginning request = running.begin();
        Thread stop = beginStop();
        request.close();
        awaitEnd(stop);
    }

    @Test
    void aStopEndsWhatComesAfterItsTime() throws Exception {
        RunningStreams.Beginning request = running.begin();
        Thread stop = beginStop();
        stop.interrupt();
        awaitEnd(stop);
        SettledStream stream = stream();
        running.add(stream);
        request.close();
        assertOverloaded(() -> stream.next(LONG));
    }

    @Test
    void aStopEndsWhatRunsWhenItsTimeIsUp() throws Exception {
        SettledStream stream = stream();
        running.add(stream);
        Thread stop = Thread.ofVirtual().start(() -> running.drain(Duration.ofMillis(1)));
        Awaitility.await().until(inner::closed);
        assertOverloaded(() -> stream.next(LONG));
        awaitEnd(stop);
    }

    @Test
    void nobodyBeginsDuringAStopAndEverybodyAfterTheNextStart() {
        running.drain(LONG);
        assertThat(running.draining()).isTrue();
        assertOverloaded(running::begin);
        running.open();
        running.begin().close();
    }

    /** It waits when this returns. */
    private Thread beginStop() {
        Thread stop = Thread.ofVirtual().start(() -> running.drain(LONG));
        awaitWaiting(stop);
        return stop;
    }

    private SettledStream stream() {
        Settlement settlement = SettledStreamTest.settlement(new RecordedUsage());
        SettledStream[] self = new SettledStream[1];
        self[0] = new SettledStream(inner, settlement.part(0), LONG, () -> running.remove(self[0]));
        return self[0];
    }

    private static void awaitWaiting(Thread thread) {
        Awaitility.await().until(thread::getState, Thread.State.TIMED_WAITING::equals);
    }

    private static void awaitEnd(Thread thread) throws InterruptedException {
        assertThat(thread.join(Duration.ofSeconds(30))).isTrue();
    }

    private static void assertOverloaded(ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        StoaException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.OVERLOADED));
    }
}
