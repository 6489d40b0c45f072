package dev.stoa.safety;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;

/** What safety refused, counted: no text is kept of an incident. Thread-safe. */
@Service
public final class IncidentReports {

    /**
     * Incidents of one kind on a day.
     *
     * @param day its begin, UTC
     * @param direction {@code input} or {@code output}
     */
    public record Tally(Instant day, String direction, String category, long incidents) {}

    private final JdbcClient jdbc;

    IncidentReports(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** By day, oldest first; days without an incident are absent. */
    public List<Tally> tallies(UUID organization, Instant from, Instant to) {
        return jdbc.sql("""
                        SELECT date_trunc('day', at, 'UTC') AS day, direction, category, count(*) AS incidents
                        FROM safety_incident WHERE organization_id = :organization AND at >= :from AND at < :to
                        GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
                        """)
                .param("organization", organization)
                .param("from", from.atOffset(ZoneOffset.UTC))
                .param("to", to.atOffset(ZoneOffset.UTC))
                .query((row, _) -> new Tally(
                        row.getObject("day", OffsetDateTime.class).toInstant(),
                        row.getString("direction"),
                        row.getString("category"),
                        row.getLong("incidents")))
                .list();
    }
}
