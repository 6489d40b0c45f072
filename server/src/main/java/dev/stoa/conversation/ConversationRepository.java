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
    private static final String COLUMNS = """
            id, member_id, title, model, policy, instructions, project_id, draft, read_id, created_at, updated_at, version,
            pinned_at IS NOT NULL AS pinned, archived_at IS NOT NULL AS archived, deleted_at IS NOT NULL AS deleted\s""";

    private static final String THERE = " AND deleted_at IS NULL ";

    private final JdbcClient jdbc;

    ConversationRepository(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** @return it as stored; empty if the id is taken, whoever has it */
    Optional<Conversation> insert(UUID id, UUID member, Conversations.Beginning begun, Instant now) {
        return jdbc.sql("""
                        INSERT INTO conversation (id, member_id, title, title_source, model, instructions, project_id, created_at,
                                                  updated_at)
                        VALUES (:id, :member, :title, CASE WHEN :title = '' THEN 'words' ELSE 'person' END, :model,
                                :instructions, :project, :now, :now)
                        ON CONFLICT (id) DO NOTHING RETURNING\s""" + COLUMNS)
                .param("id", id)
                .param("member", member)
                .param("title", begun.title())
                .param("model", begun.model())
                .param("instructions", begun.instructions())
                .param("project", begun.projectId())
                .param("now", now.atOffset(ZoneOffset.UTC))
                .query(ConversationRepository::conversation)
                .optional();
    }

    Optional<Conversation> find(UUID member, UUID id) {
        return jdbc.sql("SELECT " + COLUMNS + " FROM conversation WHERE id = :id AND member_id = :member" + THERE)
                .param("id", id)
                .param("member", member)
                .query(ConversationRepository::conversation)
                .optional();
    }

    /** As {@link #find}, and no one else adds to it or deletes it until the transaction ends. */
    Optional<Conversation> lock(UUID member, UUID id) {
        return jdbc.sql("SELECT " + COLUMNS + " FROM conversation WHERE id = :id AND member_id = :member" + THERE
                        + "FOR UPDATE")
                .param("id", id)
                .param("member", member)
                .query(ConversationRepository::conversation)
                .optional();
    }

    /** As {@link #lock(UUID, UUID)}, whoever it belongs to: for what waits in it. */
    Optional<Conversation> lock(UUID id) {
        return jdbc.sql("SELECT " + COLUMNS + " FROM conversation WHERE id = :id" + THERE + "FOR UPDATE")
                .param("id", id)
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

    /** One more than {@code limit} where there are more. Pinned ones are not among them but in {@link #pinned}. */
    List<Conversation> page(UUID member, int limit, @Nullable Cursor after, boolean archived) {
        String which = "member_id = :member" + THERE
                + (archived ? "AND archived_at IS NOT NULL" : "AND archived_at IS NULL AND pinned_at IS NULL");
        String order = " ORDER BY updated_at DESC, id DESC LIMIT :limit";
        if (after == null) {
            return jdbc.sql("SELECT " + COLUMNS + "FROM conversation WHERE " + which + order)
                    .param("member", member)
                    .param("limit", limit + 1)
                    .query(ConversationRepository::conversation)
                    .list();
        }
        return jdbc.sql("SELECT " + COLUMNS + "FROM conversation WHERE " + which
                        + " AND (updated_at, id) < (:updated, :id)" + order)
                .param("member", member)
                .param("updated", after.updatedAt().atOffset(ZoneOffset.UTC))
                .param("id", after.id())
                .param("limit", limit + 1)
                .query(ConversationRepository::conversation)
                .list();
    }

    /** Last pinned first. */
    List<Conversation> pinned(UUID member) {
        return jdbc.sql("SELECT " + COLUMNS + "FROM conversation WHERE member_id = :member" + THERE
                        + "AND archived_at IS NULL AND pinned_at IS NOT NULL ORDER BY pinned_at DESC LIMIT :limit")
                .param("member", member)
                .param("limit", ConversationLimits.PAGE_SIZE_MAX)
                .query(ConversationRepository::conversation)
                .list();
    }

    /** What was changed after a version, deleted ones too, in the order of the versions. */
    List<Conversation> changedSince(UUID member, long version, int limit) {
        return jdbc.sql("SELECT " + COLUMNS + "FROM conversation WHERE member_id = :member AND version > :version"
                        + " ORDER BY version LIMIT :limit")
                .param("member", member)
                .param("version", version)
                .param("limit", limit)
                .query(ConversationRepository::conversation)
                .list();
    }

    /** The version of a member's last change; 0 before the first. */
    long version(UUID member) {
        return jdbc.sql("SELECT coalesce(max(version), 0) FROM member_clock WHERE member_id = :member")
                .param("member", member)
                .query(Long.class)
                .single();
    }

    /** Null leaves a thing as it is. Another title also moves it to the front. */
    Optional<Conversation> change(UUID member, UUID id, Conversations.Change change, Instant now) {
        return jdbc.sql("""
                        UPDATE conversation SET
                            title = coalesce(:title::text, title),
                            title_source = CASE WHEN :title::text IS NULL THEN title_source ELSE 'person' END,
                            instructions = coalesce(:instructions::text, instructions),
                            project_id = CASE WHEN :project::uuid IS NULL THEN project_id ELSE nullif(:project, :none) END,
                            draft = coalesce(:draft::text, draft),
                            read_id = coalesce(:read::uuid, read_id),
                            updated_at = CASE WHEN :title::text IS NULL THEN updated_at ELSE :now END,
                            policy = coalesce(:policy::text, policy),
                            pinned_at = CASE WHEN :pinned::boolean IS NULL THEN pinned_at
                                WHEN :pinned THEN coalesce(pinned_at, :now) END,
                            archived_at = CASE WHEN :archived::boolean IS NULL THEN archived_at
                                WHEN :archived THEN coalesce(archived_at, :now) END
                        WHERE id = :id AND member_id = :member""" + THERE + "RETURNING " + COLUMNS)
                .param("title", change.title())
                .param("instructions", change.instructions())
                .param("project", change.projectId())
                .param("none", Conversations.NO_PROJECT)
                .param("draft", change.draft())
                .param("read", change.readId())
                .param(
                        "policy",
                        change.policy() == null ? null : change.policy().word())
                .param("pinned", change.pinned())
                .param("archived", change.archived())
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

    /** Hides it; what is hidden stays so. */
    boolean delete(UUID member, UUID id) {
        return jdbc.sql("UPDATE conversation SET deleted_at = clock_timestamp() WHERE id = :id AND member_id = :member"
                                + THERE)
                        .param("id", id)
                        .param("member", member)
                        .update()
                == 1;
    }

    /** Takes a deletion back. */
    Optional<Conversation> restore(UUID member, UUID id) {
        return jdbc.sql("UPDATE conversation SET deleted_at = NULL WHERE id = :id AND member_id = :member RETURNING "
                        + COLUMNS)
                .param("id", id)
                .param("member", member)
                .query(ConversationRepository::conversation)
                .optional();
    }

    private static Conversation conversation(ResultSet row, int index) throws SQLException {
        return new Conversation(
                row.getObject("id", UUID.class),
                row.getObject("member_id", UUID.class),
                row.getString("title"),
                row.getString("model"),
                Policy.ofWord("policy", row.getString("policy")),
                row.getString("instructions"),
                row.getObject("project_id", UUID.class),
                row.getString("draft"),
                row.getObject("read_id", UUID.class),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                row.getObject("updated_at", OffsetDateTime.class).toInstant(),
                row.getLong("version"),
                row.getBoolean("pinned"),
                row.getBoolean("archived"),
                row.getBoolean("deleted"));
    }
}
