package dev.stoa.usage;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;

/** What was used, from the sums that are written with the ledger. Thread-safe. */
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
        MEMBER("member_id"),
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
            @Nullable UUID member,
            @Nullable String model,
            long requests,
            long inputTokens,
            long cachedTokens,
            long outputTokens,
            long cost) {}

    private static final String WHOLE = """
            SELECT bucket, workspace_id, member_id, credential_id, model, requests, input_tokens, cached_tokens,
                output_tokens, cost_nanodollars
            FROM usage_sum
            WHERE organization_id = :organization AND width = :width AND bucket >= :from AND bucket < :whole
            """;
    private static final String REST = """
            UNION ALL
            SELECT date_trunc(:width, at, 'UTC'), workspace_id, member_id, credential_id, model, 1, input_tokens,
                cached_tokens, output_tokens, cost_nanodollars
            FROM usage_event WHERE organization_id = :organization AND at >= :whole AND at < :to
            """;

    private final JdbcClient jdbc;
    private final Clock clock;

    public UsageReports(JdbcClient jdbc, Clock clock) {
        this.jdbc = jdbc;
        this.clock = clock;
    }

    /**
     * Sums by bucket, oldest first; buckets without a request are absent.
     *
     * @param from the begin of the first bucket
     * @param to the first time that doesn't count; minutes, and a bucket that it cuts, are summed up from
     *     the events themselves
     */
    public List<Row> sums(UUID organization, Instant from, Instant to, Width width, Set<Grouping> groupings) {
        return sums(organization, null, from, to, width, groupings);
    }

    /** The same. @param member of this one only; null for all */
    public List<Row> sums(
            UUID organization, @Nullable UUID member, Instant from, Instant to, Width width, Set<Grouping> groupings) {
        Instant whole = summedUpTo(from, to, width);
        boolean cuts = whole.isBefore(to);
        StringBuilder select = new StringBuilder("SELECT bucket");
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
        select.append(", sum(requests) AS requests, sum(input_tokens) AS input, sum(cached_tokens) AS cached,")
                .append(" sum(output_tokens) AS output, sum(cost_nanodollars) AS cost FROM (")
                .append(WHOLE)
                .append(cuts ? REST : "")
                .append(") AS parts")
                .append(member == null ? "" : " WHERE member_id = :member")
                .append(group)
                .append(" ORDER BY 1");
        var statement = jdbc.sql(select.toString())
                .param("organization", organization)
                .param("width", width.unit)
                .param("from", from.atOffset(ZoneOffset.UTC))
                .param("whole", whole.atOffset(ZoneOffset.UTC));
        if (member != null) {
            statement = statement.param("member", member);
        }
        if (cuts) {
            statement = statement.param("to", to.atOffset(ZoneOffset.UTC));
        }
        return statement.query((row, _) -> row(row, groupings)).list();
    }

    /** From when on a report is made of events: a day of minutes at most, or what is cut off a bucket. */
    private Instant summedUpTo(Instant from, Instant to, Width width) {
        if (width == Width.MINUTE) {
            return from;
        }
        long rest = Math.floorMod(to.getEpochSecond(), width.seconds());
        return rest != 0 && to.isBefore(clock.instant()) ? Instant.ofEpochSecond(to.getEpochSecond() - rest) : to;
    }

    private static Row row(ResultSet row, Set<Grouping> groupings) throws SQLException {
        return new Row(
                row.getObject("bucket", OffsetDateTime.class).toInstant(),
                groupings.contains(Grouping.API_KEY) ? row.getObject("credential_id", UUID.class) : null,
                groupings.contains(Grouping.WORKSPACE) ? row.getObject("workspace_id", UUID.class) : null,
                groupings.contains(Grouping.MEMBER) ? row.getObject("member_id", UUID.class) : null,
                groupings.contains(Grouping.MODEL) ? row.getString("model") : null,
                row.getLong("requests"),
                row.getLong("input"),
                row.getLong("cached"),
                row.getLong("output"),
                row.getLong("cost"));
    }
}
