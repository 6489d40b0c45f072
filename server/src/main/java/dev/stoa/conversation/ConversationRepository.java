package dev.stoa.conversation;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/**
 * The SQL of conversations. Every statement names the member, so that nobody reaches another's. Stateless; each call is
 * one statement in the caller's transaction.
 */
@Repository
class ConversationRepository {
    private static final String COLUMNS = "id, member_id, title, model, created_at, updated_at";

    private final JdbcClient jdbc;

    ConversationRepository(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** @return whether it is new; a conversation that has this id already stays as it is */
    boolean insert(Conversation conversation) {
        return jdbc.sql("""
                        INSERT INTO conversation (id, member_id, title, model, created_at, updated_at)
                        VALUES (:id, :member, :title, :model, :created, :updated)
                        ON CONFLICT (id) DO NOTHING
                        """)
                        .param("id", conversation.id())
                        .param("member", conversation.memberId())
                        .param("title", conversation.title())
                        .param("model", conversation.model())
                        .param("created", conversation.createdAt().atOffset(ZoneOffset.UTC))
                        .param("updated", conversation.updatedAt().atOffset(ZoneOffset.UTC))
                        .update()
                == 1;
    }

    Optional<Conversation> find(UUID member, UUID id) {
        return jdbc.sql("SELECT " + COLUMNS + " FROM conversation WHERE id = :id AND member_id = :member")
                .param("id", id)
                .param("member", member)
                .query(ConversationRepository::conversation)
                .optional();
    }

    /** As {@link #find}, and no one else adds to it or deletes it until the transaction ends. */
    Optional<Conversation> lock(UUID member, UUID id) {
        return jdbc.sql("SELECT " + COLUMNS + " FROM conversation WHERE id = :id AND member_id = :member FOR UPDATE")
                .param("id", id)
                .param("member", member)
                .query(ConversationRepository::conversation)
                .optional();
    }

    /** Makes the transactions that count a member's runs go one after the other; foreign keys to it don't wait. */
    void lockMember(UUID member) {
        jdbc.sql("SELECT id FROM member WHERE id = :id FOR NO KEY UPDATE")
                .param("id", member)
                .query(UUID.class)
                .single();
    }

    /** One more than {@code limit} where there are more. */
    List<Conversation> page(UUID member, int limit, @Nullable Cursor after) {
        if (after == null) {
            return jdbc.sql("SELECT " + COLUMNS + """
                             FROM conversation WHERE member_id = :member
                            ORDER BY updated_at DESC, id DESC LIMIT :limit
                            """)
                    .param("member", member)
                    .param("limit", limit + 1)
                    .query(ConversationRepository::conversation)
                    .list();
        }
        return jdbc.sql("SELECT " + COLUMNS + """
                         FROM conversation WHERE member_id = :member AND (updated_at, id) < (:updated, :id)
                        ORDER BY updated_at DESC, id DESC LIMIT :limit
                        """)
                .param("member", member)
                .param("updated", after.updatedAt().atOffset(ZoneOffset.UTC))
                .param("id", after.id())
                .param("limit", limit + 1)
                .query(ConversationRepository::conversation)
                .list();
    }

    Optional<Conversation> rename(UUID member, UUID id, String title, Instant now) {
        return jdbc.sql("UPDATE conversation SET title = :title, updated_at = :now"
                        + " WHERE id = :id AND member_id = :member RETURNING " + COLUMNS)
                .param("title", title)
                .param("now", now.atOffset(ZoneOffset.UTC))
                .param("id", id)
                .param("member", member)
                .query(ConversationRepository::conversation)
                .optional();
    }

    /** Moves it to the front, and names it if it has no name. */
    void touch(UUID id, String titleIfNone, Instant now) {
        jdbc.sql("""
                        UPDATE conversation SET updated_at = :now, title = CASE WHEN title = '' THEN :title ELSE title END
                        WHERE id = :id
                        """)
                .param("now", now.atOffset(ZoneOffset.UTC))
                .param("title", titleIfNone)
                .param("id", id)
                .update();
    }

    boolean delete(UUID member, UUID id) {
        return jdbc.sql("DELETE FROM conversation WHERE id = :id AND member_id = :member")
                        .param("id", id)
                        .param("member", member)
                        .update()
                == 1;
    }

    private static Conversation conversation(ResultSet row, int index) throws SQLException {
        return new Conversation(
                row.getObject("id", UUID.class),
                row.getObject("member_id", UUID.class),
                row.getString("title"),
                row.getString("model"),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                row.getObject("updated_at", OffsetDateTime.class).toInstant());
    }
}
