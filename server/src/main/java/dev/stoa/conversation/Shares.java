package dev.stoa.conversation;

import dev.stoa.identity.Caller;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import tools.jackson.databind.json.JsonMapper;

/**
 * Links to read-only copies of a branch. Whoever has a link reads the copy, signed in or not, until it expires or is
 * revoked; the link's secret is stored as a hash only, so the database's readers can't use it. Deleting a conversation
 * closes its links at once. Thread-safe.
 */
@Service
public class Shares {
    private static final JsonMapper JSON = new JsonMapper();
    private static final int SECRET_BYTES = 24;

    private final JdbcClient jdbc;
    private final Conversations conversations;
    private final AttachmentRepository files;
    private final RandomGenerator random;
    private final Clock clock;

    Shares(
            JdbcClient jdbc,
            Conversations conversations,
            AttachmentRepository files,
            RandomGenerator random,
            Clock clock) {
        this.jdbc = jdbc;
        this.conversations = conversations;
        this.files = files;
        this.random = random;
        this.clock = clock;
    }

    /** A message of a copy. */
    public record Line(String role, String text, @Nullable String model, List<CarriedFile> files) {
        /** A copy that was made before there were files has none. */
        @SuppressWarnings({"ConstantValue", "NullableProblems"})
        public Line {
            files = files == null ? List.of() : List.copyOf(files);
        }
    }

    /** A link of a member. */
    public record Share(UUID id, UUID conversationId, String title, Instant createdAt, Instant expiresAt) {}

    /** A new link. @param secret shown this once */
    public record NewShare(Share share, String secret) {
        /** Keeps the secret out of logs. */
        @Override
        public String toString() {
            return share.toString();
        }
    }

    /** What whoever has the link reads. */
    public record Copy(String title, List<Line> messages, Instant createdAt, Instant expiresAt) {}

    /**
     * Shares a branch up to a message.
     *
     * @param leaf the last message of the copy; null takes the end of the newest branch
     * @param age how long the link works
     */
    public NewShare create(Caller caller, UUID conversationId, @Nullable UUID leaf, Duration age) {
        if (age.compareTo(Duration.ofMinutes(1)) < 0 || age.compareTo(ConversationLimits.SHARE_AGE_MAX) > 0) {
            throw TextRules.invalid("days", "must be between 1 and " + ConversationLimits.SHARE_AGE_MAX.toDays());
        }
        Conversations.Thread thread = conversations.branch(caller, conversationId, leaf);
        Map<UUID, List<CarriedFile>> carried = files.carried(thread.messages());
        List<Line> lines = thread.messages().stream()
                .filter(message -> !message.text().isBlank())
                .map(message -> new Line(
                        message.role().word(),
                        message.text(),
                        message.role() == Message.Role.ASSISTANT ? message.model() : null,
                        carried.getOrDefault(message.id(), List.of())))
                .toList();
        if (lines.isEmpty()) {
            throw new StoaException(ErrorKind.INVALID_REQUEST, "There is nothing to share yet.");
        }
        byte[] bytes = new byte[SECRET_BYTES];
        random.nextBytes(bytes);
        String secret = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        Share share = new Share(
                UUID.randomUUID(), conversationId, thread.conversation().title(), now, now.plus(age));
        jdbc.sql("DELETE FROM share WHERE expires_at <= :now")
                .param("now", utc(now))
                .update();
        jdbc.sql("""
                        INSERT INTO share (id, conversation_id, hash, title, messages, created_at, expires_at)
                        VALUES (:id, :conversation, :hash, :title, :messages::jsonb, :created, :expires)
                        """)
                .param("id", share.id())
                .param("conversation", conversationId)
                .param("hash", hash(secret))
                .param("title", share.title())
                .param("messages", JSON.writeValueAsString(lines))
                .param("created", utc(share.createdAt()))
                .param("expires", utc(share.expiresAt()))
                .update();
        return new NewShare(share, secret);
    }

    /** The links of a conversation that work, newest first. @throws StoaException NOT_FOUND */
    public List<Share> list(Caller caller, UUID conversationId) {
        conversations.find(caller, conversationId);
        return jdbc.sql("""
                        SELECT s.id, s.conversation_id, s.title, s.created_at, s.expires_at
                        FROM share s JOIN conversation c ON c.id = s.conversation_id
                        WHERE c.id = :id AND c.member_id = :member AND c.deleted_at IS NULL AND s.expires_at > :now
                        ORDER BY s.created_at DESC
                        """)
                .param("id", conversationId)
                .param("member", caller.memberId())
                .param("now", utc(clock.instant()))
                .query((row, index) -> new Share(
                        row.getObject("id", UUID.class),
                        row.getObject("conversation_id", UUID.class),
                        row.getString("title"),
                        row.getObject("created_at", OffsetDateTime.class).toInstant(),
                        row.getObject("expires_at", OffsetDateTime.class).toInstant()))
                .list();
    }

    /** Closes a link. */
    public void revoke(Caller caller, UUID id) {
        int gone =
                jdbc.sql("""
                        DELETE FROM share s USING conversation c
                        WHERE s.id = :id AND c.id = s.conversation_id AND c.member_id = :member
                        """).param("id", id).param("member", caller.memberId()).update();
        if (gone == 0) {
            throw notThere();
        }
    }

    /** What a link shows. */
    public Copy read(String secret) {
        return jdbc.sql("""
                        SELECT s.title, s.messages::text AS messages, s.created_at, s.expires_at
                        FROM share s JOIN conversation c ON c.id = s.conversation_id
                        WHERE s.hash = :hash AND s.expires_at > :now AND c.deleted_at IS NULL
                        """)
                .param("hash", hash(secret))
                .param("now", utc(clock.instant()))
                .query((row, index) -> new Copy(
                        row.getString("title"),
                        List.of(JSON.readValue(row.getString("messages"), Line[].class)),
                        row.getObject("created_at", OffsetDateTime.class).toInstant(),
                        row.getObject("expires_at", OffsetDateTime.class).toInstant()))
                .optional()
                .orElseThrow(Shares::notThere);
    }

    private static byte[] hash(String secret) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static OffsetDateTime utc(Instant time) {
        return time.atOffset(ZoneOffset.UTC);
    }

    private static StoaException notThere() {
        return new StoaException(ErrorKind.NOT_FOUND, "This link does not exist any more.");
    }
}
