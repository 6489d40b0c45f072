package dev.stoa.engine.schedule;

import dev.stoa.engine.Generation.Finish;
import dev.stoa.engine.Priority;
import dev.stoa.engine.cache.BlockPool;
import dev.stoa.engine.cache.KvSequence;
import dev.stoa.engine.cache.PrefixCache;
import dev.stoa.engine.schedule.StepPlanner.Share;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.function.LongSupplier;

/**
 * Decides who runs and what each {@link Step} computes. The package description has the rules and an
 * example.
 *
 * <p>Guarantees: every request that was taken ends exactly once; its blocks are free from then on. A failure in a step
 * ends the requests of that step and no other. Owned by the engine thread; {@link Arrivals} is the way in.
 */
final class Scheduler {
    private static final Logger LOG = System.getLogger(Scheduler.class.getName());

    /** Nothing happens by itself: only a wake-up can bring work. */
    static final long WHEN_WOKEN = Long.MAX_VALUE;

    private final StepModel model;
    private final BlockPool pool;
    private final PrefixCache cache;
    private final Arrivals arrivals;
    private final StepCounters counters;
    private final SchedulerLimits limits;
    private final LongSupplier nanoTime;
    private final WaitingQueue waiting;
    private final RunningSet running = new RunningSet();
    private final StepPlanner planner;
    private final Step step;
    private long gatherSince;
    private volatile long wakeNanos = WHEN_WOKEN;
    private volatile boolean stuck;

    /** What a scheduler works with. {@code endsTurn} tells the tokens with which the model ends its answer. */
    record Parts(
            StepModel model,
            Draws draws,
            BlockPool pool,
            PrefixCache cache,
            IntPredicate endsTurn,
            Arrivals arrivals,
            StepCounters counters) {}

    Scheduler(Parts parts, SchedulerLimits limits, LongSupplier nanoTime) {
        this.model = parts.model();
        this.pool = parts.pool();
        this.cache = parts.cache();
        this.arrivals = parts.arrivals();
        this.counters = parts.counters();
        this.limits = limits;
        this.nanoTime = nanoTime;
        this.waiting = new WaitingQueue(limits.agingNanos());
        StepCost cost = new StepCost();
        this.planner = new StepPlanner(limits, cost, this::grow);
        this.step = new Step(parts, limits.maxRows(), cost, nanoTime, this::end);
    }

    /**
     * Makes one step.
     *
     * @return false if there was nothing to compute; {@link #wakeNanos} then tells when to look again
     */
    boolean step() {
        long now = nanoTime.getAsLong();
        takeArrivals(now);
        endDead(now);
        if (!gathering(now)) {
            start(now);
        }
        List<Share> shares = planner.plan(running);
        if (!shares.isEmpty()) {
            step.run(shares);
        }
        wakeNanos = nextEvent(now);
        counters.update(running.size(), waiting.size() - arrivals.taken(), pool);
        stuck = shares.isEmpty() && !gathering(now) && waiting.any(this::startable);
        return !shares.isEmpty();
    }

    /** Whether the last step computed nothing although somebody waits who could start: a fault. */
    boolean stuck() {
        return stuck;
    }

    /** When something happens by itself: a deadline, or the end of gathering. */
    long wakeNanos() {
        return wakeNanos;
    }

    /** Ends all that runs or waits. */
    void endAll(Finish finish) {
        arrivals.close();
        long now = nanoTime.getAsLong();
        takeArrivals(now);
        List<Request> all = new ArrayList<>(running.copy());
        waiting.forEach(all::add);
        for (Request request : all) {
            try {
                end(request, finish, now);
            } catch (RuntimeException | AssertionError e) {
                // After a fault of the scheduler nothing may be as it should; still no reader may hang.
                LOG.log(Level.ERROR, "A request could not be ended in order", e);
                request.stream().abandon();
            }
        }
        counters.update(running.size(), 0, pool);
    }

    /** @throws IllegalStateException if a block is lost or in two places, or a request is not where its state says */
    void validate() {
        List<KvSequence> sequences = new ArrayList<>();
        running.forEach(request -> {
            require(
                    request.state() == Request.State.RUNNING,
                    "one that is " + request.state() + " is among the running");
            sequences.add(request.sequence());
        });
        pool.validate(sequences);
        cache.validate();
        int[] neverStarted = new int[1];
        waiting.forEach(request -> {
            Request.State expected = request.started() ? Request.State.PREEMPTED : Request.State.QUEUED;
            require(request.state() == expected, "one that is " + request.state() + " is among the waiting");
            neverStarted[0] += request.started() ? 0 : 1;
        });
        require(
                neverStarted[0] == arrivals.taken(),
                arrivals.taken() + " are counted as queued, but " + neverStarted[0] + " are");
        require(running.size() <= limits.maxRunning(), "more run than may");
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new IllegalStateException(message);
        }
    }

    private void takeArrivals(long now) {
        if (running.isEmpty() && waiting.size() == 0) {
            gatherSince = now;
        }
        arrivals.take().forEach(request -> waiting.add(request, now));
    }

    /** Those whose caller has gone or whose time is up, wherever they are. */
    private void endDead(long now) {
        List<Request> dead = new ArrayList<>();
        running.forEach(request -> addIfDead(request, now, dead));
        waiting.forEach(request -> addIfDead(request, now, dead));
        dead.forEach(request -> end(request, request.stream().cancelled() ? Finish.CANCELLED : Finish.EXPIRED, now));
    }

    private static void addIfDead(Request request, long now, List<Request> dead) {
        if (request.stream().cancelled() || request.expired(now)) {
            dead.add(request);
        }
    }

    /** Whether an idle engine waits a little for more requests. */
    private boolean gathering(long now) {
        return running.isEmpty() && waiting.size() < limits.maxRunning() && now - gatherSince < limits.gatherNanos();
    }

    /** Starts those that wait while there are places and blocks; who doesn't fit holds back those behind. */
    private void start(long now) {
        boolean started = true;
        while (started) {
            WaitingQueue.Choice choice = waiting.next(this::startable, now);
            started = choice != null && makePlace(choice.request()) && start(choice, now);
            while (choice != null && !started) {
                // One that is next by its age alone doesn't hold back those above it from what less important ones
                // have. What comes free by itself stays its own.
                Priority priority = choice.request().spec().scheduling().priority();
                choice = waiting.nextAbove(priority, this::startable, now);
                started = choice != null && makeRoom(choice.request()) && start(choice, now);
            }
        }
    }

    private boolean startable(Request request) {
        return !request.stream().full()
                && !cache.awaits(
                        request.chain(),
                        request.tokens(),
                        request.reusable(),
                        request.spec().scheduling().priority().ordinal());
    }

    private boolean makePlace(Request request) {
        return running.size() < limits.maxRunning() || makeRoom(request);
    }

    /** Preempts one that is less important, or whose reader doesn't read; false if there is none. */
    private boolean makeRoom(Request request) {
        if (running.isEmpty()) {
            return false;
        }
        Request victim = running.victim();
        Priority wanted = request.spec().scheduling().priority();
        if (victim.stream().full() || victim.rank().compareTo(wanted) > 0) {
            preempt(victim);
            return true;
        }
        return false;
    }

    /** Needs blocks for all of its tokens, and leaves one for each request that runs, as that will grow. */
    private boolean start(WaitingQueue.Choice choice, long now) {
        Request request = choice.request();
        PrefixCache.Match match = cache.find(request.chain(), request.tokens(), request.reusable());
        while (cache.cost(match, request.length()) + running.size() > pool.free()) {
            if (!makeRoom(request)) {
                return false;
            }
            match = cache.find(request.chain(), request.tokens(), request.reusable());
        }
        boolean first = !request.started();
        waiting.start(request, now);
        KvSequence sequence = new KvSequence(pool);
        int found = cache.attach(sequence, request.chain(), request.tokens(), match, model::copyBlock);
        request.start(sequence, found, choice.rank(), now);
        running.add(request);
        counters.found(request.reach(found));
        if (request.generated() == 0) {
            // One that has generated may be held up by its reader, so nobody should wait for it.
            cache.announce(
                    request.chain(),
                    request.tokens(),
                    found,
                    request.length(),
                    request.rank().ordinal());
        }
        if (first) {
            arrivals.left(request);
            arrivals.running(running.size());
            request.tenant().charge(WaitingQueue.INPUT_WEIGHT * (request.length() - found));
        }
        return true;
    }

    private boolean grow(Request request, int end) {
        while (!request.sequence().grow(end)) {
            Request victim = running.victim();
            preempt(victim);
            if (victim == request) {
                return false;
            }
        }
        return true;
    }

    private void preempt(Request victim) {
        planner.forget(victim);
        running.remove(victim);
        cache.withdraw(victim.chain(), victim.tokens());
        cache.release(victim.preempt());
        waiting.add(victim, nanoTime.getAsLong());
        counters.preempted();
    }

    private void end(Request request, Finish finish, long now) {
        if (request.state() == Request.State.RUNNING) {
            running.remove(request);
            cache.withdraw(request.chain(), request.tokens());
        } else {
            waiting.remove(request);
            if (!request.started()) {
                arrivals.left(request);
            }
        }
        KvSequence blocks = request.end(finish, now);
        if (blocks != null) {
            cache.release(blocks);
        }
        counters.ended(finish);
    }

    private long nextEvent(long now) {
        long[] next = {WHEN_WOKEN};
        if (waiting.size() > 0 && gathering(now)) {
            next[0] = gatherSince + limits.gatherNanos();
        }
        running.forEach(request -> next[0] = Math.min(next[0], request.deadlineNanos()));
        waiting.forEach(request -> next[0] = Math.min(next[0], request.deadlineNanos()));
        return next[0];
    }
}
