package dev.stoa.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stoa.store.PullListener.Status;
import dev.stoa.store.PullPhase;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ProgressBarTest {
    private final StringWriter text = new StringWriter();
    private final AtomicLong nanos = new AtomicLong();

    private ProgressBar bar(boolean terminal) {
        return new ProgressBar(new PrintWriter(text), terminal, nanos::get);
    }

    @Test
    void drawsOneLineOverAndOver() {
        try (ProgressBar bar = bar(true)) {
            bar.onProgress(new Status(PullPhase.DOWNLOADING, 24_600_000, 98_400_000, 5_000_000));
        }
        assertThat(text.toString())
                .startsWith("\r\u001b[KDownloading  ██████░░░░░░░░░░░░░░░░░░")
                .contains("25 %  24.6 MB of 98.4 MB  5.00 MB/s  0:15 left")
                .doesNotContain("\n")
                .endsWith("\r\u001b[K");
    }

    @Test
    void staysInsideAnOrdinaryTerminal() {
        Status worst = new Status(PullPhase.DOWNLOADING, 999_900_000_000L, 999_999_000_000L, 11_000);
        assertThat(ProgressBar.line(worst, true)).hasSizeLessThanOrEqualTo(100);
    }

    @Test
    void inALogWritesAPlainLineEveryFewSeconds() {
        try (ProgressBar bar = bar(false)) {
            for (int second = 0; second <= 10; second++) {
                nanos.set(second * 1_000_000_000L);
                bar.onProgress(new Status(PullPhase.DOWNLOADING, second * 1_000_000L, 98_000_000, 1_000_000));
            }
            bar.onNotice("The hub is gone");
            bar.onProgress(new Status(PullPhase.VERIFYING, 0, 98_000_000, 0));
        }
        assertThat(text.toString().lines())
                .hasSize(5)
                .allSatisfy(line -> assertThat(line).doesNotContain("\r"))
                .contains("The hub is gone.");
    }

    @Test
    void anUnknownTotalHasNoPercent() {
        assertThat(ProgressBar.line(new Status(PullPhase.DOWNLOADING, 1_500_000, 0, 0), true))
                .isEqualTo("Downloading  1.50 MB");
    }
}
