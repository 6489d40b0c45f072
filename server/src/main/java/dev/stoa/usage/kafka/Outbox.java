package dev.stoa.usage.kafka;

import dev.stoa.usage.UsageExport;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * {@code usage_outbox}, and whose turn it is to empty it. Times are the database's own. Every statement is a transaction
 * of its own, so no connection is held while Kafka is waited for. Thread-safe.
 */
final class Outbox {
    private final JdbcClient jdbc;

    /**
     * An event that waits.
     *
     * @param waited since it was put there
     * @param message null if the ledger has forgotten it
     */
    record Entry(long position, Duration waited, @Nullable UsageMessage message) {}

    Outbox(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * Takes the turn, or keeps it; from then on every server collects events.
     *
     * @param turn how long it lasts
     * @param collect how long events are collected when nobody takes it any more
     * @return whether this server has it
     */
    boolean takeTurn(UUID server, Duration turn, Duration collect) {
        return jdbc.sql("""
                        INSERT INTO usage_exporter AS old (server, until, collect_until)
                        VALUES (:server, clock_timestamp() + :turn * interval '1 millisecond',
                            clock_timestamp() + :collect * interval '1 millisecond')
                        ON CONFLICT (one) DO UPDATE
                        SET server = excluded.server, until = excluded.until, collect_until = excluded.collect_until
                        WHERE old.server = excluded.server OR old.until <= clock_timestamp()
                        """)
                        .param("server", server)
                        .param("turn", turn.toMillis())
                        .param("collect", collect.toMillis())
                        .update()
                == 1;
    }

    /** Since when no event was collected any more, as nobody had taken the turn for too long; empty if they are. */
    Optional<Instant> collectedUntil() {
        return jdbc.sql("SELECT collect_until FROM usage_exporter WHERE collect_until <= clock_timestamp()")
                .query(OffsetDateTime.class)
                .optional()
                .map(OffsetDateTime::toInstant);
    }

    /** Lets another take the turn at once. */
    void leave(UUID server) {
        jdbc.sql("UPDATE usage_exporter SET until = clock_timestamp() WHERE server = ?")
                .param(server)
                .update();
    }

    /** Those that wait, in the order in which they were put there, up to {@code max}. */
    List<Entry> read(int max) {
        return jdbc.sql("""
                        SELECT o.position, (extract(epoch FROM clock_timestamp() - queued_at) * 1000)::bigint AS waited, e.*
                        FROM (SELECT * FROM usage_outbox ORDER BY position LIMIT :max) o
                        LEFT JOIN usage_event e ON e.request_id = o.request_id AND e.at = o.at
                        ORDER BY o.position
                        """)
                .param("max", max)
                .query((row, _) -> new Entry(
                        row.getLong("position"),
                        Duration.ofMillis(row.getLong("waited")),
                        row.getString("request_id") == null ? null : UsageMessage.of(UsageExport.Entry.of(row))))
                .list();
    }

    /** How long the first has waited; nothing if none does. */
    Duration oldest() {
        return jdbc.sql("""
                        SELECT (extract(epoch FROM clock_timestamp() - queued_at) * 1000)::bigint
                        FROM usage_outbox ORDER BY position LIMIT 1
                        """)
                .query(Long.class)
                .optional()
                .map(Duration::ofMillis)
                .orElse(Duration.ZERO);
    }

    void remove(Collection<Long> positions) {
        jdbc.sql("DELETE FROM usage_outbox WHERE position = ANY (?)")
                .param(positions.toArray(Long[]::new))
                .update();
    }
}
