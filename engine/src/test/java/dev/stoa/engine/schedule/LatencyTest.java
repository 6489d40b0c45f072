package dev.stoa.engine.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stoa.engine.Scheduling;
import dev.stoa.engine.schedule.Simulation.Client;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What readers and newcomers wait for, on the {@link Simulation}'s clock: a step takes 5 ms and 0.2 ms a row. */
class LatencyTest {
    private static final long MILLI = 1_000_000;
    private static final long TARGET = 15 * MILLI;

    private final Random random = new Random(3);

    private static Simulation simulation(long gatherNanos) {
        return new Simulation(
                512,
                new SchedulerLimits(8, 256, TARGET, gatherNanos, 1_000 * MILLI),
                new Arrivals.QueueLimits(100, 100_000, 8),
                rows -> 0);
    }

    private Client submit(Simulation simulation, int prompt, int tokens) {
        return Objects.requireNonNull(
                simulation.submit(Simulation.prompt(random, prompt), tokens, Scheduling.DEFAULT), "the queue is full");
    }

    @Test
    void promptsAreCutSoThatReadersKeepTheirPace() {
        Simulation simulation = simulation(0);
        Client reader = submit(simulation, 20, 400);
        long longest = 0;
        int whole = 0;
        for (int i = 0; i < 200; i++) {
            if (i % 15 == 14) {
                submit(simulation, 400, 1);
            }
            boolean reading = reader.stream.tokens().length > 22;
            long before = simulation.now();
            simulation.step(MILLI);
            simulation.read();
            long took = simulation.now() - before;
            if (reading) {
                longest = Math.max(longest, took);
                whole += took > 13 * MILLI ? 1 : 0;
            }
            if (reader.stream.ended()) {
                reader = submit(simulation, 20, 400);
            }
        }
        assertThat(longest).as("a step of the whole prompt would take 85 ms").isLessThan(16 * MILLI);
        assertThat(whole).as("the room that the target leaves is used").isGreaterThan(10);
    }

    @Test
    void aShortPromptIsNotHeldUpByALongOne() {
        Simulation simulation = simulation(0);
        submit(simulation, 500, 1);
        submit(simulation, 500, 1);
        Client shortOne = submit(simulation, 20, 1);
        simulation.step(MILLI);
        simulation.read();
        assertThat(shortOne.stream.ended()).isTrue();
    }

    @Test
    void promptsGetOnWhereThoseThatGenerateFillTheStep() {
        for (int rows = 1; rows <= 4; rows++) {
            Simulation simulation = new Simulation(
                    512,
                    new SchedulerLimits(8, rows, TARGET, 0, 1_000 * MILLI),
                    new Arrivals.QueueLimits(100, 100_000, 8),
                    _ -> 0);
            List<Client> readers =
                    Stream.generate(() -> submitLong(simulation)).limit(4).toList();
            step(simulation, 20);
            int[] before = readers.stream().mapToInt(LatencyTest::generated).toArray();
            Client prompt = submit(simulation, 24, 1);
            // It has half of the rows, and its last one by turns as the readers have.
            int steps = 2 * 24 / rows + 2 * readers.size();
            while (!prompt.stream.ended() && steps > 0) {
                step(simulation, 1);
                steps--;
            }
            assertThat(prompt.stream.ended()).as("%d rows", rows).isTrue();
            for (int i = 0; i < before.length; i++) {
                assertThat(generated(readers.get(i)) - before[i])
                        .as("reader %d beside %d rows", i, rows)
                        .isBetween(4, 9);
            }
            simulation.finish(MILLI);
        }
    }

    /** One whose answer is no shorter than it may be. */
    private Client submitLong(Simulation simulation) {
        int[] prompt = Simulation.prompt(random, 1);
        while (HashModel.answer(prompt, 40).size() < 40) {
            prompt = Simulation.prompt(random, 2);
        }
        return Objects.requireNonNull(simulation.submit(prompt, 40, Scheduling.DEFAULT), "the queue is full");
    }

    private static int generated(Client client) {
        return client.stream.usage().outputTokens();
    }

    private static void step(Simulation simulation, int steps) {
        for (int i = 0; i < steps; i++) {
            simulation.step(MILLI);
            simulation.read();
        }
    }

    @Test
    void anIdleEngineWaitsForCompanyOnlyIfTold() {
        Simulation simulation = simulation(4 * MILLI);
        submit(simulation, 10, 1);
        long start = simulation.now();
        assertThat(simulation.step(MILLI)).isFalse();
        assertThat(simulation.scheduler.wakeNanos()).isEqualTo(start + 4 * MILLI);
        submit(simulation, 10, 1);
        while (!simulation.step(MILLI)) {
            simulation.read();
        }
        simulation.read();
        assertThat(simulation.open()).as("both were computed in one step").isEmpty();
        Simulation prompt = simulation(0);
        submit(prompt, 10, 1);
        assertThat(prompt.step(MILLI)).isTrue();
    }
}
