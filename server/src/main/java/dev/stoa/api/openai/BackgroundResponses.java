package dev.stoa.api.openai;

import dev.stoa.identity.Caller;
import dev.stoa.inference.TokenStream;
import dev.stoa.response.BackgroundStore;
import dev.stoa.response.BackgroundStore.Event;
import dev.stoa.response.ResponseStatus;
import dev.stoa.response.StoredResponse;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.Heartbeat;
import dev.stoa.shared.Ids;
import dev.stoa.shared.Limits;
import dev.stoa.shared.StoaException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;
import tools.jackson.databind.node.ObjectNode;

/**
 * The responses that this server writes while nobody waits. Each has a virtual thread that reads its stream; all events go
 * to the log in one statement every {@link #FLUSH_INTERVAL}. When the server stops, those that are still written are
 * ended by the drain of generations, as failed; those of a server that died are ended by whoever finds them.
 */
@Component
final class BackgroundResponses implements SmartLifecycle {
    private static final Logger LOG = LoggerFactory.getLogger(BackgroundResponses.class);

    /** How often new events go to the log, and so to readers: under what an eye sees as a jerk, few writes. */
    private static final Duration FLUSH_INTERVAL = Duration.ofMillis(100);
    /** Events of one statement: some megabytes after an outage of the database. */
    private static final int FLUSH_MAX = 5_000;
    /** How often a response looks whether anybody wants it to end; closing its stream wakes it at once. */
    private static final Duration LOOK = Duration.ofSeconds(1);
    /** Tries to store an end while the database is away, each waiting twice as long; then another life ends it. */
    private static final int END_TRIES = 8;
    /** For the last states to be stored once generations have ended. */
    private static final Duration FAREWELL = Duration.ofSeconds(5);
    /** Behind generations, before the web server. */
    private static final int PHASE = SmartLifecycle.DEFAULT_PHASE - 1;

    private final BackgroundStore store;
    private final Ids ids;
    private final Clock clock;
    private final Limits limits;
    private final boolean alone;
    private final UUID serverId = UUID.randomUUID();
    private final Map<String, BackgroundRun> live = new ConcurrentHashMap<>();
    /** One thread: two statements that lock the same rows in another order could wait for each other. */
    private final ScheduledExecutorService keeper = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("responses").factory());

    private final Heartbeat heartbeat = new Heartbeat(BackgroundStore.HEARTBEAT_STALE, System::nanoTime);
    private volatile boolean running;

    BackgroundResponses(
            BackgroundStore store,
            Ids ids,
            Clock clock,
            Limits limits,
            @Value("${stoa.database:}") String externalDatabase) {
        this.store = store;
        this.ids = ids;
        this.clock = clock;
        this.limits = limits;
        this.alone = externalDatabase.isBlank();
    }

    /**
     * Goes on with a stream in the background; it is this object's to close.
     *
     * @return the response as it is now, stored
     */
    ObjectNode begin(Caller caller, ResponsesRequest request, TokenStream stream) {
        String id = ids.response();
        BackgroundRun run = new BackgroundRun(id, stream);
        long created = clock.instant().getEpochSecond();
        String tier = Decoding.tier(request.priority(), limits.priorityTier());
        ResponseRun response = new ResponseRun(
                request, id, stream::model, tier, created, ids, event -> run.add(logged(id, event)), _ -> {});
        response.begin();
        ObjectNode now = response.response().deepCopy();
        StoredResponse stored = new StoredResponse(
                id,
                request.previousId(),
                true,
                ResponseStatus.QUEUED,
                StoredItems.write(request.input()),
                StoredItems.write(now),
                true);
        boolean begun = false;
        try {
            List<Event> beginning = run.unlogged(FLUSH_MAX);
            store.begin(caller, stored, serverId, beginning);
            run.logged(beginning);
            // Only now: a look at what is live takes those without a row for lost.
            live.put(id, run);
            Thread.ofVirtual().name("response-" + id).start(() -> write(run, response));
            begun = true;
        } finally {
            if (!begun) {
                stream.close();
            }
        }
        return now;
    }

    private static Event logged(String id, ObjectNode event) {
        return new Event(id, event.get("sequence_number").intValue(), StoredItems.write(event));
    }

    Optional<BackgroundRun> find(String id) {
        return Optional.ofNullable(live.get(id));
    }

    /** Wants it cancelled, wherever it is written. Does not wait. */
    void cancel(String id) {
        find(id).ifPresentOrElse(BackgroundRun::cancel, () -> store.requestCancel(id));
    }

    private void write(BackgroundRun run, ResponseRun response) {
        try (TokenStream stream = run.stream()) {
            copy(run, stream, response);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            response.fail(ErrorKind.OVERLOADED, "The server is shutting down.");
        } catch (RuntimeException e) {
            if (run.cancelled()) {
                // A stream that is closed under its reader fails in some way.
                response.cancel();
            } else if (!run.lost()) {
                fail(run, response, e);
            }
        } finally {
            try {
                store(run, response.response());
            } finally {
                live.remove(run.id(), run);
                run.end();
            }
        }
    }

    private static void fail(BackgroundRun run, ResponseRun response, RuntimeException cause) {
        if (cause instanceof StoaException refusal) {
            response.fail(refusal.kind(), refusal.getMessage());
            return;
        }
        LOG.error("The response {} failed", run.id(), cause);
        response.fail(ErrorKind.INTERNAL, "The server failed on this request.");
    }

    private void copy(BackgroundRun run, TokenStream stream, ResponseRun response) throws InterruptedException {
        TokenStream.Event event;
        do {
            event = stream.next(LOOK);
            if (event == null) {
                continue;
            }
            if (response.queued()) {
                response.progress();
                progress(run, response.response());
            }
            response.take(event);
        } while (!(event instanceof TokenStream.Finished));
    }

    /** Where the database doesn't take it, the response looks queued until it ends. */
    private void progress(BackgroundRun run, ObjectNode body) {
        quietly(() -> store.progress(serverId, run.id(), StoredItems.write(body)));
    }

    /** The one terminal write. Tried again while the database is away. */
    private void store(BackgroundRun run, ObjectNode body) {
        ResponseStatus status = ResponseStatus.of(body.get("status").stringValue());
        if (run.lost() || !status.ended()) {
            return;
        }
        long waitMillis = FLUSH_INTERVAL.toMillis();
        for (int attempt = 1; attempt <= END_TRIES; attempt++) {
            try {
                store.end(
                        serverId,
                        run.id(),
                        status,
                        StoredItems.write(body),
                        StoredItems.output(body),
                        run.unlogged(Integer.MAX_VALUE));
                return;
            } catch (DataAccessException | TransactionException e) {
                LOG.warn("Could not store the end of {} (try {}): {}", run.id(), attempt, e.getMessage());
                try {
                    Thread.sleep(waitMillis);
                } catch (InterruptedException _) {
                    Thread.currentThread().interrupt();
                    return;
                }
                waitMillis *= 2;
            }
        }
    }

    /** Moves what came since the last time to the logs. */
    private void flush() {
        Map<BackgroundRun, List<Event>> taken = new LinkedHashMap<>();
        List<Event> all = new ArrayList<>();
        for (BackgroundRun run : live.values()) {
            List<Event> events = run.unlogged(FLUSH_MAX - all.size());
            if (!events.isEmpty()) {
                taken.put(run, events);
                all.addAll(events);
            }
        }
        if (all.isEmpty()) {
            return;
        }
        Map<String, Boolean> signs = store.append(serverId, all);
        taken.forEach((run, events) -> {
            if (signs.containsKey(run.id())) {
                run.logged(events);
            }
            heed(run, signs);
        });
    }

    private static void heed(BackgroundRun run, Map<String, Boolean> signs) {
        Boolean cancel = signs.get(run.id());
        if (cancel == null) {
            run.lose();
        } else if (cancel) {
            run.cancel();
        }
    }

    private void signOfLife() {
        List<BackgroundRun> mine = List.copyOf(live.values());
        Map<String, Boolean> signs =
                store.heartbeat(serverId, mine.stream().map(BackgroundRun::id).toList());
        // One that ended meanwhile has no sign either, and bears to be lost.
        mine.forEach(run -> heed(run, signs));
    }

    private void look(boolean all) {
        // Also where nothing is written: it tells whether the database is there.
        heartbeat.beat(this::signOfLife);
        if (!all && !heartbeat.steady()) {
            return;
        }
        for (BackgroundStore.Orphan orphan : store.adopt(serverId, all)) {
            LOG.info("Ends the response {}, whose server died", orphan.id());
            LostResponse.end(store, serverId, orphan);
        }
    }

    private void quietly(Runnable work) {
        try {
            work.run();
        } catch (DataAccessException | TransactionException e) {
            LOG.warn("Could not look after background responses: {}", e.getMessage());
        } catch (RuntimeException e) {
            // A scheduled task that throws is never run again.
            LOG.error("Background responses are not looked after", e);
        }
    }

    @Override
    public void start() {
        running = true;
        // The embedded database serves one process at a time: what another life of it left has no owner now.
        quietly(() -> look(alone));
        keeper.scheduleWithFixedDelay(
                () -> quietly(this::flush),
                FLUSH_INTERVAL.toMillis(),
                FLUSH_INTERVAL.toMillis(),
                TimeUnit.MILLISECONDS);
        long interval = BackgroundStore.HEARTBEAT_INTERVAL.toMillis();
        keeper.scheduleWithFixedDelay(() -> quietly(() -> look(alone)), interval, interval, TimeUnit.MILLISECONDS);
    }

    @Override
    public void stop() {
        long deadline = System.nanoTime() + FAREWELL.toNanos();
        try {
            for (BackgroundRun run : List.copyOf(live.values())) {
                if (!run.awaitEnd(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())))) {
                    LOG.warn("The response {} is left to be ended by another server", run.id());
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            keeper.shutdownNow();
            running = false;
        }
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return PHASE;
    }
}
