package dev.stoa.conversation;

import dev.stoa.inference.TokenUsage;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/**
 * The SQL of messages, but for what runs write ({@link RunRepository}). The text of an answer that is being written is
 * what its log holds. Each call is one statement.
 */
@Repository
class MessageRepository {
    static final String COLUMNS = """
            m.id, m.conversation_id, m.parent_id, m.role,
            CASE WHEN m.state = 'generating'
                 THEN (SELECT coalesce(string_agg(e.text, '' ORDER BY e.seq), '') FROM run_event e WHERE e.message_id = m.id)
                 ELSE m.text END AS text,
            m.state, m.error_type, m.error_message, m.model, m.input_tokens, m.output_tokens, m.created_at\s""";

    private final JdbcClient jdbc;

    MessageRepository(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * Adds a message.
     *
     * @return false if the id is taken, whoever has it
     */
    boolean insert(Message message) {
        return jdbc.sql("""
                        INSERT INTO message (id, conversation_id, parent_id, role, text, state, model, created_at, ended_at)
                        VALUES (:id, :conversation, :parent, :role, :text, :state, :model, :created, :ended)
                        ON CONFLICT (id) DO NOTHING
                        """)
                        .param("id", message.id())
                        .param("conversation", message.conversationId())
                        .param("parent", message.parentId())
                        .param("role", message.role().word())
                        .param("text", message.text())
                        .param("state", message.state().word())
                        .param("model", message.model())
                        .param("created", message.createdAt().atOffset(ZoneOffset.UTC))
                        .param(
                                "ended",
                                message.generating()
                                        ? null
                                        : message.createdAt().atOffset(ZoneOffset.UTC))
                        .update()
                == 1;
    }

    /** Whoever it belongs to: for runs and for ids that clients chose. */
    Optional<Message> find(UUID id) {
        return jdbc.sql("SELECT " + COLUMNS + "FROM message m WHERE m.id = :id")
                .param("id", id)
                .query(MessageRepository::message)
                .optional();
    }

    Optional<Message> find(UUID member, UUID id) {
        return jdbc.sql("SELECT " + COLUMNS + """
                        FROM message m JOIN conversation c ON c.id = m.conversation_id
                        WHERE m.id = :id AND c.member_id = :member
                        """)
                .param("id", id)
                .param("member", member)
                .query(MessageRepository::message)
                .optional();
    }

    /** All of a conversation, oldest first. */
    List<Message> list(UUID conversation) {
        return jdbc.sql("SELECT " + COLUMNS + "FROM message m WHERE m.conversation_id = :id ORDER BY m.position")
                .param("id", conversation)
                .query(MessageRepository::message)
                .list();
    }

    int count(UUID conversation) {
        return jdbc.sql("SELECT count(*) FROM message WHERE conversation_id = :id")
                .param("id", conversation)
                .query(Integer.class)
                .single();
    }

    /**
     * The branch that ends at a message, oldest first: as many of its newest messages as fit into {@code lengthMax}
     * characters, at least the message itself.
     */
    List<Message> branch(UUID leaf, int lengthMax) {
        return jdbc.sql("""
                        WITH RECURSIVE branch AS (
                            SELECT id, parent_id, 0 AS depth, length(text)::bigint AS total FROM message WHERE id = :leaf
                            UNION ALL
                            SELECT p.id, p.parent_id, b.depth + 1, b.total + length(p.text)
                            FROM branch b JOIN message p ON p.id = b.parent_id
                            WHERE b.total + length(p.text) <= :max AND b.depth < :depth
                        )
                        SELECT\s""" + COLUMNS + "FROM branch b JOIN message m ON m.id = b.id ORDER BY b.depth DESC")
                .param("leaf", leaf)
                .param("max", lengthMax)
                .param("depth", ConversationLimits.MESSAGES_MAX)
                .query(MessageRepository::message)
                .list();
    }

    static Message message(ResultSet row, int index) throws SQLException {
        String errorType = row.getString("error_type");
        Integer output = row.getObject("output_tokens", Integer.class);
        return new Message(
                row.getObject("id", UUID.class),
                row.getObject("conversation_id", UUID.class),
                row.getObject("parent_id", UUID.class),
                Message.Role.ofWord(row.getString("role")),
                row.getString("text"),
                MessageState.ofWord(row.getString("state")),
                errorType == null ? null : new Message.Problem(errorType, row.getString("error_message")),
                row.getString("model"),
                output == null ? null : new TokenUsage(row.getInt("input_tokens"), 0, output),
                row.getObject("created_at", OffsetDateTime.class).toInstant());
    }
}
