package dev.stoa.engine.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stoa.engine.EngineMetrics;
import dev.stoa.engine.Generation.Finish;
import dev.stoa.engine.Priority;
import dev.stoa.engine.Scheduling;
import dev.stoa.engine.schedule.Simulation.Client;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A million steps with faults: {@code -Dstoa.test.seed} repeats a run. */
class SimulationTest {
    private static final int STEPS = 1_000_000;
    private static final int VALIDATE_EVERY = 500;
    private static final long MILLI = 1_000_000;
    /** Held, so that its level stays set. */
    private static final Logger LOG = Logger.getLogger(Scheduler.class.getPackageName());

    private final long seed = Long.getLong("stoa.test.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private boolean failStep;

    @BeforeAll
    static void silence() {
        LOG.setLevel(Level.OFF);
    }

    @AfterAll
    static void speak() {
        LOG.setLevel(null);
    }

    @Test
    void aMillionStepsWithFaultsLoseNothing() {
        Simulation simulation = simulation(40);
        run(simulation, STEPS);
        EngineMetrics metrics = simulation.counters.snapshot();
        System.out.println("simulation: " + metrics);
        assertThat(simulation.outcomes)
                .as("every way to end happens; seed %d", seed)
                .containsKeys(
                        Finish.END_OF_TURN,
                        Finish.MAX_TOKENS,
                        Finish.CONTEXT_FULL,
                        Finish.CANCELLED,
                        Finish.EXPIRED,
                        Finish.FAILED);
        simulation.outcomes.forEach(
                (finish, count) -> assertThat(metrics.outcomes()).containsEntry(finish, (long) count));
        assertThat(metrics.acceptedTokens()).isPositive().isLessThan(metrics.draftedTokens());
        assertThat(metrics.stepsBySize().stream().mapToLong(Long::longValue).sum())
                .isEqualTo(metrics.steps());
        assertThat(metrics.stepTokens())
                .as("all that was new, and what preempted requests computed again; seed %d", seed)
                .isGreaterThan(metrics.promptTokens() - metrics.cachedTokens());
        assertThat(metrics.preemptions()).isPositive();
        assertThat(metrics.cachedTokens()).isPositive();
        assertThat(simulation.refused).isPositive();
    }

    @Test
    void stepsThatHoldFewerRowsThanRequestsRunLoseNothing() {
        for (int rows = 1; rows < 12; rows += 5) {
            run(simulation(rows), STEPS / 20);
        }
    }

    private Simulation simulation(int maxRows) {
        System.out.println("simulation: -Dstoa.test.seed=" + seed);
        return new Simulation(
                72,
                new SchedulerLimits(12, maxRows, 12 * MILLI, 2 * MILLI, 400 * MILLI, 4),
                new Arrivals.QueueLimits(40, 4_000, 12),
                rows -> failStep ? 1 : 0);
    }

    private void run(Simulation simulation, int stepsWanted) {
        List<int[]> beginnings = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            beginnings.add(Simulation.prompt(random, random.nextInt(150)));
        }
        int steps = 0;
        int phase = 0;
        while (steps < stepsWanted) {
            if (random.nextInt(2_000) == 0) {
                phase = random.nextInt(3);
            }
            if (random.nextInt(100) < new int[] {1, 6, 30}[phase]) {
                submit(simulation, beginnings);
            }
            disturb(simulation);
            failStep = random.nextInt(3_000) == 0;
            if (simulation.step(20 * MILLI)) {
                steps++;
            }
            simulation.read();
            if (steps % VALIDATE_EVERY == 0) {
                simulation.validate();
            }
        }
        failStep = false;
        simulation.finish(MILLI);
    }

    private void submit(Simulation simulation, List<int[]> beginnings) {
        if (random.nextInt(10) == 0 && !simulation.open().isEmpty()) {
            simulation.takeUp(any(simulation));
            return;
        }
        int[] beginning = beginnings.get(random.nextInt(beginnings.size()));
        if (random.nextInt(5) == 0 && !simulation.open().isEmpty()) {
            // Goes on from where another one is: a fork.
            beginning = any(simulation).stream.tokens();
        }
        int[] more = Simulation.prompt(random, random.nextInt(30) + (beginning.length == 0 ? 1 : 0));
        int[] prompt = Arrays.copyOf(beginning, Math.min(Simulation.CONTEXT - 1, beginning.length + more.length));
        System.arraycopy(
                more,
                0,
                prompt,
                Math.min(beginning.length, prompt.length),
                Math.max(0, prompt.length - beginning.length));
        int maxTokens = random.nextInt(20) == 0 ? 600 : 1 + random.nextInt(40);
        Optional<Duration> limit =
                random.nextInt(10) == 0 ? Optional.of(Duration.ofMillis(1 + random.nextInt(2_000))) : Optional.empty();
        Scheduling scheduling =
                new Scheduling(Priority.values()[random.nextInt(3)], "tenant " + random.nextInt(4), limit);
        simulation.submit(prompt, maxTokens, scheduling, random.nextInt(10) == 0 ? 1 + random.nextInt(5) : 1);
    }

    private Client any(Simulation simulation) {
        return simulation.open().get(random.nextInt(simulation.open().size()));
    }

    private void disturb(Simulation simulation) {
        if (simulation.open().isEmpty()) {
            return;
        }
        if (random.nextInt(200) == 0) {
            any(simulation).stream.cancel();
        }
        if (random.nextInt(100) == 0) {
            any(simulation).reading = false;
        }
        if (random.nextInt(60) == 0) {
            any(simulation).reading = true;
        }
        if (random.nextInt(5_000) == 0) {
            simulation.model.poison(0);
        }
    }
}
