package dev.stoa.response;

import dev.stoa.identity.Caller;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/**
 * Responses that are being written in the background, and their logs. Every write is fenced by the server that owns the
 * response: one whose response was taken for dead, cancelled for good or deleted changes nothing and learns of it.
 * Thread-safe.
 */
@Repository
public class BackgroundStore {
    /** How often a server says that its responses are being written; each look is one statement. */
    public static final Duration HEARTBEAT_INTERVAL = Duration.ofSeconds(2);

    /** Silence after which a server counts as dead: several heartbeats and a long garbage collection. */
    public static final Duration HEARTBEAT_STALE = Duration.ofSeconds(10);

    /** Responses of dead servers that one look takes; the next one takes more. */
    private static final int ORPHANS_MAX = 64;

    private static final String MINE = " id = :id AND server_id = :server AND ended_at IS NULL ";

    private final JdbcClient jdbc;
    private final ResponseLimits limits;
    private final Clock clock;

    BackgroundStore(JdbcClient jdbc, ResponseLimits limits, Clock clock) {
        this.jdbc = jdbc;
        this.limits = limits;
        this.clock = clock;
    }

    /** An event of a response: its number, and its JSON in ASCII. */
    public record Event(String responseId, int sequence, String json) {}

    /** A response that a dead server left; it is this server's now. */
    public record Orphan(String id, String body) {}

    /** Stores a response that this server is about to write, with the events that its beginning tells. */
    public void begin(Caller caller, StoredResponse response, UUID server, List<Event> events) {
        Instant now = clock.instant();
        withEvents(
                        jdbc.sql("""
                        WITH begun AS (
                            INSERT INTO response (id, organization_id, workspace_id, previous_id, background, status,
                                input, body, created_at, expires_at, server_id, heartbeat_at, has_events)
                            VALUES (:id, :organization, :workspace, :previous, true, :status, :input, :body, :now,
                                :expires, :server, clock_timestamp(), true)
                            RETURNING id
                        )
                        INSERT INTO response_event (response_id, sequence, event)
                        SELECT b.id, e.sequence, e.event FROM begun b, unnest(:sequences, :events) AS e (sequence, event)
                        """)
                                .param("id", response.id())
                                .param("organization", caller.organizationId())
                                .param("workspace", caller.workspaceId())
                                .param("previous", response.previousId())
                                .param("status", response.status().word())
                                .param("input", response.input())
                                .param("body", response.body())
                                .param("now", ResponseStore.utc(now))
                                .param("expires", ResponseStore.utc(now.plus(limits.keep())))
                                .param("server", server),
                        events)
                .update();
    }

    private static JdbcClient.StatementSpec withEvents(JdbcClient.StatementSpec statement, List<Event> events) {
        return statement
                .param("sequences", events.stream().map(Event::sequence).toArray(Integer[]::new))
                .param("events", events.stream().map(Event::json).toArray(String[]::new));
    }

    /**
     * Adds events of this server's responses to their logs; a number that a log has is passed over. The responses' rows
     * are locked first, so that who ends one waits, and then finds what was added.
     *
     * @return the responses that are this server's, each with whether somebody wants it cancelled
     */
    public Map<String, Boolean> append(UUID server, List<Event> events) {
        return signs(withEvents(
                jdbc.sql("""
                        WITH mine AS (
                            SELECT id, cancel_requested FROM response
                            WHERE id = ANY (:ids) AND server_id = :server AND ended_at IS NULL FOR UPDATE
                        ), added AS (
                            INSERT INTO response_event (response_id, sequence, event)
                            SELECT e.id, e.sequence, e.event
                            FROM unnest(:ids, :sequences, :events) AS e (id, sequence, event) JOIN mine m USING (id)
                            ON CONFLICT DO NOTHING
                        )
                        SELECT id, cancel_requested FROM mine
                        """)
                        .param("ids", events.stream().map(Event::responseId).toArray(String[]::new))
                        .param("server", server),
                events));
    }

    /** The sign of life of this server's responses. @return as {@link #append} */
    public Map<String, Boolean> heartbeat(UUID server, Collection<String> ids) {
        return signs(jdbc.sql("""
                        UPDATE response SET heartbeat_at = clock_timestamp()
                        WHERE id = ANY (:ids) AND server_id = :server AND ended_at IS NULL
                        RETURNING id, cancel_requested
                        """).param("ids", ids.toArray(String[]::new)).param("server", server));
    }

    private static Map<String, Boolean> signs(JdbcClient.StatementSpec statement) {
        Map<String, Boolean> signs = new HashMap<>();
        statement.query(row -> {
            signs.put(row.getString("id"), row.getBoolean("cancel_requested"));
        });
        return signs;
    }

    /** The model has begun with it. */
    public void progress(UUID server, String id, String body) {
        jdbc.sql("UPDATE response SET status = 'in_progress', body = :body WHERE" + MINE)
                .param("id", id)
                .param("server", server)
                .param("body", body)
                .update();
    }

    /**
     * The one end of a response, with its last events.
     *
     * @param output its items, JSON in ASCII, by their ids
     * @return false if it isn't this server's to end
     */
    public boolean end(
            UUID server, String id, ResponseStatus status, String body, Map<String, String> output, List<Event> last) {
        return withEvents(
                        jdbc.sql("""
                        WITH ended AS (
                            UPDATE response SET status = :status, body = :body, output_ids = :ids,
                                output_items = :items, ended_at = :now, server_id = NULL, heartbeat_at = NULL
                            WHERE""" + MINE + """
                            RETURNING id
                        ), added AS (
                            INSERT INTO response_event (response_id, sequence, event)
                            SELECT n.id, e.sequence, e.event
                            FROM ended n, unnest(:sequences, :events) AS e (sequence, event)
                            ON CONFLICT DO NOTHING
                        )
                        SELECT id FROM ended
                        """)
                                .param("id", id)
                                .param("server", server)
                                .param("status", status.word())
                                .param("body", body)
                                .param("ids", output.keySet().toArray(String[]::new))
                                .param("items", output.values().toArray(String[]::new))
                                .param("now", ResponseStore.utc(clock.instant())),
                        last)
                .query((row, _) -> true)
                .optional()
                .isPresent();
    }

    /** Asks the server that writes it, whichever it is; the caller has looked whose it is. */
    public void requestCancel(String id) {
        jdbc.sql("UPDATE response SET cancel_requested = true WHERE id = ? AND ended_at IS NULL")
                .param(id)
                .update();
    }

    /**
     * Takes responses of servers that gave no sign of life, by the database's clock.
     *
     * @param all whether no other server can be alive
     */
    public List<Orphan> adopt(UUID server, boolean all) {
        return jdbc.sql("""
                        WITH orphan AS (
                            SELECT id FROM response
                            WHERE ended_at IS NULL AND server_id <> :server
                                AND (:all OR heartbeat_at < clock_timestamp() - make_interval(secs => :stale))
                            LIMIT :limit FOR UPDATE SKIP LOCKED
                        )
                        UPDATE response r SET server_id = :server, heartbeat_at = clock_timestamp()
                        FROM orphan o WHERE r.id = o.id RETURNING r.id, r.body
                        """)
                .param("server", server)
                .param("all", all)
                .param("stale", HEARTBEAT_STALE.toSeconds())
                .param("limit", ORPHANS_MAX)
                .query((row, _) -> new Orphan(row.getString("id"), row.getString("body")))
                .list();
    }

    /** Whether nothing is told any more: it has ended, or is no more there. */
    public boolean ended(String id) {
        return jdbc.sql("SELECT NOT EXISTS (SELECT 1 FROM response WHERE id = ? AND ended_at IS NULL)")
                .param(id)
                .query(Boolean.class)
                .single();
    }

    /** Logged events behind a number, in their order. */
    public List<Event> events(String id, int after, int limit) {
        return jdbc.sql("""
                        SELECT sequence, event FROM response_event WHERE response_id = :id AND sequence > :after
                        ORDER BY sequence LIMIT :limit
                        """)
                .param("id", id)
                .param("after", after)
                .param("limit", limit)
                .query((row, _) -> new Event(id, row.getInt("sequence"), row.getString("event")))
                .list();
    }
}
