package dev.stoa.inference.reuse;

import dev.stoa.shared.SecretBox;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Who keeps answers, and the answers. An organization's are never more than its bound: whoever adds one removes the
 * oldest in the same transaction. Throws a {@link org.springframework.dao.DataAccessException} or a {@link
 * org.springframework.transaction.TransactionException} while the database is away. Thread-safe.
 */
final class AnswerStore {
    /** What a row takes beside its answer. */
    private static final int ROW_BYTES = 300;
    /** Room is made for more than one answer at a time, as the oldest are looked for. */
    private static final double ROOM = 0.9;

    private static final Logger log = LoggerFactory.getLogger(AnswerStore.class);

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private final SecretBox secrets;
    private final AnswerLimits limits;

    AnswerStore(JdbcClient jdbc, TransactionTemplate transaction, SecretBox secrets, AnswerLimits limits) {
        this.jdbc = jdbc;
        this.transaction = transaction;
        this.secrets = secrets;
        this.limits = limits;
    }

    /** How an organization keeps answers. */
    record Rule(Duration ttl, byte[] salt) {}

    /** What an organization keeps. */
    record State(Duration ttl, long answers, long bytes) {}

    /** All organizations that keep answers, but for those whose salt was sealed with another master key. */
    Map<UUID, Rule> rules() {
        Map<UUID, Rule> rules = new HashMap<>();
        jdbc.sql("SELECT organization_id, ttl_seconds, salt FROM answer_cache").query(row -> {
            UUID organization = row.getObject("organization_id", UUID.class);
            try {
                byte[] salt = Base64.getDecoder().decode(secrets.open(saltOf(organization), row.getBytes("salt")));
                rules.put(organization, new Rule(Duration.ofSeconds(row.getLong("ttl_seconds")), salt));
            } catch (IllegalArgumentException e) {
                log.error("Answers are not kept for an organization: {}", e.getMessage());
            }
        });
        return rules;
    }

    Optional<State> state(UUID organization) {
        return jdbc.sql("""
                        SELECT ttl_seconds, bytes,
                            (SELECT count(*) FROM cached_answer a WHERE a.organization_id = c.organization_id) AS answers
                        FROM answer_cache c WHERE organization_id = ?
                        """)
                .param(organization)
                .query((row, _) -> new State(
                        Duration.ofSeconds(row.getLong("ttl_seconds")), row.getLong("answers"), row.getLong("bytes")))
                .optional();
    }

    /** @param salt used only if the organization has none */
    void enable(UUID organization, Duration ttl, byte[] salt) {
        jdbc.sql("""
                        INSERT INTO answer_cache (organization_id, ttl_seconds, salt) VALUES (?, ?, ?)
                        ON CONFLICT (organization_id) DO UPDATE SET ttl_seconds = excluded.ttl_seconds
                        """)
                .params(organization, ttl.toSeconds(), seal(organization, salt))
                .update();
    }

    void disable(UUID organization) {
        jdbc.sql("DELETE FROM answer_cache WHERE organization_id = ?")
                .param(organization)
                .update();
    }

    /** Forgets all answers; those that are on their way to be kept are never found under the new salt. */
    void purge(UUID organization, byte[] salt) {
        transaction.executeWithoutResult(_ -> {
            jdbc.sql("UPDATE answer_cache SET salt = ?, bytes = 0 WHERE organization_id = ?")
                    .params(seal(organization, salt), organization)
                    .update();
            jdbc.sql("DELETE FROM cached_answer WHERE organization_id = ?")
                    .param(organization)
                    .update();
        });
    }

    private byte[] seal(UUID organization, byte[] salt) {
        return secrets.seal(saltOf(organization), Base64.getEncoder().encodeToString(salt));
    }

    private static String saltOf(UUID organization) {
        return "answer_cache " + organization;
    }

    private static String ownerOf(UUID organization, AnswerKey key) {
        return "cached_answer " + organization + " " + key.hex();
    }

    /** An answer that is not too old; null if there is none. */
    @Nullable String find(UUID organization, AnswerKey key, Duration ttl) {
        return jdbc.sql("""
                        SELECT answer FROM cached_answer WHERE organization_id = ? AND key = ?
                            AND created_at > clock_timestamp() - make_interval(secs => ?)
                        """)
                .params(organization, key.bytes(), ttl.toSeconds())
                .query(byte[].class)
                .optional()
                .map(closed -> secrets.open(ownerOf(organization, key), closed))
                .orElse(null);
    }

    /** Keeps an answer, unless it is too large or the organization keeps none any more. */
    void keep(UUID organization, AnswerKey key, String answer) {
        if (answer.getBytes(StandardCharsets.UTF_8).length > limits.answer().toBytes()) {
            return;
        }
        byte[] closed = secrets.seal(ownerOf(organization, key), answer);
        long bytes = ROW_BYTES + closed.length;
        transaction.executeWithoutResult(_ -> {
            // Also the lock under which an organization's answers are counted.
            Optional<Long> before = jdbc.sql(
                            "UPDATE answer_cache SET bytes = bytes + ? WHERE organization_id = ? RETURNING bytes")
                    .params(bytes, organization)
                    .query(Long.class)
                    .optional();
            if (before.isEmpty()) {
                return;
            }
            long removed = removed(
                    "DELETE FROM cached_answer WHERE organization_id = ? AND key = ?", organization, key.bytes());
            long max = limits.organizationSize().toBytes();
            if (before.get() - removed > max) {
                removed += removed("""
                        DELETE FROM cached_answer a USING (
                            SELECT key, sum(bytes) OVER (ORDER BY created_at DESC, key) AS newer
                            FROM cached_answer WHERE organization_id = ?) s
                        WHERE a.organization_id = ? AND a.key = s.key AND s.newer > ?
                        """, organization, organization, Math.min(max - bytes, (long) (max * ROOM)));
            }
            jdbc.sql("INSERT INTO cached_answer VALUES (?, ?, ?, ?, clock_timestamp())")
                    .params(organization, key.bytes(), closed, bytes)
                    .update();
            subtract(organization, removed);
        });
    }

    private long removed(String delete, Object... parameters) {
        return jdbc.sql("WITH gone AS (" + delete + " RETURNING bytes) SELECT coalesce(sum(bytes), 0) FROM gone")
                .params(parameters)
                .query(Long.class)
                .single();
    }

    private void subtract(UUID organization, long bytes) {
        if (bytes > 0) {
            jdbc.sql("UPDATE answer_cache SET bytes = bytes - ? WHERE organization_id = ?")
                    .params(bytes, organization)
                    .update();
        }
    }

    /** Removes what is too old. */
    void sweep() {
        rules().forEach((organization, rule) -> transaction.executeWithoutResult(_ -> {
            jdbc.sql("SELECT 1 FROM answer_cache WHERE organization_id = ? FOR UPDATE")
                    .param(organization)
                    .query(Integer.class)
                    .optional();
            subtract(organization, removed("""
                    DELETE FROM cached_answer WHERE organization_id = ?
                        AND created_at < clock_timestamp() - make_interval(secs => ?)
                    """, organization, rule.ttl().toSeconds()));
        }));
    }
}
