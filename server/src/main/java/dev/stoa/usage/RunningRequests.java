package dev.stoa.usage;

import dev.stoa.identity.Caller;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;

/**
 * The requests that run now on any server, as {@link OpenRequests} writes them down: one is here a moment after it began,
 * and its tokens are some seconds old. Thread-safe.
 */
@Service
public final class RunningRequests {

    /**
     * @param stopping whether an administrator wants it to end
     * @param seenAt when its server last told of it
     */
    public record Running(
            String requestId,
            Instant at,
            Instant seenAt,
            Caller caller,
            String surface,
            String model,
            int inputTokens,
            int outputTokens,
            boolean stopping) {}

    private final JdbcClient jdbc;

    RunningRequests(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** The longest running first. */
    public List<Running> list(UUID organization, int limit) {
        return jdbc.sql("""
                        SELECT * FROM usage_open o WHERE organization_id = :organization
                            AND NOT EXISTS (SELECT FROM usage_event e WHERE e.request_id = o.request_id AND e.at = o.at)
                        ORDER BY at, request_id LIMIT :limit
                        """)
                .param("organization", organization)
                .param("limit", limit)
                .query(RunningRequests::running)
                .list();
    }

    private static Running running(ResultSet row, int index) throws SQLException {
        return new Running(
                row.getString("request_id"),
                row.getObject("at", OffsetDateTime.class).toInstant(),
                row.getObject("seen_at", OffsetDateTime.class).toInstant(),
                new Caller(
                        row.getObject("organization_id", UUID.class),
                        row.getObject("workspace_id", UUID.class),
                        row.getObject("member_id", UUID.class),
                        row.getObject("credential_id", UUID.class)),
                row.getString("surface"),
                row.getString("model"),
                row.getInt("input_tokens"),
                row.getInt("output_tokens"),
                row.getBoolean("stop_requested"));
    }

    /** Asks its server to end a request. @return whether it is there */
    public boolean stop(UUID organization, String requestId) {
        return jdbc.sql("""
                                UPDATE usage_open SET stop_requested = true
                                WHERE organization_id = :organization AND request_id = :id
                                """)
                        .param("organization", organization)
                        .param("id", requestId)
                        .update()
                > 0;
    }
}
