package dev.stoa.response;

import dev.stoa.identity.Caller;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The responses of the caller's workspace; nothing of another one, and nothing past its time, is ever found. Thread-safe. */
@Repository
public class ResponseStore {
    private static final String SEEN =
            " r.organization_id = :organization AND r.workspace_id = :workspace AND r.expires_at > :now ";

    private final JdbcClient jdbc;
    private final ResponseLimits limits;
    private final Clock clock;

    ResponseStore(JdbcClient jdbc, ResponseLimits limits, Clock clock) {
        this.jdbc = jdbc;
        this.limits = limits;
        this.clock = clock;
    }

    /**
     * Keeps a response that has ended in the foreground.
     *
     * @param outputIds of the items of its output
     */
    public void keep(Caller caller, StoredResponse response, List<String> outputIds) {
        Instant now = clock.instant();
        jdbc.sql("""
                        INSERT INTO response (id, organization_id, workspace_id, previous_id, background, status, input,
                            body, output_ids, created_at, expires_at, ended_at, has_events)
                        VALUES (:id, :organization, :workspace, :previous, false, :status, :input, :body, :outputs,
                            :now, :expires, :now, false)
                        """)
                .param("id", response.id())
                .param("organization", caller.organizationId())
                .param("workspace", caller.workspaceId())
                .param("previous", response.previousId())
                .param("status", response.status().word())
                .param("input", response.input())
                .param("body", response.body())
                .param("outputs", outputIds.toArray(String[]::new))
                .param("now", utc(now))
                .param("expires", utc(now.plus(limits.keep())))
                .update();
    }

    public Optional<StoredResponse> find(Caller caller, String id) {
        return seen("SELECT * FROM response r WHERE r.id = :id AND" + SEEN, caller)
                .param("id", id)
                .query((row, _) -> response(row))
                .optional();
    }

    /** @return whether it was there */
    public boolean delete(Caller caller, String id) {
        return seen("DELETE FROM response r WHERE r.id = :id AND" + SEEN, caller)
                        .param("id", id)
                        .update()
                == 1;
    }

    /**
     * A response and those that it was built upon, oldest first; from the newest back as far as they are there, {@link
     * ResponseLimits#chain} allows, and those before have less than {@code bytesMax} together. It is whole if its first
     * was built upon nothing.
     */
    public List<StoredResponse> chain(Caller caller, String id, long bytesMax) {
        return seen("""
                        WITH RECURSIVE chain AS (
                            SELECT r.id, r.previous_id, 1 AS depth, length(r.input)::bigint + length(r.body) AS size
                            FROM response r WHERE r.id = :id AND""" + SEEN + """
                            UNION ALL
                            SELECT r.id, r.previous_id, c.depth + 1, c.size + length(r.input) + length(r.body)
                            FROM chain c JOIN response r ON r.id = c.previous_id
                            WHERE c.depth < :depth AND c.size < :size AND""" + SEEN + """
                        )
                        SELECT r.* FROM chain c JOIN response r USING (id) ORDER BY c.depth DESC
                        """, caller)
                .param("id", id)
                .param("depth", limits.chain())
                .param("size", bytesMax)
                .query((row, _) -> response(row))
                .list();
    }

    /**
     * Bodies of responses whose output has one of these items; of the newest {@link ResponseLimits#chain} of them.
     *
     * @param itemIds of items of outputs
     */
    public List<String> bodiesWith(Caller caller, Collection<String> itemIds) {
        return seen(
                        "SELECT r.body FROM response r WHERE r.output_ids && CAST(:items AS text[]) AND" + SEEN
                                + "ORDER BY r.created_at DESC LIMIT :count",
                        caller)
                .param("items", itemIds.toArray(String[]::new))
                .param("count", limits.chain())
                .query((row, _) -> row.getString("body"))
                .list();
    }

    private JdbcClient.StatementSpec seen(String sql, Caller caller) {
        return jdbc.sql(sql)
                .param("organization", caller.organizationId())
                .param("workspace", caller.workspaceId())
                .param("now", utc(clock.instant()));
    }

    /** Removes what is past its time. */
    void sweep() {
        Instant now = clock.instant();
        jdbc.sql("DELETE FROM response WHERE expires_at <= ? AND ended_at IS NOT NULL")
                .param(utc(now))
                .update();
        jdbc.sql("""
                        WITH over AS (
                            UPDATE response SET has_events = false
                            WHERE has_events AND ended_at <= ? RETURNING id
                        )
                        DELETE FROM response_event e USING over o WHERE e.response_id = o.id
                        """).param(utc(now.minus(limits.keepEvents()))).update();
    }

    static StoredResponse response(ResultSet row) throws SQLException {
        @Nullable String previous = row.getString("previous_id");
        return new StoredResponse(
                row.getString("id"),
                previous,
                row.getBoolean("background"),
                ResponseStatus.of(row.getString("status")),
                row.getString("input"),
                row.getString("body"),
                row.getBoolean("has_events"));
    }

    static OffsetDateTime utc(Instant time) {
        return time.atOffset(ZoneOffset.UTC);
    }
}
