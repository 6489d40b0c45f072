package dev.stoa.batch;

import dev.stoa.identity.Caller;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/**
 * The SQL of items, and of the servers that run them. An item that runs is its server's and its attempt's; every write
 * about it names both, and changes nothing once another has it. Each call is one statement. Stateless.
 */
@Repository
class ItemRepository {
    private static final String MINE =
            " WHERE batch_id = :batch AND position = :position AND state = 'running' AND server_id = :server"
                    + " AND attempt = :attempt";
    private static final String SILENT = """
             AND (:all OR NOT EXISTS (SELECT 1 FROM batch_server s WHERE s.id = server_id
                AND s.heartbeat_at > clock_timestamp() - make_interval(secs => :stale)))
            """;

    private final JdbcClient jdbc;
    private final JdbcTemplate batches;

    ItemRepository(JdbcClient jdbc, JdbcTemplate batches) {
        this.jdbc = jdbc;
        this.batches = batches;
    }

    /**
     * An item that this server has begun.
     *
     * @param faults how often it ended in a fault of ours before
     */
    record Claimed(
            UUID batch,
            int position,
            int attempt,
            int faults,
            Caller caller,
            String protocol,
            String endpoint,
            String version,
            Instant expiresAt,
            String body) {}

    /** An end, for one item or for several alike. */
    record End(
            ItemState state,
            @Nullable String requestId,
            int status,
            @Nullable String body) {
        static End unrun(ItemState state) {
            return new End(state, null, 0, null);
        }
    }

    void add(UUID batch, int first, List<NewItem> items) {
        int[] position = {first};
        batches.batchUpdate(
                "INSERT INTO batch_item (batch_id, position, custom_id, body, state) VALUES (?, ?, ?, ?, 'waiting')",
                items,
                items.size(),
                (row, item) -> {
                    row.setObject(1, batch);
                    row.setInt(2, position[0]++);
                    row.setString(3, storable(item.customId()));
                    row.setString(4, storable(item.body()));
                });
        long bytes = items.stream().mapToLong(item -> item.body().length()).sum();
        jdbc.sql("UPDATE batch SET items = items + ?, bytes = bytes + ? WHERE id = ?")
                .params(items.size(), bytes, batch)
                .update();
    }

    /** PostgreSQL keeps no half of a surrogate pair. */
    private static String storable(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    }

    void deleteAll(UUID batch) {
        jdbc.sql("DELETE FROM batch_item WHERE batch_id = ?").param(batch).update();
    }

    /** Takes the items out of a batch that has not begun. */
    void empty(UUID batch) {
        deleteAll(batch);
        jdbc.sql("UPDATE batch SET items = 0, bytes = 0 WHERE id = ?")
                .param(batch)
                .update();
    }

    /** Begins the next item: of the organization that has the fewest on their way, of its oldest batch, the first. */
    Optional<Claimed> claim(UUID server, Instant now) {
        return jdbc.sql("""
                        WITH busy AS (
                            SELECT b.organization_id AS organization, count(*) AS items
                            FROM batch_item i JOIN batch b ON b.id = i.batch_id WHERE i.state = 'running' GROUP BY 1
                        ), next AS (
                            SELECT i.batch_id, i.position
                            FROM batch b LEFT JOIN busy ON busy.organization = b.organization_id
                                CROSS JOIN LATERAL (
                                    SELECT batch_id, position FROM batch_item
                                    WHERE batch_id = b.id AND state = 'waiting'
                                    ORDER BY position LIMIT 1 FOR UPDATE SKIP LOCKED) i
                            WHERE b.ended_at IS NULL AND b.state = 'in_progress' AND b.expires_at > :now
                                AND (b.wait_until IS NULL OR b.wait_until <= :now)
                            ORDER BY coalesce(busy.items, 0), b.id LIMIT 1
                        )
                        UPDATE batch_item i SET state = 'running', server_id = :server, attempt = i.attempt + 1
                        FROM next n JOIN batch b ON b.id = n.batch_id
                        WHERE i.batch_id = n.batch_id AND i.position = n.position
                        RETURNING i.batch_id, i.position, i.attempt, i.faults, i.body, b.organization_id, b.workspace_id,
                            b.member_id, b.credential_id, b.protocol, b.endpoint, b.version, b.expires_at
                        """)
                .param("server", server)
                .param("now", BatchRepository.utc(now))
                .query((row, _) -> new Claimed(
                        row.getObject("batch_id", UUID.class),
                        row.getInt("position"),
                        row.getInt("attempt"),
                        row.getInt("faults"),
                        BatchRepository.caller(row),
                        row.getString("protocol"),
                        row.getString("endpoint"),
                        row.getString("version"),
                        row.getTimestamp("expires_at").toInstant(),
                        row.getString("body")))
                .optional();
    }

    /** @return false if the item is not this server's any more */
    boolean end(Claimed item, UUID server, End end) {
        String body = end.body();
        return mine(
                                "UPDATE batch_item SET state = :state, request_id = :request, status = :status,"
                                        + " result = :result, server_id = NULL",
                                item,
                                server)
                        .param("state", end.state().label())
                        .param("request", end.requestId())
                        .param("status", end.status())
                        .param("result", body == null ? null : storable(body))
                        .update()
                == 1;
    }

    /** Lets it wait for another try. */
    void release(Claimed item, UUID server, int faults) {
        mine("UPDATE batch_item SET state = 'waiting', server_id = NULL, faults = :faults", item, server)
                .param("faults", faults)
                .update();
    }

    /** Lets all that this server has begun wait again, but for those that it is at work on. */
    void releaseAllBut(Collection<Claimed> atWork, UUID server) {
        jdbc.sql("""
                        UPDATE batch_item i SET state = 'waiting', server_id = NULL
                        WHERE i.state = 'running' AND i.server_id = :server AND NOT EXISTS (
                            SELECT FROM unnest(:batches, :positions, :attempts) AS w (batch, position, attempt)
                            WHERE w.batch = i.batch_id AND w.position = i.position AND w.attempt = i.attempt)
                        """)
                .param("server", server)
                .param("batches", atWork.stream().map(Claimed::batch).toArray(UUID[]::new))
                .param("positions", atWork.stream().map(Claimed::position).toArray(Integer[]::new))
                .param("attempts", atWork.stream().map(Claimed::attempt).toArray(Integer[]::new))
                .update();
    }

    private JdbcClient.StatementSpec mine(String sql, Claimed item, UUID server) {
        return jdbc.sql(sql + MINE)
                .param("batch", item.batch())
                .param("position", item.position())
                .param("server", server)
                .param("attempt", item.attempt());
    }

    /** Ends all items of a batch that wait. @return how many there were */
    int endWaiting(UUID batch, End end) {
        return jdbc.sql(
                        "UPDATE batch_item SET state = :state, request_id = :request, status = :status, result = :result"
                                + " WHERE batch_id = :batch AND state = 'waiting'")
                .param("state", end.state().label())
                .param("request", end.requestId())
                .param("status", end.status())
                .param("result", end.body())
                .param("batch", batch)
                .update();
    }

    /** Results in the order of their items. @param from the first position */
    List<ItemResult> results(UUID batch, int from, int limit) {
        return jdbc.sql("""
                        SELECT custom_id, state, request_id, status, result FROM batch_item
                        WHERE batch_id = ? AND position >= ? ORDER BY position LIMIT ?
                        """)
                .params(batch, from, limit)
                .query((row, _) -> new ItemResult(
                        row.getString("custom_id"),
                        ItemState.of(row.getString("state")),
                        row.getString("request_id"),
                        row.getInt("status"),
                        row.getString("result")))
                .list();
    }

    /** The sign of life of this server. */
    void heartbeat(UUID server) {
        jdbc.sql("INSERT INTO batch_server (id, heartbeat_at) VALUES (?, clock_timestamp())"
                        + " ON CONFLICT (id) DO UPDATE SET heartbeat_at = clock_timestamp()")
                .param(server)
                .update();
    }

    /**
     * Frees what silent servers had begun.
     *
     * @param all whether no other server can be alive
     */
    void freeOfSilent(UUID server, boolean all, Duration stale) {
        silent("UPDATE batch_item SET state = 'waiting', server_id = NULL WHERE state = 'running'", server, all, stale);
        silent(
                "UPDATE batch SET server_id = NULL WHERE ended_at IS NULL AND input_file IS NOT NULL",
                server,
                all,
                stale);
        silent("UPDATE batch SET server_id = NULL WHERE state = 'finalizing'", server, all, stale);
        // Nobody was told of a batch whose items have not all come.
        silent("DELETE FROM batch WHERE state = 'validating' AND input_file IS NULL", server, all, stale);
    }

    private void silent(String sql, UUID server, boolean all, Duration stale) {
        jdbc.sql(sql + " AND server_id IS NOT NULL AND server_id <> :server" + SILENT)
                .param("server", server)
                .param("all", all)
                .param("stale", stale.toSeconds())
                .update();
    }

    /** Gives up all that this server has, as it stops. */
    void releaseAll(UUID server) {
        jdbc.sql("UPDATE batch_item SET state = 'waiting', server_id = NULL WHERE state = 'running' AND server_id = ?")
                .param(server)
                .update();
        jdbc.sql("UPDATE batch SET server_id = NULL WHERE server_id = ? AND input_file IS NOT NULL")
                .param(server)
                .update();
        jdbc.sql("DELETE FROM batch_server WHERE id = ?").param(server).update();
    }

    void forgetServers() {
        jdbc.sql("DELETE FROM batch_server WHERE heartbeat_at < clock_timestamp() - interval '1 day'")
                .update();
    }
}
