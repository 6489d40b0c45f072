package dev.stoa.batch;

import dev.stoa.identity.Caller;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The SQL of batches as wholes; that of their items is in {@link ItemRepository}. Each call is one statement. Stateless. */
@Repository
class BatchRepository {
    /** What a surface shows: not what is still on its way in. */
    private static final String SEEN = """
            SELECT * FROM batch WHERE organization_id = :organization AND workspace_id = :workspace
            AND protocol = :protocol AND (input_file IS NOT NULL OR state <> 'validating')
            """;

    private static final String COUNTS = "succeeded + errored + canceled + expired";

    private final JdbcClient jdbc;

    BatchRepository(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** @param server that takes its items in; null for whichever comes first */
    void insert(Batch batch, @Nullable UUID server) {
        Duration lifetime = batch.outputLifetime();
        jdbc.sql("""
                        INSERT INTO batch (id, organization_id, workspace_id, member_id, credential_id, protocol, endpoint,
                            version, state, input_file, output_seconds, metadata, created_at, expires_at, server_id)
                        VALUES (:id, :organization, :workspace, :member, :credential, :protocol, :endpoint, :version,
                            :state, :input, :lifetime, :metadata, :created, :expires, :server)
                        """)
                .param("id", batch.id())
                .param("organization", batch.caller().organizationId())
                .param("workspace", batch.caller().workspaceId())
                .param("member", batch.caller().memberId())
                .param("credential", batch.caller().credentialId())
                .param("protocol", batch.protocol())
                .param("endpoint", batch.endpoint())
                .param("version", batch.version())
                .param("state", batch.state().label())
                .param("input", batch.inputFile())
                .param("lifetime", lifetime == null ? null : lifetime.toSeconds())
                .param("metadata", batch.metadata())
                .param("created", utc(batch.createdAt()))
                .param("expires", utc(batch.expiresAt()))
                .param("server", server)
                .update();
    }

    /** Held until the transaction ends: of two that are counted against one bound, one waits here. */
    void lockWorkspace(UUID workspace) {
        jdbc.sql("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))")
                .param("batch " + workspace)
                .query((_, _) -> true)
                .single();
    }

    int open(UUID workspace) {
        return jdbc.sql("SELECT count(*) FROM batch WHERE workspace_id = ? AND ended_at IS NULL")
                .param(workspace)
                .query(Integer.class)
                .single();
    }

    long organizationBytes(UUID organization) {
        return jdbc.sql("SELECT coalesce(sum(bytes), 0)::bigint FROM batch"
                        + " WHERE organization_id = ? AND archived_at IS NULL")
                .param(organization)
                .query(Long.class)
                .single();
    }

    Optional<Batch> find(Caller caller, String protocol, UUID id) {
        return seen(SEEN + " AND id = :id", caller, protocol)
                .param("id", id)
                .query((row, _) -> batch(row))
                .optional();
    }

    /**
     * The newest first; one more than the limit where there are more, the nearest to the cursor first.
     *
     * @param after the list goes on behind this id
     * @param before the list ends in front of this id; not together with {@code after}
     */
    List<Batch> list(Caller caller, String protocol, @Nullable UUID after, @Nullable UUID before, int limit) {
        String cursor = after != null ? " AND id < :cursor" : before != null ? " AND id > :cursor" : "";
        String order = " ORDER BY id " + (before != null ? "ASC" : "DESC") + " LIMIT :limit";
        JdbcClient.StatementSpec spec =
                seen(SEEN + cursor + order, caller, protocol).param("limit", limit + 1);
        spec = cursor.isEmpty() ? spec : spec.param("cursor", after != null ? after : before);
        return spec.query((row, _) -> batch(row)).list();
    }

    private JdbcClient.StatementSpec seen(String sql, Caller caller, String protocol) {
        return jdbc.sql(sql)
                .param("organization", caller.organizationId())
                .param("workspace", caller.workspaceId())
                .param("protocol", protocol);
    }

    /** The batch, held by this transaction. */
    Optional<Batch> lock(UUID id) {
        return jdbc.sql("SELECT * FROM batch WHERE id = ? FOR UPDATE")
                .param(id)
                .query((row, _) -> batch(row))
                .optional();
    }

    /** The batch, held by this transaction, if this server is at work on it. */
    Optional<Batch> lock(UUID id, UUID server) {
        return jdbc.sql("SELECT * FROM batch WHERE id = ? AND server_id = ? FOR UPDATE")
                .params(id, server)
                .query((row, _) -> batch(row))
                .optional();
    }

    /** Moves a batch that this transaction holds; whoever was at work on it is not any more. */
    void move(Batch batch, BatchState to, Instant now) {
        if (!batch.state().allows(to)) {
            throw new IllegalStateException("a batch can't go from " + batch.state() + " to " + to);
        }
        String time = switch (to) {
            case VALIDATING -> throw new IllegalStateException("a batch begins so");
            case IN_PROGRESS -> "begun_at";
            case CANCELLING -> "canceling_at";
            case FINALIZING -> "finalizing_at";
            case COMPLETED, EXPIRED, CANCELLED, FAILED -> "ended_at";
        };
        jdbc.sql("UPDATE batch SET state = ?, server_id = NULL, wait_until = NULL, " + time + " = ? WHERE id = ?")
                .params(to.label(), utc(now), batch.id())
                .update();
    }

    void setProblems(UUID id, String problems) {
        jdbc.sql("UPDATE batch SET problems = ? WHERE id = ?")
                .params(problems, id)
                .update();
    }

    void setFiles(UUID id, @Nullable UUID output, @Nullable UUID error) {
        jdbc.sql("UPDATE batch SET output_file = :output, error_file = :error WHERE id = :id")
                .param("output", output)
                .param("error", error)
                .param("id", id)
                .update();
    }

    void count(UUID id, ItemState end, int items) {
        jdbc.sql("UPDATE batch SET %1$s = %1$s + ? WHERE id = ?".formatted(end.label()))
                .params(items, id)
                .update();
    }

    /** Its items wait at least until then. */
    void postpone(UUID id, Instant until) {
        jdbc.sql("UPDATE batch SET wait_until = greatest(wait_until, :until) WHERE id = :id")
                .param("until", utc(until))
                .param("id", id)
                .update();
    }

    void delete(UUID id) {
        jdbc.sql("DELETE FROM batch WHERE id = ?").param(id).update();
    }

    /** Batches in which something has to happen: all items have ended, or those that wait shall. */
    List<UUID> due(Instant now) {
        return jdbc.sql("SELECT id FROM batch WHERE ended_at IS NULL AND (state = 'cancelling' OR"
                        + " state = 'in_progress' AND (expires_at <= :now OR " + COUNTS + " = items)) ORDER BY id")
                .param("now", utc(now))
                .query((row, _) -> row.getObject("id", UUID.class))
                .list();
    }

    /** Takes a batch to prepare or to finish, if there is one; for a server that is at work on none. */
    Optional<Batch> takeJob(UUID server, Instant now) {
        return jdbc.sql("""
                        UPDATE batch SET server_id = :server WHERE id = (
                            SELECT id FROM batch WHERE ended_at IS NULL AND (server_id IS NULL OR server_id = :server)
                                AND (state = 'finalizing' OR state = 'validating' AND input_file IS NOT NULL)
                                AND (wait_until IS NULL OR wait_until <= :now)
                            ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)
                        RETURNING *
                        """)
                .param("server", server)
                .param("now", utc(now))
                .query((row, _) -> batch(row))
                .optional();
    }

    /** Gives a batch up for another try. */
    void releaseJob(UUID id, UUID server, Instant until) {
        jdbc.sql("UPDATE batch SET server_id = NULL, wait_until = ? WHERE id = ? AND server_id = ?")
                .params(utc(until), id, server)
                .update();
    }

    /** Results that were kept long enough. @return their batches */
    List<UUID> archive(Instant endedBefore, Instant now) {
        return jdbc.sql("UPDATE batch SET archived_at = ? WHERE ended_at < ? AND archived_at IS NULL RETURNING id")
                .params(utc(now), utc(endedBefore))
                .query((row, _) -> row.getObject("id", UUID.class))
                .list();
    }

    private static Batch batch(ResultSet row) throws SQLException {
        long seconds = row.getLong("output_seconds");
        Duration lifetime = row.wasNull() ? null : Duration.ofSeconds(seconds);
        return new Batch(
                row.getObject("id", UUID.class),
                caller(row),
                row.getString("protocol"),
                row.getString("endpoint"),
                row.getString("version"),
                BatchState.of(row.getString("state")),
                row.getObject("input_file", UUID.class),
                row.getObject("output_file", UUID.class),
                row.getObject("error_file", UUID.class),
                lifetime,
                row.getString("metadata"),
                row.getString("problems"),
                new Batch.Counts(
                        row.getInt("items"),
                        row.getInt("succeeded"),
                        row.getInt("errored"),
                        row.getInt("canceled"),
                        row.getInt("expired")),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                row.getObject("expires_at", OffsetDateTime.class).toInstant(),
                instant(row, "begun_at"),
                instant(row, "canceling_at"),
                instant(row, "finalizing_at"),
                instant(row, "ended_at"),
                instant(row, "archived_at"));
    }

    static Caller caller(ResultSet row) throws SQLException {
        return new Caller(
                row.getObject("organization_id", UUID.class),
                row.getObject("workspace_id", UUID.class),
                row.getObject("member_id", UUID.class),
                row.getObject("credential_id", UUID.class));
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }

    static OffsetDateTime utc(Instant time) {
        return time.atOffset(ZoneOffset.UTC);
    }
}
