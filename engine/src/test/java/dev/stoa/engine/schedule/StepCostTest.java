package dev.stoa.engine.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class StepCostTest {
    private static final long FIXED = 5_000_000;
    private static final long ROW = 200_000;

    private final StepCost cost = new StepCost();

    @Test
    void nothingIsKnownAtFirst() {
        assertThat(cost.rowsWithin(1)).isEqualTo(Integer.MAX_VALUE);
    }

    @Test
    void theLineIsLearnedAndFollowed() {
        Random random = new Random(1);
        for (int i = 0; i < 100; i++) {
            int rows = 1 + random.nextInt(60);
            cost.add(rows, FIXED + rows * ROW);
        }
        assertThat(cost.rowsWithin(25_000_000)).isBetween(99, 101);
        assertThat(cost.rowsWithin(FIXED)).isZero();
        for (int i = 0; i < 300; i++) {
            int rows = 1 + random.nextInt(60);
            cost.add(rows, FIXED + 2 * rows * ROW);
        }
        assertThat(cost.rowsWithin(25_000_000)).isBetween(48, 52);
    }

    @Test
    void stepsOfOneSizeGiveACautiousGuess() {
        for (int i = 0; i < 10; i++) {
            cost.add(4, 8_000_000);
        }
        assertThat(cost.rowsWithin(40_000_000)).isEqualTo(20);
    }
}
