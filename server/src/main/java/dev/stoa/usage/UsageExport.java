package dev.stoa.usage;

import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;

/** The ledger's own entries, oldest first, in pages: no connection is held between them. Thread-safe. */
@Service
public final class UsageExport {
    /** Entries of a page: some megabytes at most, some tens of milliseconds of the database. */
    private static final int PAGE = 2_000;

    /**
     * An entry as it lies in the ledger; times in milliseconds are null where there were none.
     *
     * @param cost in billionths of a dollar
     */
    public record Entry(
            String requestId,
            Instant at,
            UUID organization,
            UUID workspace,
            UUID member,
            UUID apiKey,
            String surface,
            String model,
            String outcome,
            @Nullable String stopReason,
            int inputTokens,
            int cachedTokens,
            int outputTokens,
            int thinkingTokens,
            @Nullable String reuse,
            int reusedTokens,
            @Nullable Integer queueMillis,
            @Nullable Integer acceptedMillis,
            @Nullable Integer firstTokenMillis,
            int totalMillis,
            long cost) {
        private static final int NANODOLLAR_DIGITS = 9;

        /** Of a row of {@code usage_event}. */
        public static Entry of(ResultSet row) throws SQLException {
            return new Entry(
                    row.getString("request_id"),
                    row.getObject("at", OffsetDateTime.class).toInstant(),
                    row.getObject("organization_id", UUID.class),
                    row.getObject("workspace_id", UUID.class),
                    row.getObject("member_id", UUID.class),
                    row.getObject("credential_id", UUID.class),
                    row.getString("surface"),
                    row.getString("model"),
                    row.getString("outcome"),
                    row.getString("stop_reason"),
                    row.getInt("input_tokens"),
                    row.getInt("cached_tokens"),
                    row.getInt("output_tokens"),
                    row.getInt("thinking_tokens"),
                    row.getString("reuse"),
                    row.getInt("reused_tokens"),
                    row.getObject("queue_ms", Integer.class),
                    row.getObject("accepted_ms", Integer.class),
                    row.getObject("first_token_ms", Integer.class),
                    row.getInt("total_ms"),
                    row.getLong("cost_nanodollars"));
        }

        /** The cost as a decimal number of dollars. */
        public String costUsd() {
            return BigDecimal.valueOf(cost, NANODOLLAR_DIGITS).toPlainString();
        }
    }

    private final JdbcClient jdbc;

    public UsageExport(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * The entries behind {@code last}, up to a page of them; none at the end.
     *
     * @param from the first time that counts
     * @param to the first that doesn't
     * @param last where the page before ended; null for the first
     */
    public List<Entry> page(UUID organization, Instant from, Instant to, @Nullable Entry last) {
        return jdbc.sql("""
                        SELECT * FROM usage_event
                        WHERE organization_id = :organization AND at >= :from AND at < :to
                            AND (at, request_id) > (:from, :last)
                        ORDER BY at, request_id LIMIT :page
                        """)
                .param("organization", organization)
                .param("from", utc(last == null ? from : last.at()))
                .param("to", utc(to))
                .param("last", last == null ? "" : last.requestId())
                .param("page", PAGE)
                .query((row, _) -> Entry.of(row))
                .list();
    }

    private static OffsetDateTime utc(Instant at) {
        return at.atOffset(ZoneOffset.UTC);
    }
}
