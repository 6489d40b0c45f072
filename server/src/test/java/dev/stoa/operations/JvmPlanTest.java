package dev.stoa.operations;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The memory of the JVM over small and large models and machines. */
class JvmPlanTest {
    private static final long MIB = 1L << 20;
    private static final long GIB = 1L << 30;

    @Test
    void addsWeightsBudgetAndService() {
        JvmPlan plan = JvmPlan.of(100 * MIB, 0, 512, 24 * GIB);
        assertThat(plan.kvCacheBytes()).isEqualTo(GIB);
        assertThat(plan.heapBytes()).isEqualTo(130 * MIB + 512 * MIB + GIB);
        assertThat(plan.fits()).isTrue();
    }

    @Test
    void givesUpBudgetBeforeTheModel() {
        JvmPlan plan = JvmPlan.of(100 * MIB, 0, 512, 1536 * MIB);
        assertThat(plan.heapBytes()).isEqualTo(1152 * MIB);
        assertThat(plan.kvCacheBytes()).isEqualTo((1152 - 642) * MIB);
        assertThat(plan.fits()).isTrue();
    }

    @Test
    void saysWhenTheMachineIsTooSmall() {
        JvmPlan plan = JvmPlan.of(8 * GIB, 0, 512, 8 * GIB);
        assertThat(plan.kvCacheBytes()).isEqualTo(JvmPlan.KV_BYTES_MIN);
        assertThat(plan.heapBytes()).isEqualTo(6 * GIB);
        assertThat(plan.fits()).isFalse();
    }

    @Test
    void keepsABudgetThatIsSet() {
        assertThat(JvmPlan.of(100 * MIB, 4 * GIB, 512, 24 * GIB).kvCacheBytes()).isEqualTo(4 * GIB);
    }

    @Test
    void growsWithTheRequestsThatMayBeOnTheirWay() {
        long usual = JvmPlan.of(100 * MIB, 0, 512, 24 * GIB).heapBytes();
        assertThat(JvmPlan.of(100 * MIB, 0, 1, 24 * GIB).heapBytes()).isEqualTo(usual);
        assertThat(JvmPlan.of(100 * MIB, 0, 512 + 1024, 24 * GIB).heapBytes()).isEqualTo(usual + 200 * MIB);
    }

    @Test
    void givesUpBudgetForTheRequests() {
        JvmPlan plan = JvmPlan.of(100 * MIB, 0, 512 + 2 * 1024, 2 * GIB);
        assertThat(plan.kvCacheBytes()).isEqualTo((1536 - 642 - 400) * MIB);
        assertThat(plan.fits()).isTrue();
    }

    @Test
    void namesTheHeapInTheOptions() {
        assertThat(JvmPlan.of(100 * MIB, 0, 512, 24 * GIB).options(2))
                .contains("-XX:+UseG1GC", "-Xmx1666m", "-Xms256m");
        assertThat(JvmPlan.of(100 * MIB, 0, 512, 24 * GIB).options(1)).contains("-XX:+UseSerialGC");
    }
}
