package dev.stoa.admission;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The window against a list of all that was admitted. */
class SlidingWindowTest {
    private static final long LIMIT = 100;

    private record Admitted(long at, long amount) {}

    @Test
    void neverMoreThanTheLimitWithinAnySixtySeconds() throws IOException {
        for (long seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            SlidingWindow window = new SlidingWindow();
            List<Admitted> admitted = new ArrayList<>();
            long now = 1_795_000_000_000L + random.nextInt(1000);
            for (int i = 0; i < 600; i++) {
                now += random.nextInt(random.nextInt(10) == 0 ? 70_000 : 900);
                long amount = 1 + random.nextInt(20);
                if (window.sum(now) + amount <= LIMIT) {
                    window.add(now, amount);
                    admitted.add(new Admitted(now, amount));
                } else {
                    long wait = window.millisUntil(now, amount, LIMIT);
                    assertThat(wait).as("seed %d", seed).isPositive();
                    assertThat(copy(window).sum(now + wait) + amount)
                            .as("seed %d: may begin when it was told to", seed)
                            .isLessThanOrEqualTo(LIMIT);
                    assertThat(copy(window).sum(now + wait - 1) + amount)
                            .as("seed %d: and not before", seed)
                            .isGreaterThan(LIMIT);
                }
                window = copy(window);
            }
            for (Admitted last : admitted) {
                long within = admitted.stream()
                        .filter(each -> each.at() > last.at() - 60_000 && each.at() <= last.at())
                        .mapToLong(Admitted::amount)
                        .sum();
                assertThat(within).as("seed %d", seed).isLessThanOrEqualTo(LIMIT);
            }
        }
    }

    private static SlidingWindow copy(SlidingWindow window) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        window.write(new DataOutputStream(bytes));
        return SlidingWindow.read(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
    }

    @Test
    void correctsWhatWasReserved() {
        SlidingWindow window = new SlidingWindow();
        window.add(1_000_000, 50);
        window.add(1_005_000, 10);
        window.correct(1_006_000, 1_000_000, -30);
        assertThat(window.sum(1_006_000)).isEqualTo(30);
        window.correct(1_006_000, 1_005_000, 5);
        assertThat(window.sum(1_006_000)).isEqualTo(35);
        // What was reserved longer ago than a minute counts no more: nothing is left to take back.
        window.correct(1_090_000, 1_000_000, -20);
        assertThat(window.sum(1_090_000)).isZero();
        assertThat(window.millisUntilEmpty(1_090_000)).isZero();
    }

    @Test
    void aClockThatGoesBackIsNotFollowed() {
        SlidingWindow window = new SlidingWindow();
        window.add(2_000_000, 7);
        assertThat(window.sum(1_000_000)).isEqualTo(7);
        window.add(1_000_000, 1);
        assertThat(window.sum(2_000_000)).isEqualTo(8);
    }
}
