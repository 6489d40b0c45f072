package dev.stoa.conversation;

import dev.stoa.identity.Caller;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The SQL of questions that wait. Stateless; each call is one statement in the caller's transaction. */
@Repository
class QueueRepository {
    private static final String COLUMNS = """
            q.id, q.reply_id, q.conversation_id, q.after_id, q.text, q.model, q.seed, q.organization_id, q.workspace_id,
            q.member_id, q.credential_id, q.created_at,\s""" + AttachmentRepository.column("q.id");

    private final JdbcClient jdbc;

    QueueRepository(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** A question that waits, and on whose account it will be answered. */
    record Waiting(Queued question, long seed, Caller caller) {}

    /** Adds it as the last one. */
    void insert(Queued question, long seed, Caller caller) {
        jdbc.sql("""
                        INSERT INTO queued_question (id, reply_id, conversation_id, after_id, rank, text, model, seed,
                            organization_id, workspace_id, member_id, credential_id, created_at)
                        VALUES (:id, :reply, :conversation, :after,
                            (SELECT coalesce(max(rank), 0) + 1 FROM queued_question WHERE conversation_id = :conversation),
                            :text, :model, :seed, :organization, :workspace, :member, :credential, :created)
                        """)
                .param("id", question.id())
                .param("reply", question.replyId())
                .param("conversation", question.conversationId())
                .param("after", question.afterId())
                .param("text", question.text())
                .param("model", question.model())
                .param("seed", seed)
                .param("organization", caller.organizationId())
                .param("workspace", caller.workspaceId())
                .param("member", caller.memberId())
                .param("credential", caller.credentialId())
                .param("created", question.createdAt().atOffset(ZoneOffset.UTC))
                .update();
    }

    Optional<Queued> find(UUID id) {
        return jdbc.sql("SELECT " + COLUMNS + "FROM queued_question q WHERE q.id = :id")
                .param("id", id)
                .query((row, index) -> waiting(row, index).question())
                .optional();
    }

    /** Those of a conversation, in their order. */
    List<Waiting> list(UUID conversation) {
        return jdbc.sql("SELECT " + COLUMNS
                        + "FROM queued_question q WHERE q.conversation_id = :id ORDER BY q.rank, q.id")
                .param("id", conversation)
                .query(QueueRepository::waiting)
                .list();
    }

    void delete(UUID id) {
        jdbc.sql("DELETE FROM queued_question WHERE id = :id").param("id", id).update();
    }

    void update(UUID id, String text) {
        jdbc.sql("UPDATE queued_question SET text = :text WHERE id = :id")
                .param("text", text)
                .param("id", id)
                .update();
    }

    /** Gives them the order of the list. */
    void rank(List<UUID> ids) {
        jdbc.sql("""
                        UPDATE queued_question q SET rank = o.rank
                        FROM unnest(:ids) WITH ORDINALITY AS o (id, rank) WHERE q.id = o.id
                        """).param("ids", ids.toArray(UUID[]::new)).update();
    }

    /** What waited for one answer waits for another now. */
    void follow(UUID before, UUID now) {
        jdbc.sql("UPDATE queued_question SET after_id = :now WHERE after_id = :before")
                .param("now", now)
                .param("before", before)
                .update();
    }

    /**
     * Conversations in which something waits and nothing is being written, by their ids.
     *
     * @param after the one that they follow; null begins with the first
     */
    List<UUID> idle(@Nullable UUID after, int limit) {
        return jdbc.sql("""
                        SELECT DISTINCT q.conversation_id FROM queued_question q
                        JOIN conversation c ON c.id = q.conversation_id AND c.deleted_at IS NULL
                        JOIN message a ON a.id = q.after_id
                        WHERE (:after::uuid IS NULL OR q.conversation_id > :after)
                          AND a.state IN ('complete', 'stopped', 'steered', 'refused')
                          AND NOT EXISTS (SELECT 1 FROM run r JOIN message m ON m.id = r.message_id
                                          WHERE m.conversation_id = q.conversation_id)
                        ORDER BY q.conversation_id LIMIT :limit
                        """)
                .param("after", after)
                .param("limit", limit)
                .query((row, index) -> row.getObject(1, UUID.class))
                .list();
    }

    private static Waiting waiting(ResultSet row, int index) throws SQLException {
        Queued question = new Queued(
                row.getObject("id", UUID.class),
                row.getObject("reply_id", UUID.class),
                row.getObject("conversation_id", UUID.class),
                row.getObject("after_id", UUID.class),
                row.getString("text"),
                AttachmentRepository.ofColumn(row.getString("attachments")),
                row.getString("model"),
                row.getObject("created_at", OffsetDateTime.class).toInstant());
        Caller caller = new Caller(
                row.getObject("organization_id", UUID.class),
                row.getObject("workspace_id", UUID.class),
                row.getObject("member_id", UUID.class),
                row.getObject("credential_id", UUID.class));
        return new Waiting(question, row.getLong("seed"), caller);
    }
}
