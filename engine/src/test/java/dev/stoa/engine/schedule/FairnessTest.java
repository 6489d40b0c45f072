package dev.stoa.engine.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stoa.engine.Generation.Finish;
import dev.stoa.engine.Priority;
import dev.stoa.engine.Scheduling;
import dev.stoa.engine.schedule.Simulation.Client;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Who is served under overload, on the {@link Simulation}'s clock. {@code -Dstoa.test.seed} repeats a run. */
class FairnessTest {
    private static final long MILLI = 1_000_000;
    private static final long SECOND = 1_000 * MILLI;
    private static final int TENANTS = 4;
    private static final int PROMPT = 24;
    private static final int OUTPUT = 24;
    private static final long AGING = SECOND;

    private final long seed = Long.getLong("stoa.test.seed", System.nanoTime());
    private final Random random = new Random(seed);
    /** Work of the requests that ended well, by tenant: a prompt token counts one, a generated one two. */
    private final double[] served = new double[TENANTS];

    private final double[] asked = new double[TENANTS];

    private static Simulation simulation() {
        return simulation(256, AGING);
    }

    private static Simulation simulation(int blocks, long agingNanos) {
        return new Simulation(
                blocks,
                new SchedulerLimits(8, 64, 50 * MILLI, 0, agingNanos),
                new Arrivals.QueueLimits(64, 100_000, 8),
                rows -> 0);
    }

    private static Scheduling of(int tenant) {
        return Scheduling.DEFAULT.withTenant("tenant " + tenant);
    }

    @Test
    void tenantsThatAllWantMoreGetTheSameWhateverTheyAsk() {
        Simulation simulation = simulation();
        int[] wanted = {40, 40, 4, 4};
        List<List<Client>> clients = new ArrayList<>();
        for (int tenant = 0; tenant < TENANTS; tenant++) {
            clients.add(new ArrayList<>());
        }
        long end = simulation.now() + 600 * SECOND;
        while (simulation.now() < end) {
            for (int tenant = 0; tenant < TENANTS; tenant++) {
                while (clients.get(tenant).size() < wanted[tenant] && submit(simulation, tenant, clients.get(tenant))) {
                    // Keeps so many requests open.
                }
            }
            step(simulation, clients);
        }
        double jain = jain(served, new double[] {1, 1, 1, 1});
        System.out.println("fairness, all backlogged 10:10:1:1: served " + Arrays.toString(served) + ", Jain " + jain);
        assertThat(jain).as("seed %d", seed).isGreaterThan(0.99);
    }

    @Test
    void underOverloadEachGetsItsFairShareOfWhatItAsksFor() {
        double capacity = capacity();
        double[] weights = {10, 1, 1, 1};
        Simulation simulation = simulation();
        List<List<Client>> clients = new ArrayList<>();
        double[] next = new double[TENANTS];
        double[] gap = new double[TENANTS];
        for (int tenant = 0; tenant < TENANTS; tenant++) {
            clients.add(new ArrayList<>());
            gap[tenant] = SECOND / (1.2 * capacity * weights[tenant] / 13);
            next[tenant] = simulation.now();
        }
        long start = simulation.now();
        long end = start + 600 * SECOND;
        while (simulation.now() < end) {
            for (int tenant = 0; tenant < TENANTS; tenant++) {
                while (next[tenant] <= simulation.now()) {
                    submit(simulation, tenant, clients.get(tenant));
                    next[tenant] -= gap[tenant] * Math.log(1 - random.nextDouble());
                }
            }
            step(simulation, clients);
        }
        double[] fair = maxMin(asked, Arrays.stream(served).sum());
        double jain = jain(served, fair);
        System.out.println("fairness, 1.2x overload 10:1:1:1: asked " + Arrays.toString(asked) + ", served "
                + Arrays.toString(served) + ", max-min " + Arrays.toString(fair) + ", Jain " + jain);
        assertThat(jain).as("seed %d", seed).isGreaterThan(0.99);
        for (int tenant = 1; tenant < TENANTS; tenant++) {
            assertThat(served[tenant] / asked[tenant])
                    .as("tenant %d, seed %d", tenant, seed)
                    .isGreaterThan(0.95);
        }
    }

    @Test
    void theLowestPriorityMovesUnderAnyLoad() {
        Simulation simulation = simulation();
        List<Client> interactive = new ArrayList<>();
        List<Client> batch = new ArrayList<>();
        int ended = 0;
        long end = simulation.now() + 300 * SECOND;
        while (simulation.now() < end) {
            fill(simulation, interactive, Priority.INTERACTIVE, 20);
            fill(simulation, batch, Priority.BATCH, 10);
            simulation.step(MILLI);
            simulation.read();
            interactive.removeIf(client -> client.stream.finish() != null);
            int before = batch.size();
            batch.removeIf(client -> client.stream.finish() != null);
            ended += before - batch.size();
        }
        // Two priorities below: a turn in every two intervals; the answers take some time too.
        System.out.println("aging: " + ended + " of the lowest priority ended in 300 s");
        assertThat(ended).isBetween(300 / 3, 300 / 2 + 10);
    }

    @Test
    void whoWaitsByAgeForAPlaceDoesNotHoldBackTheMoreUrgent() {
        Simulation simulation = simulation(256, 100 * MILLI);
        List<Client> batch = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            batch.add(submitLong(simulation, PROMPT, 400, Priority.BATCH));
        }
        runFor(simulation, 300 * MILLI);
        assertThat(running(batch)).as("all places are taken").isEqualTo(8);
        Client urgent = submitLong(simulation, PROMPT, 2, Priority.INTERACTIVE);
        Client next = submitLong(simulation, PROMPT, 400, Priority.INTERACTIVE);
        step(simulation, 3);
        assertThat(urgent.stream.ended())
                .as("it took the place of a less important one")
                .isTrue();
        assertThat(next.work.state()).as("another took a second one").isEqualTo(Request.State.RUNNING);
        assertThat(running(batch))
                .as("the place that came free is the aged one's")
                .isEqualTo(7);
        assertThat(simulation.counters.snapshot().preemptions()).isEqualTo(2);
        submitLong(simulation, PROMPT, 400, Priority.INTERACTIVE);
        step(simulation, 3);
        assertThat(running(batch)).isEqualTo(6);
        simulation.finish(MILLI);
    }

    @Test
    void whoWaitsByAgeForBlocksDoesNotHoldBackTheMoreUrgent() {
        Simulation simulation = simulation(40, 100 * MILLI);
        submitLong(simulation, 200, 200, Priority.BATCH);
        step(simulation, 10);
        Client large = submitLong(simulation, 500, 2, Priority.BATCH);
        runFor(simulation, 300 * MILLI);
        assertThat(large.work.state()).as("it finds no blocks").isEqualTo(Request.State.QUEUED);
        Client urgent = submitLong(simulation, 16, 2, Priority.INTERACTIVE);
        step(simulation, 3);
        assertThat(urgent.stream.ended()).isTrue();
        simulation.finish(MILLI);
    }

    /** One whose answer is no shorter than it may be. */
    private Client submitLong(Simulation simulation, int prompt, int output, Priority priority) {
        int[] tokens = Simulation.prompt(random, prompt);
        while (HashModel.answer(tokens, output).size() < output) {
            tokens = Simulation.prompt(random, prompt);
        }
        return Objects.requireNonNull(
                simulation.submit(tokens, output, Scheduling.DEFAULT.withPriority(priority)), "the queue is full");
    }

    private static void runFor(Simulation simulation, long nanos) {
        long end = simulation.now() + nanos;
        while (simulation.now() < end) {
            step(simulation, 1);
        }
    }

    private static void step(Simulation simulation, int steps) {
        for (int i = 0; i < steps; i++) {
            simulation.step(MILLI);
            simulation.read();
        }
    }

    private static long running(List<Client> clients) {
        return clients.stream()
                .filter(client -> client.work.state() == Request.State.RUNNING)
                .count();
    }

    private void fill(Simulation simulation, List<Client> clients, Priority priority, int count) {
        while (clients.size() < count) {
            Client client = simulation.submit(
                    Simulation.prompt(random, PROMPT), OUTPUT, Scheduling.DEFAULT.withPriority(priority));
            assertThat(client).isNotNull();
            clients.add(client);
        }
    }

    private boolean submit(Simulation simulation, int tenant, List<Client> clients) {
        int prompt = 1 + random.nextInt(2 * PROMPT);
        asked[tenant] += prompt + 2 * OUTPUT;
        Client client = simulation.submit(Simulation.prompt(random, prompt), OUTPUT, of(tenant));
        if (client != null) {
            clients.add(client);
        }
        return client != null;
    }

    private void step(Simulation simulation, List<List<Client>> clients) {
        simulation.step(MILLI);
        simulation.read();
        for (int tenant = 0; tenant < TENANTS; tenant++) {
            int index = tenant;
            clients.get(tenant).removeIf(client -> {
                Finish finish = client.stream.finish();
                if (finish != null) {
                    // An answer that ends early counts as asked for.
                    served[index] += client.request.prompt().length + 2 * OUTPUT;
                }
                return finish != null;
            });
        }
    }

    /** Requests a second of a queue that is never empty. */
    private double capacity() {
        Simulation simulation = simulation();
        List<Client> clients = new ArrayList<>();
        long start = simulation.now();
        int done = 0;
        while (done < 2_000) {
            while (clients.size() < 16) {
                submit(simulation, 0, clients);
            }
            simulation.step(MILLI);
            simulation.read();
            int before = clients.size();
            clients.removeIf(client -> client.stream.finish() != null);
            done += before - clients.size();
        }
        Arrays.fill(asked, 0);
        return done * 1e9 / (simulation.now() - start);
    }

    /** Jain's index of what each got by what was fair: 1 is even, 1/n is all for one. */
    static double jain(double[] got, double[] fair) {
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < got.length; i++) {
            double x = got[i] / fair[i];
            sum += x;
            squares += x * x;
        }
        return sum * sum / (got.length * squares);
    }

    /** Max-min fair shares of a total: nobody gets more than he asks, and what he leaves goes to the others evenly. */
    static double[] maxMin(double[] asked, double total) {
        double[] shares = new double[asked.length];
        double left = total;
        Integer[] order = new Integer[asked.length];
        Arrays.setAll(order, i -> i);
        Arrays.sort(order, (a, b) -> Double.compare(asked[a], asked[b]));
        for (int i = 0; i < order.length; i++) {
            shares[order[i]] = Math.min(asked[order[i]], left / (order.length - i));
            left -= shares[order[i]];
        }
        return shares;
    }
}
