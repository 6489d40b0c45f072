package dev.stoa.engine.schedule;

import dev.stoa.engine.EngineRejectedException;
import dev.stoa.engine.EngineRejectedException.Reason;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * The door between request threads and the engine thread. It counts all that waits, here or in the {@link WaitingQueue},
 * and refuses what is too much, in the same moment in which it lets the others in. Thread-safe.
 *
 * <p>A tenant may hold {@value #TENANT_SHARE} times as many waiting requests as there are places left (Choudhury and
 * Hahne, "Dynamic queue length thresholds for shared-memory packet switches", 1998): alone three quarters, two of them
 * three sevenths each. So whoever floods the queue still leaves places for others.
 */
final class Arrivals {
    /** Three quarters for one tenant alone. */
    private static final int TENANT_SHARE = 3;

    private final QueueLimits limits;
    private final DrainRate drain;
    private final LongSupplier nanoTime;
    private final Deque<Request> arrived = new ArrayDeque<>();
    private final Map<String, Integer> waitingByTenant = new HashMap<>();
    private final Map<Reason, Long> rejections = new EnumMap<>(Reason.class);
    private int waiting;
    private long waitingTokens;
    private int running;
    private long submitted;
    private boolean closed;

    /**
     * Bounds of the queue.
     *
     * @param requests that may wait beyond those for which there is a free place
     * @param tokens prompt tokens that may wait
     * @param maxRunning places
     */
    record QueueLimits(int requests, long tokens, int maxRunning) {}

    Arrivals(QueueLimits limits, DrainRate drain, LongSupplier nanoTime) {
        this.limits = limits;
        this.drain = drain;
        this.nanoTime = nanoTime;
    }

    /**
     * Lets in all of one tenant's requests or none.
     *
     * @throws EngineRejectedException if the queue is full or closed
     */
    synchronized void add(List<Request> requests) {
        check(requests);
        for (Request request : requests) {
            request.order(submitted);
            submitted++;
            arrived.add(request);
            waiting++;
            waitingTokens += promptTokens(request);
            waitingByTenant.merge(tenant(request), 1, Integer::sum);
        }
    }

    private void check(List<Request> requests) {
        if (closed) {
            throw rejected(new EngineRejectedException(Reason.CLOSED, "the engine is closing"));
        }
        int places = Math.max(0, limits.maxRunning() - running);
        if (waiting + requests.size() <= places) {
            return;
        }
        int left = limits.requests() + places - waiting;
        if (requests.size() > left) {
            throw full(waiting + " requests are waiting already, and " + left + " more may");
        }
        int held = waitingByTenant.getOrDefault(tenant(requests.getFirst()), 0);
        if (held + requests.size() > TENANT_SHARE * (left - requests.size() + 1)) {
            throw full(held + " requests of this tenant are waiting already, the most that may now");
        }
        long more = requests.stream().mapToLong(Arrivals::promptTokens).sum();
        if (waitingTokens + more > limits.tokens()) {
            throw full("requests with " + waitingTokens + " tokens are waiting already");
        }
    }

    /** A client that comes back when half of the queue has drained finds room. */
    private EngineRejectedException full(String message) {
        return rejected(new EngineRejectedException(
                Reason.QUEUE_FULL, message, drain.timeFor(waiting / 2 + 1, nanoTime.getAsLong())));
    }

    /** Counts a refusal. */
    synchronized EngineRejectedException rejected(EngineRejectedException e) {
        rejections.merge(e.reason(), 1L, Long::sum);
        return e;
    }

    /** Hands over what has come since the last time. It still counts as waiting. */
    synchronized List<Request> take() {
        if (arrived.isEmpty()) {
            return List.of();
        }
        List<Request> all = List.copyOf(arrived);
        arrived.clear();
        return all;
    }

    /** A request that never ran has started or ended. */
    synchronized void left(Request request) {
        waiting--;
        waitingTokens -= promptTokens(request);
        waitingByTenant.computeIfPresent(tenant(request), (_, count) -> count == 1 ? null : count - 1);
        assert waiting >= 0 : "more left than came";
    }

    synchronized void running(int count) {
        running = count;
    }

    /** Requests that came and haven't started. */
    synchronized int size() {
        return waiting;
    }

    /** Those of them that {@link #take} has handed over. */
    synchronized int taken() {
        return waiting - arrived.size();
    }

    synchronized Map<Reason, Long> rejections() {
        return Map.copyOf(rejections);
    }

    /** Refuses what comes from now on. */
    synchronized void close() {
        closed = true;
    }

    private static String tenant(Request request) {
        return request.spec().scheduling().tenant();
    }

    private static long promptTokens(Request request) {
        return request.spec().prompt().length;
    }
}
