package dev.stoa.engine.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stoa.engine.Generation.Chunk;
import dev.stoa.engine.Generation.Finish;
import dev.stoa.engine.Generation.Timing;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class GenerationStreamTest {
    private static final Chunk CHUNK = new Chunk(List.of(1), "a", List.of());

    @Test
    void aFullStreamIsKnownAndItsReaderWakesTheEngine() throws InterruptedException {
        AtomicInteger wakes = new AtomicInteger();
        GenerationStream stream = new GenerationStream(new int[] {7, 8, 9}, wakes::incrementAndGet);
        for (int i = 1; i <= GenerationStream.CHUNKS_MAX; i++) {
            assertThat(stream.full()).isFalse();
            stream.put(CHUNK);
        }
        assertThat(stream.full()).isTrue();
        assertThat(stream.next(Duration.ZERO)).isEqualTo(CHUNK);
        assertThat(stream.full()).isFalse();
        assertThat(wakes).hasValue(1);
    }

    @Test
    void theEndIsSeenAfterTheLastPiece() throws InterruptedException {
        GenerationStream stream = new GenerationStream(new int[] {7, 8, 9}, () -> {});
        assertThat(stream.next(Duration.ofMillis(1))).isNull();
        stream.token(1);
        stream.put(CHUNK);
        stream.token(2);
        stream.end(Finish.STOP_SEQUENCE, "b", new Timing(Duration.ZERO, Duration.ZERO, Duration.ofMillis(1)));
        assertThat(stream.finish()).isNull();
        assertThat(stream.next(Duration.ZERO)).isEqualTo(CHUNK);
        assertThat(stream.finish()).isEqualTo(Finish.STOP_SEQUENCE);
        assertThat(stream.stopSequence()).isEqualTo("b");
        assertThat(stream.usage().outputTokens()).isEqualTo(2);
        assertThat(stream.tokens()).containsExactly(7, 8, 9, 1, 2);
        assertThat(stream.next(Duration.ofDays(1))).isNull();
    }
}
