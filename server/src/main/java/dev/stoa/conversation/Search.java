package dev.stoa.conversation;

import dev.stoa.identity.Caller;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;

/**
 * Search over all that a member and its models said: every word must be there, the last one may be unfinished. What a
 * word is, {@code stoa_between_words} says in the database, of messages and questions alike. Newest first. Thread-safe.
 */
@Service
public class Search {
    /** Marks around what was found, in a snippet; neither is in any text that is shown. */
    public static final char HIT_BEGIN = '\u0002';

    public static final char HIT_END = '\u0003';

    /** Keeps what stands between words from them, for the parser that marks the hits; taken out again. */
    private static final String APART = "\u0004\\&\u0004";

    private final JdbcClient jdbc;

    Search(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * A message that was found.
     *
     * @param snippet some words around the hits, which stand between {@link #HIT_BEGIN} and {@link #HIT_END}
     */
    public record Hit(
            UUID conversationId, String title, UUID messageId, Message.Role role, String snippet, Instant createdAt) {}

    /** @param text what was typed, of which punctuation counts for nothing */
    public List<Hit> find(Caller caller, String text, int limit) {
        if (limit < 1 || limit > ConversationLimits.SEARCH_HITS_MAX) {
            throw TextRules.invalid("limit", "must be between 1 and " + ConversationLimits.SEARCH_HITS_MAX);
        }
        if (text.length() > ConversationLimits.SEARCH_LENGTH_MAX) {
            throw TextRules.invalid(
                    "q", "must be at most " + ConversationLimits.SEARCH_LENGTH_MAX + " characters long");
        }
        return jdbc.sql("""
                        SELECT h.*, translate(
                            ts_headline('simple', stoa_between_words(h.text, :apart), stoa_asked(:text),
                                'MaxWords=24, MinWords=12, MaxFragments=1, StartSel=' || chr(2) || ', StopSel=' || chr(3)),
                            chr(4), '') AS snippet
                        FROM (
                            SELECT c.id AS conversation_id, c.title, m.id, m.role, left(m.text, 20000) AS text, m.created_at
                            FROM message m JOIN conversation c ON c.id = m.conversation_id
                            WHERE m.words @@ (SELECT stoa_asked(:text))
                              AND c.member_id = :member AND c.deleted_at IS NULL
                            ORDER BY m.created_at DESC, m.position DESC LIMIT :limit
                        ) h ORDER BY h.created_at DESC
                        """)
                .param("text", TextRules.clean(text))
                .param("apart", APART)
                .param("member", caller.memberId())
                .param("limit", limit)
                .query((row, index) -> new Hit(
                        row.getObject("conversation_id", UUID.class),
                        row.getString("title"),
                        row.getObject("id", UUID.class),
                        Message.Role.ofWord(row.getString("role")),
                        row.getString("snippet"),
                        row.getObject("created_at", OffsetDateTime.class).toInstant()))
                .list();
    }
}
