package dev.stoa.response;

import dev.stoa.identity.Caller;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
     * @param output its items, JSON in ASCII, by their ids
     */
    public void keep(Caller caller, StoredResponse response, Map<String, String> output) {
        Instant now = clock.instant();
        jdbc.sql("""
                        INSERT INTO response (id, organization_id, workspace_id, previous_id, background, status, input,
                            body, output_ids, output_items, created_at, expires_at, ended_at, has_events)
                        VALUES (:id, :organization, :workspace, :previous, false, :status, :input, :body, :ids, :items,
                            :now, :expires, :now, false)
                        """)
                .param("id", response.id())
                .param("organization", caller.organizationId())
                .param("workspace", caller.workspaceId())
                .param("previous", response.previousId())
                .param("status", response.status().word())
                .param("input", response.input())
                .param("body", response.body())
                .param("ids", output.keySet().toArray(String[]::new))
                .param("items", output.values().toArray(String[]::new))
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
     * Items of outputs, JSON in ASCII, by their ids; of the newest as many as have less than {@code charsMax} together.
     *
     * @param ids that are wanted
     */
    public Map<String, String> outputItems(Caller caller, Collection<String> ids, long charsMax) {
        Map<String, String> found = new HashMap<>();
        seen("""
                        SELECT id, item FROM (
                            SELECT o.id, o.item, sum(length(o.item)) OVER (ORDER BY r.created_at DESC, o.id) AS size
                            FROM response r, unnest(r.output_ids, r.output_items) AS o (id, item)
                            WHERE r.output_ids && CAST(:ids AS text[]) AND o.id = ANY (:ids) AND""" + SEEN + """
                        ) found WHERE size < :size
                        """, caller)
                .param("ids", ids.toArray(String[]::new))
                .param("size", charsMax)
                .query(row -> {
                    found.put(row.getString("id"), row.getString("item"));
                });
        return found;
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
