package dev.stoa.usage.kafka;

import dev.stoa.operations.OperatorException;
import dev.stoa.usage.kafka.KafkaSender.Sent;
import dev.stoa.usage.kafka.Outbox.Entry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/**
 * Empties the outbox into Kafka while it is this server's turn, on a thread of its own. What Kafka has confirmed is
 * removed, what it has not is sent again; so an event comes more than once only if a confirmation was lost, or the server
 * was killed before it had removed it.
 *
 * <p>A turn is longer than all that is done between two looks at it can take, so two servers never send at once unless one
 * of them stood still for that long. While the brokers are away it tries again, ever more seldom up to {@link #RETRY_MAX};
 * the log says when that begins and ends. Thread-safe.
 */
final class KafkaExporter implements SmartLifecycle {
    /** How often an empty outbox is looked into, and who has the turn is asked for. */
    static final Duration LOOK = Duration.ofSeconds(1);

    private static final Duration RETRY_MAX = Duration.ofSeconds(10);
    /** For what waits when the server stops; what can't be sent by then, another server sends, or this one after its start. */
    private static final Duration STOP_MAX = Duration.ofSeconds(3);
    /** Behind the ledger, whose last events are sent as well. */
    private static final int PHASE = -1;

    private static final Logger log = LoggerFactory.getLogger(KafkaExporter.class);

    private final Outbox outbox;
    private final KafkaSettings settings;
    private final UUID server;
    private final Duration turn;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final AtomicLong sent = new AtomicLong();
    private volatile boolean up = true;
    private volatile Duration oldest = Duration.ZERO;
    private volatile long oldestSeenNanos = System.nanoTime();
    private @Nullable Thread thread;

    /** Whether the turn is this server's, and since when surely; the thread's own, as all below. */
    private boolean mine;

    private long turnNanos;
    private boolean databaseAway;
    private Duration retry = LOOK;
    private @Nullable KafkaSender sender;

    /** @param server this one, new at each start */
    KafkaExporter(Outbox outbox, KafkaSettings settings, UUID server) {
        this.outbox = outbox;
        this.settings = settings;
        this.server = server;
        // Asked for anew when a quarter is over, so that the rest is longer than a batch may take.
        this.turn = KafkaSender.longest(settings).multipliedBy(2);
    }

    /** Events that Kafka has confirmed. */
    long sent() {
        return sent.get();
    }

    /** False while this server should send and can't. */
    boolean isUp() {
        return up;
    }

    /** How long the event that waits longest has waited, as far as this server knows. */
    Duration lag() {
        Duration known = oldest;
        return known.isZero() ? known : known.plusNanos(System.nanoTime() - oldestSeenNanos);
    }

    @Override
    public boolean isAutoStartup() {
        return settings.on();
    }

    @Override
    public synchronized void start() {
        if (thread == null) {
            settings.client(); // A file that can't be read keeps the server from starting.
            thread = Thread.ofPlatform().name("stoa-usage-kafka").daemon().start(this::run);
        }
    }

    private void run() {
        try {
            while (!stopping.await(pause().toMillis(), TimeUnit.MILLISECONDS)) {}
            if (up) {
                pause();
            }
        } catch (InterruptedException | InterruptException _) {
            // The stop waits no longer; what was on its way may come again from another server.
            Thread.currentThread().interrupt();
        } finally {
            closeSender();
        }
    }

    /** Does what there is to do now; returns how long then to wait. */
    private Duration pause() {
        try {
            Duration pause = mayExport() ? export() : LOOK;
            databaseAway = false;
            return pause;
        } catch (DataAccessException | TransactionException e) {
            if (!databaseAway) {
                log.warn("Usage can't be read for Kafka: {}", e.getMessage());
                databaseAway = true;
            }
            return LOOK;
        }
    }

    private boolean mayExport() {
        long nowNanos = System.nanoTime();
        if (mine && nowNanos - turnNanos < turn.dividedBy(4).toNanos()) {
            return true;
        }
        if (!mine) {
            outbox.collectedUntil()
                    .ifPresent(until -> log.warn(
                            "Usage events since {} were not kept for Kafka; docs/usage-events.md says how to send them",
                            until));
        }
        boolean now = outbox.takeTurn(server, turn, settings.collect());
        if (now != mine) {
            log.info(now ? "This server tells Kafka of usage" : "Another server tells Kafka of usage");
        }
        mine = now;
        turnNanos = nowNanos;
        if (!mine) {
            closeSender();
            up = true;
            see(outbox.oldest());
        }
        return mine;
    }

    private Duration export() {
        List<Entry> entries = outbox.read(settings.batch());
        if (entries.isEmpty()) {
            return well(LOOK);
        }
        see(entries.getFirst().waited());
        if (System.nanoTime() - turnNanos
                > turn.minus(KafkaSender.longest(settings)).toNanos()) {
            // The database took its time; the turn might end before the batch is delivered.
            return Duration.ZERO;
        }
        Sent result = send(entries);
        List<Long> done = new ArrayList<>(result.received());
        List<Long> forgotten = entries.stream()
                .filter(entry -> entry.message() == null)
                .map(Entry::position)
                .toList();
        done.addAll(forgotten);
        outbox.remove(done);
        sent.addAndGet(result.received().size());
        if (!forgotten.isEmpty()) {
            log.warn("{} usage events were dropped from the ledger before Kafka had them", forgotten.size());
        }
        if (result.fault() != null) {
            return again(result.fault());
        }
        return well(entries.size() < settings.batch() ? LOOK : Duration.ZERO);
    }

    private Duration well(Duration pause) {
        if (!up) {
            log.info("Kafka takes usage events again");
            up = true;
        }
        retry = LOOK;
        if (!pause.isZero()) {
            see(Duration.ZERO);
        }
        return pause;
    }

    private Sent send(List<Entry> entries) {
        try {
            KafkaSender to = sender == null ? new KafkaSender(settings) : sender;
            sender = to;
            return to.send(entries);
        } catch (InterruptException e) {
            throw e;
        } catch (KafkaException | OperatorException e) {
            return new Sent(List.of(), e);
        }
    }

    /** After a fault: with a new producer, as some faults end the old one. */
    private Duration again(Throwable fault) {
        if (up) {
            log.warn("Kafka does not take usage events, which wait in the database: {}", words(fault));
            up = false;
        }
        closeSender();
        Duration pause = retry;
        Duration next = retry.multipliedBy(2);
        retry = next.compareTo(RETRY_MAX) < 0 ? next : RETRY_MAX;
        return pause;
    }

    static String words(Throwable fault) {
        Throwable root = NestedExceptionUtils.getMostSpecificCause(fault);
        return root.getClass().getSimpleName() + ": " + root.getMessage();
    }

    private void see(Duration age) {
        oldestSeenNanos = System.nanoTime();
        oldest = age;
    }

    private void closeSender() {
        if (sender != null) {
            sender.close();
            sender = null;
        }
    }

    @Override
    public synchronized void stop() {
        stopping.countDown();
        if (thread != null) {
            try {
                if (!thread.join(STOP_MAX)) {
                    thread.interrupt();
                    thread.join(STOP_MAX);
                }
                outbox.leave(server);
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            } catch (DataAccessException | TransactionException e) {
                log.warn("Another server will tell Kafka of usage only in {}: {}", turn, e.getMessage());
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
