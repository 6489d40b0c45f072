package dev.stoa.conversation;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The SQL of what models propose to remember. Each call is one statement. */
@Repository
class ProposalRepository {
    private static final String OWN = """
             FROM conversation c WHERE c.id = p.conversation_id AND c.member_id = :member AND c.deleted_at IS NULL
            """;

    private final JdbcClient jdbc;

    ProposalRepository(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** @return whether nobody has looked at this question before */
    boolean claim(UUID id, Message question, Instant now) {
        return jdbc.sql("""
                        INSERT INTO memory_proposal (id, conversation_id, message_id, state, created_at)
                        SELECT :id, m.conversation_id, m.id, 'asked', :now FROM message m WHERE m.id = :message
                        ON CONFLICT (message_id) DO NOTHING
                        """)
                        .param("id", id)
                        .param("message", question.id())
                        .param("now", now.atOffset(ZoneOffset.UTC))
                        .update()
                == 1;
    }

    void open(UUID id, String text) {
        jdbc.sql("UPDATE memory_proposal SET state = 'open', text = :text WHERE id = :id AND state = 'asked'")
                .param("text", text)
                .param("id", id)
                .update();
    }

    /** @return whether it was open, and the member's */
    boolean close(UUID member, UUID id) {
        return jdbc.sql("UPDATE memory_proposal p SET state = 'closed'" + OWN + "AND p.id = :id AND p.state = 'open'")
                        .param("member", member)
                        .param("id", id)
                        .update()
                == 1;
    }

    /** The newest that are open in a conversation, oldest first. */
    List<Proposal> open(UUID conversation) {
        return jdbc.sql("""
                        SELECT * FROM (
                            SELECT id, message_id, text, created_at FROM memory_proposal
                            WHERE conversation_id = :id AND state = 'open' ORDER BY created_at DESC LIMIT :limit
                        ) newest ORDER BY created_at
                        """)
                .param("id", conversation)
                .param("limit", ConversationLimits.PROPOSALS_SHOWN)
                .query((row, index) -> new Proposal(
                        row.getObject("id", UUID.class),
                        row.getObject("message_id", UUID.class),
                        row.getString("text"),
                        row.getObject("created_at", OffsetDateTime.class).toInstant()))
                .list();
    }

    /** What was proposed to a member before, whatever came of it. */
    List<String> texts(UUID member) {
        return jdbc.sql("""
                        SELECT p.text FROM memory_proposal p JOIN conversation c ON c.id = p.conversation_id
                        WHERE c.member_id = :member AND p.text IS NOT NULL
                        ORDER BY p.created_at DESC LIMIT :limit
                        """)
                .param("member", member)
                .param("limit", ConversationLimits.PROPOSALS_COMPARED)
                .query((row, index) -> row.getString("text"))
                .list();
    }
}
