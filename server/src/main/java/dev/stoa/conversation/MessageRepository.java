package dev.stoa.conversation;

import dev.stoa.inference.TokenUsage;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
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
            CASE WHEN m.state = 'generating'
                 THEN (SELECT coalesce(string_agg(e.steps, '' ORDER BY e.seq), '') FROM run_event e WHERE e.message_id = m.id)
                 ELSE m.steps END AS steps,
            m.state, m.error_type, m.error_message, m.model, m.input_tokens, m.output_tokens, m.together,
            m.context_id, m.chosen_id, m.created_at,
            (SELECT f.rating FROM feedback f WHERE f.message_id = m.id) AS rating,
            (SELECT f.comment FROM feedback f WHERE f.message_id = m.id) AS comment,\s""" + AttachmentRepository.column("m.id");

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
        Message.Problem error = message.error();
        return jdbc.sql("""
                        INSERT INTO message (id, conversation_id, parent_id, role, text, steps, state, error_type,
                                             error_message, model, together, context_id, created_at, ended_at)
                        VALUES (:id, :conversation, :parent, :role, :text, :steps, :state, :errorType, :errorMessage,
                                :model, :together, :context, :created, :ended)
                        ON CONFLICT (id) DO NOTHING
                        """)
                        .param("id", message.id())
                        .param("conversation", message.conversationId())
                        .param("parent", message.parentId())
                        .param("role", message.role().word())
                        .param("text", message.text())
                        .param("steps", message.steps().log())
                        .param("state", message.state().word())
                        .param("errorType", error == null ? null : error.type())
                        .param("errorMessage", error == null ? null : error.message())
                        .param("model", message.model())
                        .param("together", message.together())
                        .param("context", message.contextId())
                        .param("created", message.createdAt().atOffset(ZoneOffset.UTC))
                        .param(
                                "ended",
                                message.generating()
                                        ? null
                                        : message.createdAt().atOffset(ZoneOffset.UTC))
                        .update()
                == 1;
    }

    /** Adds a copy of an answer that has ended under another question. @return false if the id is taken */
    boolean copy(UUID answer, UUID id, UUID question, Instant now) {
        return jdbc.sql("""
                        INSERT INTO message (id, conversation_id, parent_id, role, text, steps, state, error_type,
                                             error_message, model, input_tokens, output_tokens, together, created_at,
                                             ended_at)
                        SELECT :id, conversation_id, :question, role, text, steps, state, error_type, error_message, model,
                            input_tokens, output_tokens, false, :now, :now
                        FROM message WHERE id = :answer
                        ON CONFLICT (id) DO NOTHING
                        """)
                        .param("id", id)
                        .param("question", question)
                        .param("now", now.atOffset(ZoneOffset.UTC))
                        .param("answer", answer)
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
                        WHERE m.id = :id AND c.member_id = :member AND c.deleted_at IS NULL
                        """)
                .param("id", id)
                .param("member", member)
                .query(MessageRepository::message)
                .optional();
    }

    /**
     * A part of a branch, oldest first.
     *
     * @param versions of each message the ids of its siblings and itself
     */
    record BranchPage(List<Message> messages, Map<UUID, List<UUID>> versions, boolean more) {}

    BranchPage branchPage(UUID conversation, Conversations.Place place, int limit) {
        Optional<Lowest> lowest = lowest(conversation, place);
        if (lowest.isEmpty()) {
            return new BranchPage(List.of(), Map.of(), false);
        }
        int length = Math.min(
                Math.max(limit, lowest.get().depth() + ConversationLimits.CONTEXT_ABOVE_HIT),
                ConversationLimits.BRANCH_PAGE_MAX);
        List<Message> page = new ArrayList<>();
        Map<UUID, List<UUID>> versions = new HashMap<>();
        jdbc.sql("""
                        WITH RECURSIVE branch AS (
                            SELECT id, parent_id, 1 AS depth FROM message WHERE id = :leaf
                            UNION ALL
                            SELECT p.id, p.parent_id, b.depth + 1 FROM branch b JOIN message p ON p.id = b.parent_id
                            WHERE b.depth <= :limit
                        )
                        SELECT\s""" + COLUMNS + """
                             , CASE WHEN m.parent_id IS NULL
                                THEN ARRAY(SELECT s.id FROM message s WHERE s.conversation_id = m.conversation_id
                                           AND s.parent_id IS NULL ORDER BY s.position)
                                ELSE ARRAY(SELECT s.id FROM message s WHERE s.conversation_id = m.conversation_id
                                           AND s.parent_id = m.parent_id ORDER BY s.position) END AS siblings
                        FROM branch b JOIN message m ON m.id = b.id ORDER BY b.depth DESC
                        """)
                .param("leaf", lowest.get().id())
                .param("limit", length)
                .query(row -> {
                    Message message = message(row, 0);
                    page.add(message);
                    versions.put(message.id(), List.of((UUID[])
                            row.getArray("siblings").getArray()));
                });
        boolean more = page.size() > length;
        if (more) {
            versions.remove(page.removeFirst().id());
        }
        return new BranchPage(page, versions, more);
    }

    /** @param depth how far it stands under the message that was asked for */
    private record Lowest(UUID id, int depth) {}

    private record Link(UUID id, @Nullable UUID parent) {}

    private Optional<Lowest> lowest(UUID conversation, Conversations.Place place) {
        if (place.before() != null) {
            return jdbc.sql("SELECT parent_id FROM message WHERE id = :id AND conversation_id = :conversation"
                            + " AND parent_id IS NOT NULL")
                    .param("id", place.before())
                    .param("conversation", conversation)
                    .query((row, index) ->
                            new Lowest(row.getObject(1, UUID.class), -ConversationLimits.CONTEXT_ABOVE_HIT))
                    .optional();
        }
        if (place.under() != null) {
            return newestUnder(conversation, place.under());
        }
        return jdbc.sql("SELECT id FROM message WHERE conversation_id = :id AND NOT in_group"
                        + " ORDER BY position DESC LIMIT 1")
                .param("id", conversation)
                .query((row, index) ->
                        new Lowest(row.getObject("id", UUID.class), -ConversationLimits.CONTEXT_ABOVE_HIT))
                .optional();
    }

    /**
     * The end of the newest branch through a message. All that came after it is read at once: to look up one child after
     * the other takes several times as long in a thread of thousands. A child always comes after its parent.
     */
    private Optional<Lowest> newestUnder(UUID conversation, UUID message) {
        List<Link> later = jdbc.sql("""
                        SELECT id, parent_id FROM message WHERE conversation_id = :conversation AND position >=
                            (SELECT position FROM message WHERE id = :id AND conversation_id = :conversation)
                        ORDER BY position
                        """)
                .param("conversation", conversation)
                .param("id", message)
                .query((row, index) ->
                        new Link(row.getObject("id", UUID.class), row.getObject("parent_id", UUID.class)))
                .list();
        if (later.isEmpty()) {
            return Optional.empty();
        }
        Map<UUID, UUID> newest = new HashMap<>();
        for (Link link : later) {
            if (link.parent() != null) {
                newest.put(link.parent(), link.id());
            }
        }
        Lowest lowest = new Lowest(message, 0);
        for (UUID next = newest.get(message); next != null; next = newest.get(next)) {
            lowest = new Lowest(next, lowest.depth() + 1);
        }
        return Optional.of(lowest);
    }

    /** Those that were changed after a version, oldest first, the newest {@link ConversationLimits#BRANCH_PAGE_MAX}. */
    List<Message> changedSince(UUID conversation, long version) {
        return jdbc.sql("SELECT * FROM (SELECT m.position, " + COLUMNS + """
                             FROM message m WHERE m.conversation_id = :id AND m.version > :version
                            ORDER BY m.position DESC LIMIT :limit) changed ORDER BY position
                            """)
                .param("id", conversation)
                .param("version", version)
                .param("limit", ConversationLimits.BRANCH_PAGE_MAX)
                .query(MessageRepository::message)
                .list();
    }

    /**
     * Another answer is read in the place of one that has a group behind it; from then on it is a version in that group
     * and no branch of its own.
     *
     * @param chosen null for none
     */
    void choose(UUID answer, @Nullable UUID chosen) {
        jdbc.sql("""
                        WITH version AS (UPDATE message SET in_group = true WHERE id = :chosen AND NOT in_group)
                        UPDATE message SET chosen_id = :chosen WHERE id = :id
                        """).param("chosen", chosen).param("id", answer).update();
    }

    /** All of a conversation, oldest first. */
    List<Message> all(UUID conversation) {
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

    /** The answers on the branch that ends at a message which are being written, the message itself among them. */
    List<UUID> runningAbove(UUID conversation, UUID leaf) {
        return jdbc.sql("""
                        WITH RECURSIVE running AS MATERIALIZED (
                            SELECT m.id FROM run r JOIN message m ON m.id = r.message_id WHERE m.conversation_id = :id
                        ), branch AS (
                            SELECT id, parent_id FROM message WHERE id = :leaf AND EXISTS (SELECT 1 FROM running)
                            UNION ALL
                            SELECT p.id, p.parent_id FROM branch b JOIN message p ON p.id = b.parent_id
                        )
                        SELECT b.id FROM branch b JOIN running USING (id)
                        """)
                .param("id", conversation)
                .param("leaf", leaf)
                .query((row, index) -> row.getObject("id", UUID.class))
                .list();
    }

    /**
     * The branch that ends at a message, oldest first: as many of its newest messages as fit into {@code lengthMax}
     * characters, at least the message itself. An answer in whose place another was chosen is that other, once it has
     * ended.
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
                        SELECT\s""" + COLUMNS + """
                        FROM branch b JOIN message o ON o.id = b.id
                            LEFT JOIN message c ON c.id = o.chosen_id AND c.state <> 'generating'
                            JOIN message m ON m.id = coalesce(c.id, o.id)
                        ORDER BY b.depth DESC
                        """)
                .param("leaf", leaf)
                .param("max", lengthMax)
                .param("depth", ConversationLimits.MESSAGES_MAX)
                .query(MessageRepository::message)
                .list();
    }

    static Message message(ResultSet row, int index) throws SQLException {
        String errorType = row.getString("error_type");
        String rating = row.getString("rating");
        Integer output = row.getObject("output_tokens", Integer.class);
        return new Message(
                row.getObject("id", UUID.class),
                row.getObject("conversation_id", UUID.class),
                row.getObject("parent_id", UUID.class),
                Message.Role.ofWord(row.getString("role")),
                row.getString("text"),
                new Steps(row.getString("steps")),
                AttachmentRepository.ofColumn(row.getString("attachments")),
                MessageState.ofWord(row.getString("state")),
                errorType == null ? null : new Message.Problem(errorType, row.getString("error_message")),
                row.getString("model"),
                output == null ? null : new TokenUsage(row.getInt("input_tokens"), 0, output),
                rating == null ? null : new Feedback.Opinion(Feedback.Rating.ofWord(rating), row.getString("comment")),
                row.getBoolean("together"),
                row.getObject("context_id", UUID.class),
                row.getObject("chosen_id", UUID.class),
                row.getObject("created_at", OffsetDateTime.class).toInstant());
    }
}
