package dev.stoa.conversation;

import dev.stoa.identity.Caller;
import dev.stoa.inference.TokenUsage;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/**
 * Runs and their logs. Every write of a run is fenced by the server and the epoch that it holds: one that was taken for
 * dead, or whose conversation was deleted, changes nothing and learns of it. Each call is one statement, and tells
 * {@link Bell}s on all servers what it changed when it commits.
 */
@Repository
class RunRepository {
    private static final String MINE = " message_id = :id AND server_id = :server AND epoch = :epoch";

    private static final int[] NO_TOKENS = {};

    private final JdbcClient jdbc;

    RunRepository(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** What a server learns of a run of its own. */
    record Sign(boolean stopRequested, boolean steerRequested) {}

    /** What a log holds. */
    record Logged(String text, String steps, int[] tokens, int events) {
        static final Logged NOTHING = new Logged("", "", NO_TOKENS, 0);

        boolean isEmpty() {
            return text.isEmpty() && steps.isEmpty();
        }
    }

    /**
     * A run that another server left.
     *
     * @param request as {@link RunRequest} keeps it; null if the run ended before it was known
     */
    record Taken(
            UUID messageId,
            int epoch,
            Caller caller,
            long seed,
            @Nullable String request) {}

    /** A part of a log. */
    record Event(int textEnd, String text, int stepsEnd) {}

    /** Begins a run of an answer that this transaction stored. */
    void insert(UUID messageId, UUID server, Caller caller, long seed) {
        jdbc.sql("""
                        INSERT INTO run (message_id, server_id, epoch, heartbeat_at, organization_id, workspace_id,
                                         member_id, credential_id, seed)
                        VALUES (:id, :server, 1, clock_timestamp(), :organization, :workspace, :member, :credential,
                                :seed)
                        """)
                .param("id", messageId)
                .param("server", server)
                .param("organization", caller.organizationId())
                .param("workspace", caller.workspaceId())
                .param("member", caller.memberId())
                .param("credential", caller.credentialId())
                .param("seed", seed)
                .update();
    }

    /** @return whether the run is this server's */
    boolean keepRequest(Run run, UUID server, String request) {
        return jdbc.sql("UPDATE run SET request = :request::jsonb WHERE" + MINE)
                        .param("request", request)
                        .param("id", run.messageId())
                        .param("server", server)
                        .param("epoch", run.epoch())
                        .update()
                == 1;
    }

    /**
     * Adds to logs; a number that a log has already is passed over. Locks the runs' rows first, so that a server that
     * takes one up waits, and then finds what was added.
     *
     * @return a sign for each run that is this server's
     */
    Map<Run.Life, Sign> append(UUID server, List<Run.Piece> pieces) {
        return signs(jdbc.sql("""
                        WITH piece AS (
                            SELECT * FROM unnest(:ids, :epochs, :seqs, :ends, :texts, :stepsEnds, :steps, :tokens)
                                AS p (id, epoch, seq, text_end, text, steps_end, steps, tokens)
                        ), mine AS (
                            UPDATE run r SET heartbeat_at = clock_timestamp() FROM piece p
                            WHERE r.message_id = p.id AND r.epoch = p.epoch AND r.server_id = :server
                            RETURNING r.message_id, r.epoch, r.stop_requested, r.steer_requested
                        ), added AS (
                            INSERT INTO run_event (message_id, seq, text_end, text, steps_end, steps, tokens)
                            SELECT p.id, p.seq, p.text_end, p.text, p.steps_end, p.steps, p.tokens::integer[]
                            FROM piece p JOIN mine m ON m.message_id = p.id AND m.epoch = p.epoch
                            ON CONFLICT (message_id, seq) DO NOTHING
                        )
                        SELECT message_id, epoch, stop_requested, steer_requested,
                            pg_notify(:channel, message_id::text) FROM mine
                        """)
                .param("ids", pieces.stream().map(Run.Piece::messageId).toArray(UUID[]::new))
                .param("epochs", pieces.stream().map(Run.Piece::epoch).toArray(Integer[]::new))
                .param("seqs", pieces.stream().map(Run.Piece::seq).toArray(Integer[]::new))
                .param("ends", pieces.stream().map(Run.Piece::textEnd).toArray(Integer[]::new))
                .param("texts", pieces.stream().map(Run.Piece::text).toArray(String[]::new))
                .param("stepsEnds", pieces.stream().map(Run.Piece::stepsEnd).toArray(Integer[]::new))
                .param("steps", pieces.stream().map(Run.Piece::steps).toArray(String[]::new))
                .param(
                        "tokens",
                        pieces.stream().map(piece -> literal(piece.tokens())).toArray(String[]::new))
                .param("server", server)
                .param("channel", Bell.CHANNEL));
    }

    private static String literal(int[] tokens) {
        return Arrays.stream(tokens).mapToObj(Integer::toString).collect(Collectors.joining(",", "{", "}"));
    }

    /** The sign of life of this server's runs. @return as {@link #append} */
    Map<Run.Life, Sign> heartbeat(UUID server, Collection<Run> runs) {
        return signs(jdbc.sql("""
                        UPDATE run r SET heartbeat_at = clock_timestamp() FROM unnest(:ids, :epochs) AS p (id, epoch)
                        WHERE r.message_id = p.id AND r.epoch = p.epoch AND r.server_id = :server
                        RETURNING r.message_id, r.epoch, r.stop_requested, r.steer_requested
                        """)
                .param("ids", runs.stream().map(Run::messageId).toArray(UUID[]::new))
                .param("epochs", runs.stream().map(Run::epoch).toArray(Integer[]::new))
                .param("server", server));
    }

    private static Map<Run.Life, Sign> signs(JdbcClient.StatementSpec statement) {
        Map<Run.Life, Sign> signs = new HashMap<>();
        statement.query(row -> {
            signs.put(
                    new Run.Life(row.getObject("message_id", UUID.class), row.getInt("epoch")),
                    new Sign(row.getBoolean("stop_requested"), row.getBoolean("steer_requested")));
        });
        return signs;
    }

    /**
     * The one terminal write: the run and its log go, the message keeps their text, and (by its trigger) the conversation
     * moves to the front of the list.
     *
     * @return false if the run is not this server's
     */
    boolean end(Run run, UUID server, Ending ending) {
        Message.@Nullable Problem error = ending.error();
        TokenUsage usage = ending.usage();
        return jdbc.sql("WITH owned AS (DELETE FROM run WHERE" + MINE + """
                             RETURNING message_id
                        ), ended AS (
                            UPDATE message m SET state = :state, text = :text, steps = :steps, error_type = :errorType,
                                error_message = :errorMessage, input_tokens = :input, output_tokens = :output,
                                ended_at = clock_timestamp()
                            FROM owned WHERE m.id = owned.message_id AND m.state = 'generating'
                            RETURNING m.id
                        )
                        SELECT pg_notify(:channel, id::text) FROM ended
                        """)
                .param("state", ending.state().word())
                .param("text", ending.text())
                .param("steps", ending.steps().log())
                .param("errorType", error == null ? null : error.type())
                .param("errorMessage", error == null ? null : error.message())
                .param("input", usage.inputTokens())
                .param("output", usage.outputTokens())
                .param("id", run.messageId())
                .param("server", server)
                .param("epoch", run.epoch())
                .param("channel", Bell.CHANNEL)
                .query((row, index) -> true)
                .optional()
                .isPresent();
    }

    /** Gives a run up in mid-answer, so that any server may take it up at once. */
    void release(Run run, UUID server) {
        jdbc.sql("UPDATE run SET heartbeat_at = '-infinity' WHERE" + MINE)
                .param("id", run.messageId())
                .param("server", server)
                .param("epoch", run.epoch())
                .update();
    }

    /** Asks the server that owns the run, whichever it is. */
    void requestStop(UUID id) {
        jdbc.sql("UPDATE run SET stop_requested = true WHERE message_id = :id")
                .param("id", id)
                .update();
    }

    /** As {@link #requestStop}, at the end of a sentence. */
    void requestSteer(UUID id) {
        jdbc.sql("UPDATE run SET steer_requested = true WHERE message_id = :id")
                .param("id", id)
                .update();
    }

    /**
     * Takes up runs of other servers that were given up, or gave no sign of life, by the database's clock.
     *
     * @param all whether no other server can be alive
     * @param silent whether those that are silent are dead
     */
    List<Taken> takeUp(UUID server, boolean all, boolean silent) {
        return jdbc.sql("""
                        WITH left_alone AS (
                            SELECT message_id FROM run
                            WHERE server_id <> :server
                              AND (:all OR heartbeat_at = '-infinity'
                                  OR :silent AND heartbeat_at < clock_timestamp() - make_interval(secs => :stale))
                            ORDER BY heartbeat_at LIMIT :limit FOR UPDATE SKIP LOCKED
                        )
                        UPDATE run r SET server_id = :server, epoch = r.epoch + 1, heartbeat_at = clock_timestamp()
                        FROM left_alone l WHERE r.message_id = l.message_id
                        RETURNING r.message_id, r.epoch, r.organization_id, r.workspace_id, r.member_id,
                                  r.credential_id, r.seed, r.request::text
                        """)
                .param("server", server)
                .param("all", all)
                .param("silent", silent)
                .param("stale", ConversationLimits.HEARTBEAT_STALE.toSeconds())
                .param("limit", ConversationLimits.TAKE_UP_BATCH)
                .query(RunRepository::taken)
                .list();
    }

    private static Taken taken(ResultSet row, int index) throws SQLException {
        return new Taken(
                row.getObject("message_id", UUID.class),
                row.getInt("epoch"),
                new Caller(
                        row.getObject("organization_id", UUID.class),
                        row.getObject("workspace_id", UUID.class),
                        row.getObject("member_id", UUID.class),
                        row.getObject("credential_id", UUID.class)),
                row.getLong("seed"),
                row.getString("request"));
    }

    /** All that a log holds. */
    Logged log(UUID id) {
        StringBuilder text = new StringBuilder();
        StringBuilder steps = new StringBuilder();
        int[][] tokens = {NO_TOKENS};
        int[] events = {0};
        jdbc.sql("SELECT text, steps, tokens FROM run_event WHERE message_id = :id ORDER BY seq")
                .param("id", id)
                .query(row -> {
                    text.append(row.getString("text"));
                    steps.append(row.getString("steps"));
                    tokens[0] = joined(tokens[0], row.getArray("tokens"));
                    events[0]++;
                });
        return new Logged(text.toString(), steps.toString(), tokens[0], events[0]);
    }

    private static int[] joined(int[] before, Array more) throws SQLException {
        Integer[] added = (Integer[]) more.getArray();
        int[] all = Arrays.copyOf(before, before.length + added.length);
        for (int i = 0; i < added.length; i++) {
            all[before.length + i] = added[i];
        }
        return all;
    }

    /** What a log holds past a place, oldest first; the first may begin before it. */
    List<Event> eventsPast(UUID id, Progress seen) {
        return jdbc.sql("""
                        SELECT text_end, text, steps_end FROM run_event
                        WHERE message_id = :id AND (text_end > :text OR steps_end > :steps) ORDER BY seq
                        """)
                .param("id", id)
                .param("text", seen.text())
                .param("steps", seen.steps())
                .query((row, index) ->
                        new Event(row.getInt("text_end"), row.getString("text"), row.getInt("steps_end")))
                .list();
    }

    /** Answers that are being written for a member, on all servers. */
    int running(UUID member) {
        return jdbc.sql("SELECT count(*) FROM run WHERE member_id = :member")
                .param("member", member)
                .query(Integer.class)
                .single();
    }

    /** The answers of a conversation that are being written, locked: their ends wait for this transaction's. */
    List<UUID> lockIn(UUID conversation) {
        return jdbc.sql("""
                        SELECT r.message_id FROM run r JOIN message m ON m.id = r.message_id
                        WHERE m.conversation_id = :id ORDER BY r.message_id FOR UPDATE OF r
                        """)
                .param("id", conversation)
                .query((row, index) -> row.getObject("message_id", UUID.class))
                .list();
    }
}
