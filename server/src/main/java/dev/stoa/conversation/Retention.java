package dev.stoa.conversation;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;

/**
 * How long an organization keeps conversations, and their end: those that nobody changed for so long, and those that
 * were deleted long ago, are removed with all that belongs to them, a few at each look around. Thread-safe.
 */
@Service
public class Retention {
    /** The most days of either. */
    public static final int DAYS_MAX = 36_500;

    /** Of so many looks one searches for what nobody changed, a minute apart: that age is counted in days. */
    private static final int UNTOUCHED_EVERY = 30;

    private static final Logger LOG = LoggerFactory.getLogger(Retention.class);

    private final JdbcClient jdbc;
    private int looks;

    Retention(JdbcClient jdbc, Runs runs) {
        this.jdbc = jdbc;
        runs.onLook(this::purge);
    }

    /**
     * @param conversationDays without a change, after which a conversation is gone for good; null for never
     * @param deletedDays for which a deletion can be taken back; null for {@link ConversationLimits#UNDELETE_TIME}
     */
    public record Rule(
            @Nullable Integer conversationDays, @Nullable Integer deletedDays) {}

    /** What holds for an organization. */
    public Rule of(UUID organization) {
        return jdbc.sql("SELECT conversation_days, deleted_days FROM retention WHERE organization_id = ?")
                .param(organization)
                .query(Retention::rule)
                .optional()
                .orElse(new Rule(null, null));
    }

    private static Rule rule(ResultSet row, int index) throws SQLException {
        return new Rule(
                row.getObject("conversation_days", Integer.class), row.getObject("deleted_days", Integer.class));
    }

    /** Puts a rule in place of the one that held. */
    public void set(UUID organization, Rule rule) {
        jdbc.sql("""
                        INSERT INTO retention VALUES (:organization, :conversations::integer, :deleted::integer)
                        ON CONFLICT (organization_id) DO UPDATE SET conversation_days = excluded.conversation_days,
                            deleted_days = excluded.deleted_days
                        """)
                .param("organization", organization)
                .param("conversations", rule.conversationDays())
                .param("deleted", rule.deletedDays())
                .update();
    }

    /** On the thread of {@link Runs}' looks. */
    private void purge() {
        int deleted = removeDeleted();
        int untouched = 0;
        if (looks++ % UNTOUCHED_EVERY == 0) {
            untouched = removeUntouched();
            looks = untouched == ConversationLimits.PURGE_BATCH ? 0 : looks; // The rest is for the next look.
        }
        if (deleted + untouched > 0) {
            LOG.info("Removed {} deleted and {} untouched conversations for good", deleted, untouched);
        }
    }

    /** By an index: of those that are hidden it reads only what may be old enough. */
    private int removeDeleted() {
        return jdbc.sql("""
                        DELETE FROM conversation WHERE id IN (
                            SELECT c.id FROM conversation c JOIN member m ON m.id = c.member_id
                                LEFT JOIN retention r ON r.organization_id = m.organization_id
                            WHERE c.deleted_at < now() - make_interval(days =>
                                    least(:days, (SELECT min(deleted_days) FROM retention)))
                                AND c.deleted_at < now() - make_interval(days => coalesce(r.deleted_days, :days))
                            LIMIT :limit FOR UPDATE OF c SKIP LOCKED)
                        """)
                .param("days", (int) ConversationLimits.UNDELETE_TIME.toDays())
                .param("limit", ConversationLimits.PURGE_BATCH)
                .update();
    }

    private int removeUntouched() {
        return jdbc.sql("""
                        DELETE FROM conversation WHERE id IN (
                            SELECT c.id FROM retention r JOIN member m ON m.organization_id = r.organization_id
                                JOIN conversation c ON c.member_id = m.id
                            WHERE c.updated_at < now() - make_interval(days => r.conversation_days)
                            LIMIT :limit FOR UPDATE OF c SKIP LOCKED)
                        """).param("limit", ConversationLimits.PURGE_BATCH).update();
    }
}
