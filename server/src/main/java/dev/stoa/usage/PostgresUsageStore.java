package dev.stoa.usage;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/** Ledger entries in the table {@code usage_event}. Thread-safe. */
@Component
final class PostgresUsageStore implements UsageStore {
    private static final String INSERT = """
            insert into usage_event
                (request_id, at, organization_id, workspace_id, member_id, credential_id, surface, model, outcome,
                 stop_reason, input_tokens, cached_tokens, output_tokens, accepted_ms, first_token_ms, total_ms,
                 cost_nanodollars)
            values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            on conflict (request_id) do nothing
            """;

    private final JdbcTemplate jdbc;
    private final TransactionTemplate transaction;

    PostgresUsageStore(JdbcTemplate jdbc, TransactionTemplate transaction) {
        this.jdbc = jdbc;
        this.transaction = transaction;
    }

    @Override
    public void write(List<UsageEvent> events) {
        transaction.executeWithoutResult(
                _ -> jdbc.batchUpdate(INSERT, events, events.size(), PostgresUsageStore::bind));
    }

    private static void bind(PreparedStatement row, UsageEvent event) throws SQLException {
        row.setString(1, event.requestId());
        row.setObject(2, event.at().atOffset(ZoneOffset.UTC));
        row.setObject(3, event.caller().organizationId());
        row.setObject(4, event.caller().workspaceId());
        row.setObject(5, event.caller().memberId());
        row.setObject(6, event.caller().credentialId());
        row.setString(7, event.surface());
        row.setString(8, event.model());
        row.setString(9, event.outcome().label());
        row.setString(
                10,
                event.stopReason() == null ? null : event.stopReason().name().toLowerCase(Locale.ROOT));
        row.setInt(11, event.tokens().inputTokens());
        row.setInt(12, event.tokens().cachedTokens());
        row.setInt(13, event.tokens().outputTokens());
        setMillis(row, 14, event.accepted());
        setMillis(row, 15, event.firstToken());
        setMillis(row, 16, event.total());
        row.setLong(17, event.cost());
    }

    private static void setMillis(PreparedStatement row, int column, @Nullable Duration duration) throws SQLException {
        row.setObject(
                column,
                duration == null ? null : (int) Math.min(Integer.MAX_VALUE, duration.toMillis()),
                Types.INTEGER);
    }
}
