package dev.stoa.usage;

import dev.stoa.identity.Caller;
import dev.stoa.inference.Outcome;
import dev.stoa.inference.Reuse;
import dev.stoa.inference.TokenUsage;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Ledger entries in {@code usage_event}, their sums in {@code usage_sum}, running requests in {@code usage_open}. An
 * event, its part in the sums and, where events are exported, its place in {@code usage_outbox} are one statement, and an
 * event that is there already adds nothing to them. Rows of
 * sums are locked in one order, so that servers that write at once wait for each other and never in a circle.
 * Thread-safe.
 */
@Component
final class PostgresUsageStore implements UsageStore, OpenStore {
    private static final String INSERT = """
            WITH new AS (
                INSERT INTO usage_event
                    (request_id, at, organization_id, workspace_id, member_id, credential_id, surface, model, outcome,
                     stop_reason, input_tokens, cached_tokens, output_tokens, thinking_tokens, queue_ms, accepted_ms,
                     first_token_ms, total_ms, cost_nanodollars, reuse, reused_tokens)
                SELECT * FROM unnest(?::text[], ?::timestamptz[], ?::uuid[], ?::uuid[], ?::uuid[], ?::uuid[], ?::text[],
                    ?::text[], ?::text[], ?::text[], ?::int[], ?::int[], ?::int[], ?::int[], ?::int[], ?::int[],
                    ?::int[], ?::int[], ?::bigint[], ?::text[], ?::int[])
                ON CONFLICT (request_id, at) DO NOTHING
                RETURNING *),
            collected AS (
                INSERT INTO usage_outbox (request_id, at) SELECT request_id, at FROM new
                WHERE EXISTS (SELECT FROM usage_exporter WHERE collect_until > clock_timestamp())),
            summed AS (
                INSERT INTO usage_sum AS old
                SELECT organization_id, width, date_trunc(width, at, 'UTC') AS bucket, workspace_id, member_id,
                    credential_id, model, count(*), sum(input_tokens), sum(cached_tokens), sum(output_tokens),
                    sum(cost_nanodollars)
                FROM new CROSS JOIN (VALUES ('hour'), ('day')) AS widths (width)
                GROUP BY 1, 2, 3, 4, 5, 6, 7 ORDER BY 1, 2, 3, 4, 5, 6, 7
                ON CONFLICT (organization_id, width, bucket, workspace_id, member_id, credential_id, model) DO UPDATE
                SET requests = old.requests + excluded.requests,
                    input_tokens = old.input_tokens + excluded.input_tokens,
                    cached_tokens = old.cached_tokens + excluded.cached_tokens,
                    output_tokens = old.output_tokens + excluded.output_tokens,
                    cost_nanodollars = old.cost_nanodollars + excluded.cost_nanodollars)
            SELECT request_id FROM new
            """;
    private static final String OPEN = """
            INSERT INTO usage_open
            SELECT id, ?, at, clock_timestamp(), organization, workspace, member, credential, surface, model, input,
                cached, output, thinking, cost
            FROM unnest(?::text[], ?::timestamptz[], ?::uuid[], ?::uuid[], ?::uuid[], ?::uuid[], ?::text[], ?::text[],
                ?::int[], ?::int[], ?::int[], ?::int[], ?::bigint[])
                AS new (id, at, organization, workspace, member, credential, surface, model, input, cached, output,
                    thinking, cost)
            ON CONFLICT (request_id) DO NOTHING
            """;
    private static final String PROGRESS = """
            UPDATE usage_open SET seen_at = clock_timestamp(), model = new.model, input_tokens = new.input,
                cached_tokens = new.cached, output_tokens = new.output, thinking_tokens = new.thinking,
                cost_nanodollars = new.cost
            FROM unnest(?::text[], ?::text[], ?::int[], ?::int[], ?::int[], ?::int[], ?::bigint[])
                AS new (id, model, input, cached, output, thinking, cost)
            WHERE request_id = new.id
            """;
    private static final String DEAD = """
            SELECT o.*, (extract(epoch FROM o.seen_at - o.at) * 1000)::bigint AS total_ms FROM usage_open o
            WHERE NOT EXISTS (SELECT FROM usage_server s
                WHERE s.id = o.server AND s.seen_at > clock_timestamp() - ? * interval '1 millisecond')
            LIMIT 1000 FOR UPDATE SKIP LOCKED
            """;

    private final JdbcTemplate jdbc;
    private final TransactionTemplate transaction;

    PostgresUsageStore(JdbcTemplate jdbc, TransactionTemplate transaction) {
        this.jdbc = jdbc;
        this.transaction = transaction;
    }

    @Override
    public void write(List<UsageEvent> events) {
        insert(events);
    }

    /** @return the names of those that were not there */
    private Set<String> insert(List<UsageEvent> events) {
        if (events.isEmpty()) {
            return Set.of();
        }
        Columns columns = new Columns(events.size());
        columns.texts(events, UsageEvent::requestId);
        columns.times(events, UsageEvent::at);
        callers(columns, events.stream().map(UsageEvent::caller).toList());
        columns.texts(events, UsageEvent::surface);
        columns.texts(events, UsageEvent::model);
        columns.texts(events, event -> event.outcome().label());
        columns.texts(
                events,
                event -> event.stopReason() == null
                        ? null
                        : event.stopReason().name().toLowerCase(Locale.ROOT));
        tokens(columns, events.stream().map(UsageEvent::tokens).toList());
        columns.ints(events, event -> millis(event.queued()));
        columns.ints(events, event -> millis(event.accepted()));
        columns.ints(events, event -> millis(event.firstToken()));
        columns.ints(events, event -> millis(event.total()));
        columns.longs(events, UsageEvent::cost);
        columns.texts(
                events,
                event -> event.reuse() == Reuse.NONE ? null : event.reuse().label());
        columns.ints(events, UsageEvent::reusedTokens);
        Set<String> made = transaction.execute(
                _ -> Set.copyOf(jdbc.query(INSERT, columns.setter(0), (row, _) -> row.getString("request_id"))));
        return made == null ? Set.of() : made;
    }

    private static void callers(Columns columns, List<Caller> callers) {
        columns.ids(callers, Caller::organizationId);
        columns.ids(callers, Caller::workspaceId);
        columns.ids(callers, Caller::memberId);
        columns.ids(callers, Caller::credentialId);
    }

    private static void tokens(Columns columns, List<TokenUsage> tokens) {
        columns.ints(tokens, TokenUsage::inputTokens);
        columns.ints(tokens, TokenUsage::cachedTokens);
        columns.ints(tokens, TokenUsage::outputTokens);
        columns.ints(tokens, TokenUsage::thinkingTokens);
    }

    private static @Nullable Integer millis(@Nullable Duration duration) {
        return duration == null ? null : (int) Math.min(Integer.MAX_VALUE, duration.toMillis());
    }

    @Override
    public void pulse(UUID server) {
        jdbc.update("""
                INSERT INTO usage_server VALUES (?, clock_timestamp())
                ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at
                """, server);
    }

    @Override
    public void open(UUID server, List<? extends OpenRequest> requests) {
        Columns columns = new Columns(requests.size());
        columns.texts(requests, OpenRequest::requestId);
        columns.times(requests, OpenRequest::at);
        callers(columns, requests.stream().map(OpenRequest::caller).toList());
        columns.texts(requests, OpenRequest::surface);
        columns.texts(requests, OpenRequest::model);
        tokens(columns, requests.stream().map(OpenRequest::tokens).toList());
        columns.longs(requests, OpenRequest::cost);
        jdbc.update(OPEN, statement -> {
            statement.setObject(1, server);
            columns.setter(1).setValues(statement);
        });
    }

    @Override
    public void progress(List<? extends OpenRequest> requests) {
        if (requests.isEmpty()) {
            return;
        }
        Columns columns = new Columns(requests.size());
        columns.texts(requests, OpenRequest::requestId);
        columns.texts(requests, OpenRequest::model);
        tokens(columns, requests.stream().map(OpenRequest::tokens).toList());
        columns.longs(requests, OpenRequest::cost);
        jdbc.update(PROGRESS, columns.setter(0));
    }

    @Override
    public List<String> stops(UUID server) {
        return jdbc.query(
                "SELECT request_id FROM usage_open WHERE server = ? AND stop_requested",
                (row, _) -> row.getString("request_id"),
                server);
    }

    @Override
    public void close(List<String> requestIds) {
        if (!requestIds.isEmpty()) {
            jdbc.update(
                    "DELETE FROM usage_open WHERE request_id = ANY (?)", (Object) requestIds.toArray(String[]::new));
        }
    }

    @Override
    public List<UsageEvent> bury(Duration silence) {
        List<UsageEvent> made = transaction.execute(_ -> {
            List<UsageEvent> found = jdbc.query(DEAD, PostgresUsageStore::interrupted, silence.toMillis());
            // A request may have ended, and been charged, before its server died: its event is there already.
            Set<String> inserted = insert(found);
            close(found.stream().map(UsageEvent::requestId).toList());
            jdbc.update("""
                    DELETE FROM usage_server s WHERE seen_at <= clock_timestamp() - ? * interval '1 millisecond'
                        AND NOT EXISTS (SELECT FROM usage_open o WHERE o.server = s.id)
                    """, silence.toMillis());
            return found.stream()
                    .filter(event -> inserted.contains(event.requestId()))
                    .toList();
        });
        return made == null ? List.of() : made;
    }

    private static UsageEvent interrupted(ResultSet row, int index) throws SQLException {
        return new UsageEvent(
                row.getString("request_id"),
                row.getObject("at", OffsetDateTime.class).toInstant(),
                new Caller(
                        row.getObject("organization_id", UUID.class),
                        row.getObject("workspace_id", UUID.class),
                        row.getObject("member_id", UUID.class),
                        row.getObject("credential_id", UUID.class)),
                row.getString("surface"),
                // Neither is kept: only metrics tell them, and the dead server's are gone.
                Operation.CHAT,
                row.getString("model"),
                row.getString("model"),
                Outcome.INTERRUPTED,
                null,
                new TokenUsage(
                        row.getInt("input_tokens"),
                        row.getInt("cached_tokens"),
                        row.getInt("output_tokens"),
                        row.getInt("thinking_tokens")),
                Reuse.NONE,
                0,
                row.getLong("cost_nanodollars"),
                null,
                null,
                null,
                Duration.ofMillis(Math.max(0, row.getLong("total_ms"))));
    }

    @Override
    public void leave(UUID server) {
        jdbc.update("DELETE FROM usage_open WHERE server = ?", server);
        jdbc.update("DELETE FROM usage_server WHERE id = ?", server);
    }

    @Override
    public void makeMonths() {
        jdbc.query("SELECT usage_month(now() + n * interval '28 days') FROM generate_series(0, 2) AS n", _ -> {});
    }
}
