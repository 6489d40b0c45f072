package dev.stoa.inference.routing;

import dev.stoa.inference.routing.Rollouts.Seen;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.TransactionException;

/**
 * Tells other servers what this one has seen of the versions that rollouts compare, and hears what they have, every {@link
 * #PULSE} while any rollout runs. While the database is away each judges by what it knew last. Thread-safe.
 */
final class RolloutExchange implements AutoCloseable {
    static final Duration PULSE = Duration.ofSeconds(2);
    /** What a server last told counts for so long: one that was shut down an hour ago says nothing about now. */
    private static final Duration FRESH = Duration.ofMinutes(10);

    private static final Logger log = LoggerFactory.getLogger(RolloutExchange.class);

    private final JdbcTemplate jdbc;
    private final UUID server;
    private final Rollouts rollouts;
    private final Supplier<Set<String>> watched;
    private final Runnable heard;
    private final Set<String> forgotten = ConcurrentHashMap.newKeySet();
    /** What was last told of each version; the thread's own. */
    private final Map<String, List<Seen>> told = new HashMap<>();

    private boolean warned;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("stoa-rollouts").factory());

    /**
     * @param server this one among those of the database, new at each start
     * @param watched versions of running rollouts
     * @param heard told when others' requests were taken up
     */
    RolloutExchange(JdbcTemplate jdbc, UUID server, Rollouts rollouts, Supplier<Set<String>> watched, Runnable heard) {
        this.jdbc = jdbc;
        this.server = server;
        this.rollouts = rollouts;
        this.watched = watched;
        this.heard = heard;
    }

    void start() {
        var unused =
                thread.scheduleWithFixedDelay(this::pulse, PULSE.toMillis(), PULSE.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** A rollout of the version begins, with nothing seen by anybody. */
    void forget(String version) {
        forgotten.add(version);
    }

    private void pulse() {
        try {
            exchange();
            warned = false;
        } catch (DataAccessException | TransactionException e) {
            if (!warned) {
                log.warn("Rollouts are judged without other servers' requests: {}", e.getMessage());
                warned = true;
            }
        } catch (RuntimeException e) {
            log.error("Rollouts could not be compared with other servers'", e);
        }
    }

    private void exchange() {
        for (String version : new HashSet<>(forgotten)) {
            jdbc.update("DELETE FROM rollout_seen WHERE version = ?", version);
            told.remove(version);
            forgotten.remove(version);
        }
        Set<String> versions = watched.get();
        if (versions.isEmpty()) {
            told.clear();
            rollouts.others(Map.of());
            return;
        }
        for (String version : versions) {
            List<Seen> own = rollouts.own(version);
            if (!own.isEmpty() && !own.equals(told.get(version))) {
                tell(version, own);
                told.put(version, own);
            }
        }
        rollouts.others(hear(versions));
        heard.run();
    }

    private void tell(String version, List<Seen> own) {
        Boolean[] failed = own.stream().map(Seen::failed).toArray(Boolean[]::new);
        @Nullable Long[] tokens = new Long[own.size()];
        for (int i = 0; i < tokens.length; i++) {
            Duration first = own.get(i).firstToken();
            tokens[i] = first == null ? null : first.toNanos() / 1000;
        }
        jdbc.update("""
                INSERT INTO rollout_seen VALUES (?, ?, clock_timestamp(), ?, ?)
                ON CONFLICT (version, server) DO UPDATE SET seen_at = excluded.seen_at, failed = excluded.failed,
                    first_token_us = excluded.first_token_us
                """, statement -> {
            statement.setString(1, version);
            statement.setObject(2, server);
            statement.setArray(3, statement.getConnection().createArrayOf("boolean", failed));
            statement.setArray(4, statement.getConnection().createArrayOf("bigint", tokens));
        });
    }

    private Map<String, List<Seen>> hear(Set<String> versions) {
        Map<String, List<Seen>> seen = new HashMap<>();
        jdbc.query(
                """
                SELECT version, failed, first_token_us FROM rollout_seen
                WHERE version = ANY (?) AND server <> ? AND seen_at > clock_timestamp() - make_interval(secs => ?)
                """,
                row -> {
                    seen.computeIfAbsent(row.getString("version"), _ -> new ArrayList<>())
                            .addAll(attempts(row));
                },
                versions.toArray(String[]::new),
                server,
                FRESH.toSeconds());
        return seen;
    }

    private static List<Seen> attempts(ResultSet row) throws SQLException {
        Array failed = row.getArray("failed");
        Array tokens = row.getArray("first_token_us");
        Boolean[] ends = (Boolean[]) failed.getArray();
        @Nullable Long[] micros = (@Nullable Long[]) tokens.getArray();
        List<Seen> seen = new ArrayList<>(ends.length);
        for (int i = 0; i < ends.length; i++) {
            Long first = micros[i];
            seen.add(new Seen(ends[i], first == null ? null : Duration.ofNanos(first * 1000)));
        }
        return seen;
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
