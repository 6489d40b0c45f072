package dev.stoa.shared;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * What one server changes in the database and all must know at once: keys, limits. PostgreSQL carries it (NOTIFY on the
 * channel {@code stoa}, the payload names the topic), triggers send it. After a loss of the connection every listener is
 * told, as anything may have changed; so listeners must bear to be told too often. A connection that a firewall has
 * forgotten is as silent as one on which nothing happens, so in silence PostgreSQL is asked whether it is still there.
 * Holds one connection. Thread-safe.
 */
@Component
public final class Announcements implements SmartLifecycle {
    /** How long the thread waits before it looks whether it is to stop. */
    private static final Duration LISTEN = Duration.ofMillis(500);

    /** After so long without a word the connection is tried. */
    private static final Duration SILENCE = Duration.ofSeconds(15);
    /** A connection on which no answer comes for so long is lost. */
    private static final Duration ANSWER = Duration.ofSeconds(5);

    private static final Duration RECONNECT = Duration.ofSeconds(1);
    /** Begins before the surfaces and ends after them. */
    private static final int PHASE = 0;

    private static final Logger log = LoggerFactory.getLogger(Announcements.class);

    private record Listener(String topic, Runnable told) {}

    private final DataSource database;
    private final Duration silence;
    private final Duration answer;
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();
    private volatile boolean stopping;
    private @Nullable Thread thread;

    @Autowired
    public Announcements(DataSource database) {
        this(database, SILENCE, ANSWER);
    }

    /**
     * @param silence after which the connection is tried
     * @param answer how long it may take to answer
     */
    public Announcements(DataSource database, Duration silence, Duration answer) {
        this.database = database;
        this.silence = silence;
        this.answer = answer;
    }

    /**
     * @param topic the payload to listen for
     * @param told runs on the thread of this class, so it must be short
     */
    public void listen(String topic, Runnable told) {
        listeners.add(new Listener(topic, told));
    }

    @Override
    public synchronized void start() {
        if (thread == null) {
            stopping = false;
            thread = Thread.ofPlatform().name("stoa-announcements").daemon().start(this::run);
        }
    }

    private void run() {
        boolean warned = false;
        while (!stopping) {
            try (Connection connection = database.getConnection()) {
                connection.setAutoCommit(true);
                connection.setNetworkTimeout(Runnable::run, (int) answer.toMillis());
                ask(connection, "LISTEN stoa");
                warned = false;
                listeners.forEach(listener -> listener.told().run());
                listen(connection);
                ask(connection, "UNLISTEN *");
            } catch (SQLException | RuntimeException e) {
                if (!warned && !stopping) {
                    log.warn("Changes of other servers are heard of late: {}", e.getMessage());
                    warned = true;
                }
                pause();
            }
        }
    }

    private static void ask(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private void listen(Connection connection) throws SQLException {
        PGConnection notifications = connection.unwrap(PGConnection.class);
        Duration silent = Duration.ZERO;
        while (!stopping) {
            PGNotification[] heard = notifications.getNotifications((int) LISTEN.toMillis());
            if (heard != null && heard.length > 0) {
                tell(heard);
                silent = Duration.ZERO;
                continue;
            }
            silent = silent.plus(LISTEN);
            if (silent.compareTo(silence) >= 0) {
                ask(connection, "SELECT 1");
                silent = Duration.ZERO;
            }
        }
    }

    private void tell(PGNotification[] heard) {
        for (PGNotification each : heard) {
            for (Listener listener : listeners) {
                if (listener.topic().equals(each.getParameter())) {
                    listener.told().run();
                }
            }
        }
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(RECONNECT.toMillis());
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public synchronized void stop() {
        stopping = true;
        if (thread != null) {
            try {
                thread.join(LISTEN.plus(RECONNECT));
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
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
