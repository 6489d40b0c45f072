package dev.stoa.usage;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;

/** What was used, summed up from the ledger. Thread-safe. */
@Service
public final class UsageReports {

    /** How long a bucket is; buckets begin with the minute, hour or day in UTC. */
    public enum Width {
        MINUTE("minute", 60),
        HOUR("hour", 3_600),
        DAY("day", 86_400);

        private final String unit;
        private final int seconds;

        Width(String unit, int seconds) {
            this.unit = unit;
            this.seconds = seconds;
        }

        public int seconds() {
            return seconds;
        }
    }

    /** What a report may be divided by. */
    public enum Grouping {
        API_KEY("credential_id"),
        WORKSPACE("workspace_id"),
        MODEL("model");

        private final String column;

        Grouping(String column) {
            this.column = column;
        }
    }

    /**
     * Sums of one bucket and group; an id or model is null where the report isn't divided by it.
     *
     * @param cost in billionths of a dollar
     */
    public record Row(
            Instant bucket,
            @Nullable UUID apiKey,
            @Nullable UUID workspace,
            @Nullable String model,
            long requests,
            long inputTokens,
            long cachedTokens,
            long outputTokens,
            long cost) {}

    private final JdbcClient jdbc;

    public UsageReports(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * Sums by bucket, oldest first; buckets without a request are absent.
     *
     * @param from the first time that counts
     * @param to the first that doesn't
     */
    public List<Row> sums(UUID organization, Instant from, Instant to, Width width, Set<Grouping> groupings) {
        StringBuilder select = new StringBuilder("SELECT date_trunc('" + width.unit + "', at, 'UTC') AS bucket");
        StringBuilder group = new StringBuilder(" GROUP BY 1");
        for (Grouping grouping : Grouping.values()) {
            boolean divides = groupings.contains(grouping);
            select.append(", ")
                    .append(divides ? grouping.column : "NULL")
                    .append(" AS ")
                    .append(grouping.column);
            if (divides) {
                group.append(", ").append(grouping.column);
            }
        }
        select.append("""
                , count(*) AS requests, sum(input_tokens) AS input, sum(cached_tokens) AS cached,
                sum(output_tokens) AS output, sum(cost_nanodollars) AS cost
                FROM usage_event WHERE organization_id = :organization AND at >= :from AND at < :to
                """);
        return jdbc.sql(select.append(group).append(" ORDER BY 1").toString())
                .param("organization", organization)
                .param("from", from.atOffset(ZoneOffset.UTC))
                .param("to", to.atOffset(ZoneOffset.UTC))
                .query((row, _) -> row(row, groupings))
                .list();
    }

    private static Row row(ResultSet row, Set<Grouping> groupings) throws SQLException {
        return new Row(
                row.getObject("bucket", OffsetDateTime.class).toInstant(),
                groupings.contains(Grouping.API_KEY) ? row.getObject("credential_id", UUID.class) : null,
                groupings.contains(Grouping.WORKSPACE) ? row.getObject("workspace_id", UUID.class) : null,
                groupings.contains(Grouping.MODEL) ? row.getString("model") : null,
                row.getLong("requests"),
                row.getLong("input"),
                row.getLong("cached"),
                row.getLong("output"),
                row.getLong("cost"));
    }
}
