package dev.stoa.admission;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.UUID;
import org.junit.jupiter.api.Test;

class OutputEstimatesTest {
    @Test
    void learnsHowLongAnswersAre() {
        OutputEstimates estimates = new OutputEstimates();
        UUID key = UUID.randomUUID();
        assertThat(estimates.of(key, "tiny", 500)).isEqualTo(500);
        for (int i = 0; i < 50; i++) {
            estimates.learn(key, "tiny", 20);
        }
        assertThat(estimates.of(key, "tiny", 500)).isBetween(20L, 30L);
        assertThat(estimates.of(key, "tiny", 5)).isEqualTo(5);
        assertThat(estimates.of(key, "other", 500)).isEqualTo(500);
    }
}
