package dev.stoa.inference.routing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stoa.inference.routing.Alias.Canary;
import dev.stoa.inference.routing.Alias.Rollback;
import dev.stoa.inference.routing.Alias.Sticky;
import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RolloutsTest {
    private static final Canary CANARY = new Canary("new", 10, Sticky.KEY, new Rollback(20, 0.1, 2), null);

    private final Rollouts rollouts = new Rollouts();

    private void seen(String version, int count, boolean failed, int millis) {
        for (int i = 0; i < count; i++) {
            rollouts.record(version, failed, failed ? null : Duration.ofMillis(millis));
        }
    }

    @Test
    void judgesNothingOnTooFewRequests() {
        seen("base", 100, false, 100);
        seen("new", 19, true, 0);
        assertThat(rollouts.verdict("base", CANARY)).isEmpty();
        seen("new", 1, true, 0);
        assertThat(rollouts.verdict("base", CANARY))
                .hasValueSatisfying(why -> assertThat(why).contains("100 % of its last 20 requests failed"));
    }

    @Test
    void judgesByAllServersTogether() {
        seen("base", 60, false, 100);
        seen("new", 12, true, 0);
        assertThat(rollouts.verdict("base", CANARY)).isEmpty();
        rollouts.others(Map.of("new", Collections.nCopies(8, new Rollouts.Seen(true, null))));
        assertThat(rollouts.verdict("base", CANARY))
                .hasValueSatisfying(why -> assertThat(why).contains("its last 20 requests failed"));
        rollouts.forget("new");
        assertThat(rollouts.verdict("base", CANARY)).isEmpty();
    }

    @Test
    void comparesFailuresWithTheBases() {
        seen("base", 80, false, 100);
        seen("base", 20, true, 0);
        seen("new", 70, false, 100);
        seen("new", 28, true, 0);
        assertThat(rollouts.verdict("base", CANARY)).isEmpty();
        seen("new", 5, true, 0);
        assertThat(rollouts.verdict("base", CANARY)).isPresent();
    }

    @Test
    void comparesTheTimeToTheFirstToken() {
        seen("base", 30, false, 100);
        seen("new", 30, false, 199);
        assertThat(rollouts.verdict("base", CANARY)).isEmpty();
        rollouts.forget("new");
        seen("new", 30, false, 201);
        assertThat(rollouts.verdict("base", CANARY))
                .hasValueSatisfying(why -> assertThat(why).contains("201 ms"));
    }

    @Test
    void looksBackOnTheLastOnesOnly() {
        seen("base", 50, false, 100);
        seen("new", 100, true, 0);
        seen("new", Rollouts.WINDOW, false, 100);
        assertThat(rollouts.verdict("base", CANARY)).isEmpty();
    }
}
