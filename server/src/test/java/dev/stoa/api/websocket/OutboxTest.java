package dev.stoa.api.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a client hears that leaves its window closed, or cancels late. */
class OutboxTest {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final AtomicLong nanos = new AtomicLong();

    private Outbox outbox(int most, Duration patience) {
        return new Outbox(most, patience, 1, nanos::get, () -> {});
    }

    private static void put(Outbox outbox, String... events) throws IOException {
        for (String event : events) {
            outbox.put(new Outbox.Message(event, true));
        }
    }

    private static @Nullable String next(Outbox outbox) {
        Outbox.Message next = outbox.poll();
        return next == null ? null : next.text();
    }

    @Test
    void anAnswerThatNobodyAsksMoreOfIsCancelledThoughItsModelHasFinished() throws IOException {
        Outbox outbox = outbox(16, PATIENCE);
        put(outbox, "one", "two", "three");
        outbox.end("end", "cancelled");
        assertThat(next(outbox)).isEqualTo("one");
        nanos.addAndGet(PATIENCE.toNanos());
        assertThat(next(outbox)).as("it begins to wait").isNull();
        nanos.addAndGet(PATIENCE.toNanos() - 1);
        assertThat(next(outbox)).as("not yet").isNull();
        outbox.widen(1);
        assertThat(next(outbox)).isEqualTo("two");
        assertThat(next(outbox)).as("it begins anew").isNull();
        nanos.addAndGet(PATIENCE.toNanos());
        assertThat(next(outbox)).isEqualTo("cancelled");
        assertThat(next(outbox)).isNull();
    }

    @Test
    void aLateCancelIsToldAsOneIfItCutsTheAnswer() throws IOException {
        Outbox cut = outbox(16, PATIENCE);
        put(cut, "one");
        cut.end("end", "cancelled");
        cut.close();
        assertThat(next(cut)).isEqualTo("cancelled");
        assertThat(next(cut)).isNull();

        Outbox whole = outbox(16, PATIENCE);
        put(whole, "one");
        whole.end("end", "cancelled");
        assertThat(next(whole)).isEqualTo("one");
        whole.close();
        assertThat(next(whole)).isEqualTo("end");
    }

    @Test
    void whatFindsNoRoomDropsWhatWaitsBeforeTheLastWord() throws IOException {
        Outbox outbox = outbox(1, Duration.ofNanos(1));
        put(outbox, "one");
        assertThatThrownBy(() -> put(outbox, "two")).isInstanceOf(IOException.class);
        outbox.end("end", "cancelled");
        assertThat(next(outbox)).isEqualTo("cancelled");
    }
}
