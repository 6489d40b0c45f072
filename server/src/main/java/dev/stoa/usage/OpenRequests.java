package dev.stoa.usage;

import dev.stoa.shared.Heartbeat;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/**
 * Writes down which requests run, so that those of a server that is killed leave an event too. On a thread of its own:
 * every {@link #LOOK} what has begun and still runs, every {@link #PULSE} how far each is. A server that was silent for
 * {@link #DEAD} is taken for dead by any other that was not ({@link Heartbeat}), or by itself after its restart, and its
 * open requests become events of the outcome {@code interrupted}. Those that an administrator stops are ended within a
 * {@link #LOOK}.
 *
 * <p>What is lost: a request that was killed within its first {@link #LOOK}, and tokens since the last {@link #PULSE}.
 * Thread-safe.
 */
final class OpenRequests implements SmartLifecycle {
    /** Most requests of programs are over by then, and cost no word. */
    static final Duration LOOK = Duration.ofMillis(200);

    static final Duration PULSE = Duration.ofSeconds(5);
    /** Three pulses, and the pause of a sick machine. */
    static final Duration DEAD = Duration.ofSeconds(20);

    /** In pulses: some hours. */
    private static final int MONTHS_EVERY = 2_000;

    /** Stopped behind the ledger: only then have all events been written. */
    private static final int PHASE = -1;

    private static final Logger log = LoggerFactory.getLogger(OpenRequests.class);

    private final OpenStore store;
    private final UUID server;
    private final Consumer<UsageEvent> buried;
    private final Heartbeat heartbeat;
    private final ConcurrentLinkedQueue<OpenRequest> begun = new ConcurrentLinkedQueue<>();
    /** Those that are written down, with what was last told of them; the thread's own. */
    private final Map<String, Written> written = new LinkedHashMap<>();

    /** @param over whether the last pulse found it ended */
    private record Written(OpenRequest request, int tokens, boolean over) {}

    private final AtomicBoolean stops = new AtomicBoolean();
    private final CountDownLatch stopping = new CountDownLatch(1);
    private int pulses;
    private boolean warned;
    private @Nullable Thread thread;

    /**
     * @param server this one, new at each start
     * @param buried hears of each event that was made for a server that died, once it is written
     */
    OpenRequests(OpenStore store, UUID server, Consumer<UsageEvent> buried, LongSupplier nanoTime) {
        this.buried = buried;
        this.heartbeat = new Heartbeat(DEAD, nanoTime);
        this.store = store;
        this.server = server;
    }

    void begin(OpenRequest request) {
        begun.add(request);
    }

    @Override
    public synchronized void start() {
        if (thread == null) {
            thread = Thread.ofPlatform().name("stoa-open-requests").daemon().start(this::run);
        }
    }

    private void run() {
        long pulseNanos = System.nanoTime() - PULSE.toNanos();
        try {
            do {
                boolean pulse = System.nanoTime() - pulseNanos >= PULSE.toNanos();
                if (pulse) {
                    pulseNanos = System.nanoTime();
                }
                tell(pulse);
            } while (!stopping.await(LOOK.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** @param pulse whether it is time for a sign of life */
    void tell(boolean pulse) {
        try {
            if (pulse) {
                heartbeat.beat(() -> store.pulse(server));
                if (pulses++ % MONTHS_EVERY == 0) {
                    makeMonths();
                }
            }
            writeBegun();
            endStopped();
            if (pulse) {
                writeProgress();
                if (heartbeat.steady()) {
                    store.bury(DEAD).forEach(buried);
                }
            }
            warned = false;
        } catch (DataAccessException | TransactionException e) {
            if (!warned) {
                log.warn("Running requests can't be written down: {}", e.getMessage());
                warned = true;
            }
        } catch (RuntimeException | Error e) {
            // The thread goes on: nobody else does this.
            if (!warned) {
                log.error("Running requests can't be written down; it is tried again", e);
                warned = true;
            }
        }
    }

    /** Nothing else waits for them: they are made well ahead, and tried again in some hours. */
    private void makeMonths() {
        try {
            store.makeMonths();
        } catch (RuntimeException e) {
            log.error("The ledger's next months can't be made", e);
        }
    }

    private void writeBegun() {
        List<OpenRequest> news = new ArrayList<>();
        for (OpenRequest next = begun.poll(); next != null; next = begun.poll()) {
            if (!next.ended()) {
                news.add(next);
            }
        }
        if (news.isEmpty()) {
            return;
        }
        try {
            store.open(server, news);
        } catch (DataAccessException | TransactionException e) {
            begun.addAll(news);
            throw e;
        }
        news.forEach(request -> written.put(request.requestId(), new Written(request, total(request), false)));
    }

    /** An administrator wants some requests to end, perhaps of this server. */
    void lookForStops() {
        stops.set(true);
    }

    /** After those that have begun are written down, as an administrator can name no others. */
    private void endStopped() {
        if (!stops.getAndSet(false)) {
            return;
        }
        try {
            for (String id : store.stops(server)) {
                Written stopped = written.get(id);
                if (stopped != null) {
                    stopped.request().stop();
                }
            }
        } catch (DataAccessException | TransactionException e) {
            stops.set(true);
            throw e;
        }
    }

    private void writeProgress() {
        // Its event may still be on its way to the database, but not for a whole pulse.
        List<String> over = written.values().stream()
                .filter(Written::over)
                .map(each -> each.request().requestId())
                .toList();
        store.close(over);
        over.forEach(written::remove);
        written.replaceAll((_, each) ->
                new Written(each.request(), each.tokens(), each.request().ended()));
        List<OpenRequest> moved = written.values().stream()
                .filter(each -> !each.over() && total(each.request()) != each.tokens())
                .map(Written::request)
                .toList();
        store.progress(moved);
        moved.forEach(request -> written.put(request.requestId(), new Written(request, total(request), false)));
    }

    private static int total(OpenRequest request) {
        return request.tokens().inputTokens() + request.tokens().outputTokens();
    }

    /** All has ended by now, so nothing of this server is left to be found. */
    @Override
    public synchronized void stop() {
        stopping.countDown();
        if (thread != null) {
            try {
                thread.join(PULSE);
                store.leave(server);
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            } catch (DataAccessException | TransactionException e) {
                log.warn("The end of this server's requests can't be written down: {}", e.getMessage());
            }
            thread = null;
        }
    }

    @Override
    public synchronized boolean isRunning() {
        return thread != null;
    }

    @Override
    public int getPhase() {
        return PHASE;
    }
}
