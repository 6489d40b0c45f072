package dev.stoa.conversation;

import dev.stoa.identity.Caller;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;

/**
 * What people thought of answers. The first word on an answer keeps the branch and the answer as they are then, for
 * whoever judges models by it; it goes with the message. Thread-safe.
 */
@Service
public class Feedback {
    private static final JsonMapper JSON = new JsonMapper();

    /** Rows that are fetched at once while all are told. */
    private static final int FETCH = 50;

    private final JdbcClient jdbc;
    private final MessageRepository messages;
    private final ConversationSupport support;

    Feedback(JdbcClient jdbc, MessageRepository messages, ConversationSupport support) {
        this.jdbc = jdbc;
        this.messages = messages;
        this.support = support;
    }

    /** Thumbs. */
    public enum Rating {
        UP,
        DOWN;

        /** The word in the API and in the database. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** @throws StoaException INVALID_REQUEST if it is neither */
        public static Rating ofWord(String word) {
            return switch (word) {
                case "up" -> UP;
                case "down" -> DOWN;
                default -> throw TextRules.invalid("rating", "must be up or down");
            };
        }
    }

    /** @param comment "" for none */
    public record Opinion(Rating rating, String comment) {}

    /** An opinion with what it is about. @param prompt [{"role", "text"}], the question last */
    public record Sample(
            UUID messageId,
            UUID memberId,
            Opinion opinion,
            @Nullable String model,
            JsonNode prompt,
            String answer,
            Instant createdAt) {}

    /** How often a model was praised and blamed on a day. @param day its begin, UTC */
    public record Tally(Instant day, @Nullable String model, long up, long down) {}

    /** By day, oldest first, and by model; days without an opinion are absent. */
    public List<Tally> tallies(UUID organization, Instant from, Instant to) {
        return jdbc.sql("""
                        SELECT date_trunc('day', created_at, 'UTC') AS day, model,
                            count(*) FILTER (WHERE rating = 'up') AS up, count(*) FILTER (WHERE rating = 'down') AS down
                        FROM feedback
                        WHERE organization_id = :organization AND created_at >= :from AND created_at < :to
                        GROUP BY 1, 2 ORDER BY 1, 2
                        """)
                .param("organization", organization)
                .param("from", from.atOffset(ZoneOffset.UTC))
                .param("to", to.atOffset(ZoneOffset.UTC))
                .query((row, index) -> new Tally(
                        row.getObject("day", OffsetDateTime.class).toInstant(),
                        row.getString("model"),
                        row.getLong("up"),
                        row.getLong("down")))
                .list();
    }

    /** Says what the caller thinks of an answer of its own that has ended; another time replaces it. */
    public void put(Caller caller, UUID messageId, Opinion opinion) {
        Message answer = find(caller, messageId);
        if (answer.role() != Message.Role.ASSISTANT || answer.generating()) {
            throw new StoaException(ErrorKind.INVALID_REQUEST, "Only an answer that has ended can be judged.");
        }
        Personal.requireMay("comment", opinion.comment(), ConversationLimits.COMMENT_LENGTH_MAX);
        jdbc.sql("""
                        INSERT INTO feedback (message_id, organization_id, member_id, rating, comment, model, prompt, answer,
                                              created_at)
                        VALUES (:id, :organization, :member, :rating, :comment, :model, :prompt::jsonb, :answer, :now)
                        ON CONFLICT (message_id) DO UPDATE SET rating = :rating, comment = :comment
                        """)
                .param("id", messageId)
                .param("organization", caller.organizationId())
                .param("member", caller.memberId())
                .param("rating", opinion.rating().word())
                .param("comment", opinion.comment().strip())
                .param("model", answer.model())
                .param("prompt", prompt(answer))
                .param("answer", answer.text())
                .param("now", support.now().atOffset(ZoneOffset.UTC))
                .update();
    }

    /** The branch above an answer. */
    private String prompt(Message answer) {
        ArrayNode lines = JSON.createArrayNode();
        UUID question = Objects.requireNonNull(answer.parentId(), "an answer is to a question");
        for (Message message : messages.branch(question, ConversationLimits.HISTORY_LENGTH_MAX)) {
            lines.addObject().put("role", message.role().word()).put("text", message.text());
        }
        return lines.toString();
    }

    /** Takes it back; nothing is kept of it. */
    public void remove(Caller caller, UUID messageId) {
        find(caller, messageId);
        jdbc.sql("DELETE FROM feedback WHERE message_id = :id")
                .param("id", messageId)
                .update();
    }

    private Message find(Caller caller, UUID id) {
        return messages.find(caller.memberId(), id)
                .orElseThrow(() -> new StoaException(ErrorKind.NOT_FOUND, "There is no message " + id + "."));
    }

    /** Tells all samples of an organization, oldest first, a few at a time, so that any number of them fits. */
    public void each(UUID organization, Consumer<Sample> reader) {
        OffsetDateTime after = OffsetDateTime.of(1970, 1, 1, 0, 0, 0, 0, ZoneOffset.UTC);
        UUID last = new UUID(0, 0);
        while (true) {
            List<Sample> page = jdbc.sql("""
                            SELECT message_id, member_id, rating, comment, model, prompt::text, answer, created_at
                            FROM feedback WHERE organization_id = :organization
                            AND (created_at, message_id) > (:after, :last) ORDER BY created_at, message_id LIMIT :limit
                            """)
                    .param("organization", organization)
                    .param("after", after)
                    .param("last", last)
                    .param("limit", FETCH)
                    .query((row, index) -> new Sample(
                            row.getObject("message_id", UUID.class),
                            row.getObject("member_id", UUID.class),
                            new Opinion(Rating.ofWord(row.getString("rating")), row.getString("comment")),
                            row.getString("model"),
                            JSON.readTree(row.getString("prompt")),
                            row.getString("answer"),
                            row.getObject("created_at", OffsetDateTime.class).toInstant()))
                    .list();
            page.forEach(reader);
            if (page.size() < FETCH) {
                return;
            }
            after = page.getLast().createdAt().atOffset(ZoneOffset.UTC);
            last = page.getLast().messageId();
        }
    }
}
