package dev.stoa.inference.routing;

import dev.stoa.shared.Uuid7;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;

/**
 * When deployments began to fail and did well again, as each server's circuit breakers saw it. Old ones are forgotten.
 * A server that starts trusts all deployments anew, and writes nothing down for that. Thread-safe.
 */
@Service
public final class UpstreamIncidents implements BreakerJournal {
    private static final int DAYS_KEPT = 90;

    private static final Logger log = LoggerFactory.getLogger(UpstreamIncidents.class);

    /** Of a circuit breaker. */
    public enum State {
        /** It is not asked. */
        OPEN,
        /** A few requests try it. */
        HALF_OPEN,
        CLOSED;

        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** @param failureRate percent of the last calls; null where it was not what changed the state */
    public record Change(
            UUID id,
            Instant at,
            String deployment,
            State state,
            @Nullable Float failureRate) {}

    private final JdbcClient jdbc;
    private final Clock clock;
    private final Uuid7 ids;

    UpstreamIncidents(JdbcClient jdbc, Clock clock, RandomGenerator random) {
        this.jdbc = jdbc;
        this.clock = clock;
        this.ids = new Uuid7(clock, random);
    }

    /** Written by a thread of its own: a request must not wait for it, nor fail with it. */
    @Override
    public void changed(String deployment, State state, float failureRate) {
        UUID id = ids.next();
        Instant now = clock.instant();
        Thread.ofVirtual().name("upstream-incident").start(() -> {
            try {
                insert(id, now, deployment, state, failureRate);
            } catch (DataAccessException e) {
                log.warn("That {} is {} could not be written down: {}", deployment, state.label(), e.getMessage());
            }
        });
    }

    private void insert(UUID id, Instant now, String deployment, State state, float failureRate) {
        jdbc.sql("INSERT INTO upstream_incident VALUES (:id, :at, :deployment, :state, :rate::real)")
                .param("id", id)
                .param("at", now.atOffset(ZoneOffset.UTC))
                .param("deployment", deployment)
                .param("state", state.label())
                .param("rate", failureRate < 0 ? null : failureRate)
                .update();
        jdbc.sql("DELETE FROM upstream_incident WHERE at < :then")
                .param("then", now.atOffset(ZoneOffset.UTC).minusDays(DAYS_KEPT))
                .update();
    }

    /** The newest first. @param before only those older than this one */
    public List<Change> list(@Nullable UUID before, int limit) {
        return jdbc.sql("""
                        SELECT id, at, deployment, state, failure_rate FROM upstream_incident
                        WHERE :before::uuid IS NULL OR id < :before::uuid ORDER BY id DESC LIMIT :limit
                        """)
                .param("before", before)
                .param("limit", limit)
                .query((row, _) -> new Change(
                        row.getObject("id", UUID.class),
                        row.getObject("at", OffsetDateTime.class).toInstant(),
                        row.getString("deployment"),
                        State.valueOf(row.getString("state").toUpperCase(Locale.ROOT)),
                        row.getObject("failure_rate", Float.class)))
                .list();
    }
}
