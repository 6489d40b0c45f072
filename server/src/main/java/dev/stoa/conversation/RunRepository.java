package dev.stoa.conversation;

import dev.stoa.inference.TokenUsage;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/**
 * What runs write. Every statement is fenced by {@code state = 'generating' AND server_id = …}: a run that was taken for
 * dead, or whose conversation was deleted, changes nothing and learns of it by a count of 0. Each call is one short
 * transaction.
 */
@Repository
class RunRepository {
    private static final String MINE = " WHERE id = :id AND server_id = :server AND state = 'generating'";

    private final JdbcClient jdbc;

    RunRepository(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** @return whether the run still owns its row */
    boolean append(UUID id, UUID server, String text) {
        return jdbc.sql("UPDATE message SET text = text || :text, heartbeat_at = clock_timestamp()" + MINE)
                        .param("text", text)
                        .param("id", id)
                        .param("server", server)
                        .update()
                == 1;
    }

    /** As {@link #append} after a write whose fate is unknown: replaces all. */
    boolean replace(UUID id, UUID server, String text) {
        return jdbc.sql("UPDATE message SET text = :text, heartbeat_at = clock_timestamp()" + MINE)
                        .param("text", text)
                        .param("id", id)
                        .param("server", server)
                        .update()
                == 1;
    }

    /** The one terminal write, which also moves the conversation to the front of the list. */
    boolean end(UUID id, UUID server, Ending ending) {
        Message.@Nullable Problem error = ending.error();
        TokenUsage usage = ending.usage();
        return jdbc.sql("""
                        WITH ended AS (
                            UPDATE message SET state = :state, text = :text, error_type = :errorType,
                                error_message = :errorMessage, input_tokens = :input, output_tokens = :output,
                                ended_at = clock_timestamp()
                            WHERE id = :id AND server_id = :server AND state = 'generating'
                            RETURNING conversation_id
                        )
                        UPDATE conversation c SET updated_at = greatest(c.updated_at, clock_timestamp())
                        FROM ended WHERE c.id = ended.conversation_id
                        """)
                        .param("state", ending.state().word())
                        .param("text", ending.text())
                        .param("errorType", error == null ? null : error.type())
                        .param("errorMessage", error == null ? null : error.message())
                        .param("input", usage.inputTokens())
                        .param("output", usage.outputTokens())
                        .param("id", id)
                        .param("server", server)
                        .update()
                == 1;
    }

    /** The sign of life of this server's runs. @return those of them that somebody asked to stop */
    List<UUID> heartbeat(UUID server, Collection<UUID> ids) {
        return jdbc
                .sql("""
                        UPDATE message SET heartbeat_at = clock_timestamp()
                        WHERE id = ANY(:ids) AND server_id = :server AND state = 'generating'
                        RETURNING id, stop_requested
                        """)
                .param("ids", ids.toArray(UUID[]::new))
                .param("server", server)
                .query((row, index) -> row.getBoolean("stop_requested")
                        ? Optional.of(row.getObject("id", UUID.class))
                        : Optional.<UUID>empty())
                .list()
                .stream()
                .flatMap(Optional::stream)
                .toList();
    }

    /** Asks the server that owns the run, whichever it is. */
    void requestStop(UUID id) {
        jdbc.sql("UPDATE message SET stop_requested = true WHERE id = :id AND state = 'generating'")
                .param("id", id)
                .update();
    }

    /** Ends the answers whose servers gave no sign of life, by the database's clock. @return how many */
    int reap() {
        return jdbc.sql("""
                        UPDATE message SET state = 'interrupted', ended_at = clock_timestamp()
                        WHERE state = 'generating' AND heartbeat_at < clock_timestamp() - make_interval(secs => :stale)
                        """)
                .param("stale", ConversationLimits.HEARTBEAT_STALE.toSeconds())
                .update();
    }

    /**
     * Ends what runs on other servers, dead or alive.
     *
     * @return how many
     */
    int reapOthers(UUID server) {
        return jdbc.sql("""
                        UPDATE message SET state = 'interrupted', ended_at = clock_timestamp()
                        WHERE state = 'generating' AND server_id <> :server
                        """).param("server", server).update();
    }
}
