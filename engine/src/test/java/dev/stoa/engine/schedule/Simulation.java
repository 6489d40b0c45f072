package dev.stoa.engine.schedule;

import dev.stoa.engine.EngineRejectedException;
import dev.stoa.engine.EngineRequest;
import dev.stoa.engine.Generation.Chunk;
import dev.stoa.engine.Generation.Finish;
import dev.stoa.engine.Sampling;
import dev.stoa.engine.Scheduling;
import dev.stoa.engine.cache.BlockPool;
import dev.stoa.engine.cache.PrefixCache;
import dev.stoa.engine.kernel.KernelChoice;
import dev.stoa.engine.kernel.Workers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The scheduler on a virtual clock, with a {@link HashModel}: a step takes as long as its rows say, and everything that
 * happens comes from one seed. Every answer is checked against what the model must say.
 */
final class Simulation {
    static final int CONTEXT = 512;
    private static final long STEP_NANOS = 5_000_000;
    private static final long ROW_NANOS = 200_000;
    /** A reader that is this far behind pauses its request. */
    private static final int CHUNKS_MAX = 8;

    final HashModel model;
    final BlockPool pool;
    final StepCounters counters;
    final Scheduler scheduler;
    final Map<Finish, Integer> outcomes = new EnumMap<>(Finish.class);
    private final Arrivals arrivals;
    private final PrefixCache cache;
    private final List<Client> open = new ArrayList<>();
    private long now = 1_000_000_000L;
    private int submitted;
    private int ended;
    int refused;

    /** A caller with its request. */
    static final class Client {
        final EngineRequest request;
        final GenerationStream stream;
        final Request work;
        final List<Integer> read = new ArrayList<>();
        boolean reading = true;

        private Client(EngineRequest request, GenerationStream stream, Request work) {
            this.request = request;
            this.stream = stream;
            this.work = work;
        }
    }

    /** @param fault called before each step with the number of rows; what isn't 0 fails the step */
    Simulation(int blocks, SchedulerLimits limits, Arrivals.QueueLimits queue, LongUnaryOperator fault) {
        this.pool = new BlockPool(blocks);
        this.model = new HashModel(blocks, limits.maxLogits(), rows -> {
            now += STEP_NANOS + rows * ROW_NANOS;
            return fault.applyAsLong(rows);
        });
        this.cache = new PrefixCache(pool, new byte[] {1, 2, 3}, true);
        DrainRate drain = new DrainRate();
        this.arrivals = new Arrivals(queue, drain, this::now);
        this.counters = new StepCounters(arrivals, drain, this::now);
        Draws draws = new Draws(KernelChoice.make().kernels(), new Workers(1), HashModel.VOCABULARY);
        this.scheduler = new Scheduler(
                new Scheduler.Parts(model, draws, pool, cache, token -> token == HashModel.END, arrivals, counters),
                limits,
                this::now);
    }

    long now() {
        return now;
    }

    void sleep(long nanos) {
        now += nanos;
    }

    List<Client> open() {
        return open;
    }

    /** The client, or null if the queue was full. */
    @Nullable Client submit(int[] prompt, int maxTokens, Scheduling scheduling) {
        List<Client> clients = submit(prompt, maxTokens, scheduling, 1);
        return clients.isEmpty() ? null : clients.getFirst();
    }

    List<Client> submit(int[] prompt, int maxTokens, Scheduling scheduling, int n) {
        return submit(new EngineRequest(prompt, maxTokens, Sampling.GREEDY).withScheduling(scheduling), n);
    }

    /** Another client takes up what this one has read so far. */
    void takeUp(Client client) {
        EngineRequest cut = client.request;
        int[] begun = client.read.stream().mapToInt(token -> token).toArray();
        submit(
                new EngineRequest(cut.prompt(), cut.maxTokens(), cut.sampling(), List.of(), -1, begun)
                        .withScheduling(cut.scheduling()),
                1);
    }

    private List<Client> submit(EngineRequest request, int n) {
        List<Client> clients = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            GenerationStream stream = new GenerationStream(request.prompt(), () -> {}, CHUNKS_MAX);
            clients.add(new Client(
                    request,
                    stream,
                    new Request(
                            request,
                            stream,
                            new Mix.NoText(),
                            cache.chain(request.scheduling().tenant()),
                            CONTEXT,
                            now)));
        }
        try {
            arrivals.add(clients.stream().map(client -> client.work).toList());
        } catch (EngineRejectedException e) {
            refused += n;
            return List.of();
        }
        open.addAll(clients);
        submitted += n;
        return clients;
    }

    /** Makes a step, or lets {@code idle} nanoseconds pass if there is nothing to do. */
    boolean step(long idle) {
        boolean worked = scheduler.step();
        if (scheduler.stuck()) {
            throw new AssertionError("work waits and nothing is done");
        }
        if (!worked) {
            now += Math.clamp(scheduler.wakeNanos() - now, 1, idle);
        }
        return worked;
    }

    /** Lets all clients read that do, and checks and forgets those whose request has ended. */
    void read() {
        open.removeIf(client -> {
            if (client.reading || client.stream.cancelled()) {
                drain(client);
            }
            Finish finish = client.stream.finish();
            if (finish == null) {
                return false;
            }
            check(client, finish);
            outcomes.merge(finish, 1, Integer::sum);
            ended++;
            return true;
        });
    }

    private static void drain(Client client) {
        try {
            Chunk chunk;
            while ((chunk = client.stream.next(Duration.ZERO)) != null) {
                client.read.addAll(chunk.tokens());
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void check(Client client, Finish finish) {
        int room = CONTEXT - client.request.prompt().length;
        List<Integer> expected = HashModel.answer(client.request.prompt(), Math.min(room, client.request.maxTokens()));
        boolean whole = switch (finish) {
            case END_OF_TURN, MAX_TOKENS, CONTEXT_FULL -> true;
            case CANCELLED, EXPIRED, FAILED -> false;
            case STOP_SEQUENCE -> throw new AssertionError("there are no stop sequences");
        };
        // The token that ends the turn is counted but not shown.
        int shown = client.read.size();
        List<Integer> said = expected.subList(0, Math.min(shown, expected.size()));
        boolean ends = expected.getLast() == HashModel.END;
        boolean complete = shown == expected.size() - (ends ? 1 : 0);
        if (!client.read.equals(said) || (whole && (!complete || ends != (finish == Finish.END_OF_TURN)))) {
            throw new AssertionError(finish + ": expected " + expected + " but read " + client.read);
        }
        if (client.stream.usage().cachedTokens() > client.request.prompt().length) {
            throw new AssertionError("more cached than the prompt has: " + client.stream.usage());
        }
    }

    void validate() {
        scheduler.validate();
        int live = counters.snapshot().running() + counters.snapshot().waiting();
        long unread = open.stream()
                .filter(client -> client.work.state() == Request.State.ENDED)
                .count();
        if (submitted != ended + unread + live) {
            throw new AssertionError(submitted + " were submitted, but " + ended + " have ended, " + unread
                    + " have ended unread, and " + live + " live");
        }
    }

    /** Lets everything that is open come to its end. */
    void finish(long idle) {
        open.forEach(client -> client.reading = true);
        long stepsMax = 1_000_000;
        while (!open.isEmpty()) {
            step(idle);
            read();
            stepsMax--;
            if (stepsMax == 0) {
                throw new AssertionError(open.size() + " requests never end");
            }
        }
        step(1);
        validate();
        if (pool.used() != 0 || arrivals.size() != 0 || ended != submitted) {
            throw new AssertionError("something is left: " + counters.snapshot());
        }
    }

    /** A prompt of random tokens, none of which ends a turn. */
    static int[] prompt(Random random, int length) {
        return random.ints(length, 1, HashModel.VOCABULARY).toArray();
    }
}
