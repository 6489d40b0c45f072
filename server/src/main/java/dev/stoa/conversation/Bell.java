package dev.stoa.conversation;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * Tells waiters of this server that something with their id changed, whichever server changed it: PostgreSQL's NOTIFY,
 * sent in the transaction of the change, heard over one connection of this server.
 *
 * <p>A ring says where to look, not what there is. One may come for nothing, and while the connection is lost none come
 * and everyone is rung when it is back, so a waiter looks again now and then all the same. Thread-safe.
 */
@Component
class Bell implements SmartLifecycle {
    /** The one channel; the payload is an id. */
    static final String CHANNEL = "stoa";

    private static final Logger LOG = LoggerFactory.getLogger(Bell.class);

    private final DataSource database;
    private final Map<UUID, Set<Ear>> ears = new ConcurrentHashMap<>();
    private volatile @Nullable Thread listener;

    Bell(DataSource database) {
        this.database = database;
    }

    /** Hears of an id from when it was made until it is closed. One thread waits on it. */
    final class Ear implements AutoCloseable {
        private final UUID id;
        private final Semaphore rung = new Semaphore(0);

        private Ear(UUID id) {
            this.id = id;
        }

        /** Waits until there was a ring since the last time this returned. */
        void await(Duration timeout) throws InterruptedException {
            if (rung.tryAcquire(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
                rung.drainPermits();
            }
        }

        private void ring() {
            if (rung.availablePermits() == 0) {
                rung.release();
            }
        }

        @Override
        public void close() {
            ears.computeIfPresent(id, (key, all) -> {
                all.remove(this);
                return all.isEmpty() ? null : all;
            });
        }
    }

    Ear listen(UUID id) {
        Ear ear = new Ear(id);
        ears.compute(id, (key, all) -> {
            Set<Ear> set = all == null ? ConcurrentHashMap.newKeySet() : all;
            set.add(ear);
            return set;
        });
        return ear;
    }

    private void ring(String payload) {
        try {
            ears.getOrDefault(UUID.fromString(payload), Set.of()).forEach(Ear::ring);
        } catch (IllegalArgumentException _) {
            LOG.debug("A notification of somebody else: {}", payload);
        }
    }

    private void ringAll() {
        ears.values().forEach(all -> all.forEach(Ear::ring));
    }

    @SuppressWarnings("InterruptedExceptionSwallowed") // the thread ends here
    private void listen() {
        while (listener != null) {
            try (Connection connection = database.getConnection()) {
                hear(connection);
            } catch (SQLException e) {
                if (listener != null) {
                    LOG.warn("Hears nothing from other servers until the database is back: {}", e.getMessage());
                }
            }
            if (listener == null) {
                return;
            }
            try {
                Thread.sleep(ConversationLimits.RETRY_INTERVAL);
            } catch (InterruptedException _) {
                return;
            }
        }
    }

    private void hear(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("LISTEN " + CHANNEL);
        }
        ringAll();
        PGConnection postgres = connection.unwrap(PGConnection.class);
        int wait = Math.toIntExact(ConversationLimits.POLL_INTERVAL.toMillis());
        while (listener != null) {
            PGNotification[] notifications = postgres.getNotifications(wait);
            for (PGNotification notification : notifications) {
                ring(notification.getParameter());
            }
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute("UNLISTEN *");
        }
    }

    @Override
    public void start() {
        Thread thread = Thread.ofVirtual().name("bell").unstarted(this::listen);
        listener = thread;
        thread.start();
    }

    /** The listener hears of its own end like of anything else, so that its connection goes back to the pool whole. */
    @Override
    public void stop() {
        Thread thread = listener;
        listener = null;
        if (thread == null) {
            return;
        }
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("NOTIFY " + CHANNEL);
            thread.join(ConversationLimits.RETRY_INTERVAL);
        } catch (SQLException e) {
            LOG.debug("Nobody to wake: {}", e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            thread.interrupt();
        }
    }

    @Override
    public boolean isRunning() {
        return listener != null;
    }

    /** There before runs are taken up, and until their subscribers have gone. */
    @Override
    public int getPhase() {
        return 0;
    }
}
