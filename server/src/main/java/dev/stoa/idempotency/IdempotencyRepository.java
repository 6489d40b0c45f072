package dev.stoa.idempotency;

import dev.stoa.identity.Caller;
import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The SQL of idempotent requests, by the database's clock. Each call is one statement. Stateless. */
@Repository
class IdempotencyRepository {
    /** What a row takes beside its answer. */
    private static final int ROW_BYTES = 500;

    private final JdbcClient jdbc;

    IdempotencyRepository(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * A request under a key.
     *
     * @param status null while it runs
     * @param answer null if it is too large
     */
    record Row(
            @Nullable Integer status,
            @Nullable String target,
            byte @Nullable [] digest,
            long bodyBytes,
            @Nullable String contentType,
            byte @Nullable [] answer) {}

    /** Takes the key, if nobody has it. */
    boolean claim(IdempotencyKey key, UUID token, Duration lease) {
        return jdbc.sql("""
                        INSERT INTO idempotent_request AS r
                            (credential_id, key, organization_id, token, begun_at, lease_until)
                        VALUES (:credential, :key, :organization, :token, clock_timestamp(),
                            clock_timestamp() + make_interval(secs => :lease))
                        ON CONFLICT (credential_id, key) DO UPDATE SET token = excluded.token,
                            begun_at = excluded.begun_at, lease_until = excluded.lease_until, status = NULL,
                            answer = NULL, bytes = 0, expires_at = NULL
                        WHERE r.status IS NULL AND r.lease_until < clock_timestamp()
                            OR r.expires_at < clock_timestamp()
                        RETURNING true
                        """)
                .param("credential", key.caller().credentialId())
                .param("key", key.key())
                .param("organization", key.caller().organizationId())
                .param("token", token)
                .param("lease", lease.toSeconds())
                .query(Boolean.class)
                .optional()
                .isPresent();
    }

    Optional<Row> find(Caller caller, String key) {
        return jdbc.sql("SELECT * FROM idempotent_request WHERE credential_id = ? AND key = ?")
                .params(caller.credentialId(), key)
                .query((row, _) -> new Row(
                        row.getObject("status", Integer.class),
                        row.getString("target"),
                        row.getBytes("body_digest"),
                        row.getLong("body_bytes"),
                        row.getString("content_type"),
                        row.getBytes("answer")))
                .optional();
    }

    /** Keeps an answer, if the key is still this execution's. */
    void keep(
            UUID token,
            SentRequest request,
            byte[] digest,
            int status,
            String contentType,
            byte @Nullable [] answer,
            Duration kept) {
        jdbc.sql("""
                        UPDATE idempotent_request SET target = :target, body_digest = :digest, body_bytes = :bodyBytes,
                            status = :status, content_type = :type, answer = :answer, bytes = :bytes,
                            expires_at = clock_timestamp() + make_interval(secs => :kept)
                        WHERE token = :token AND status IS NULL
                        """)
                .param("target", request.target())
                .param("digest", digest)
                .param("bodyBytes", request.bytes())
                .param("status", status)
                .param("type", contentType)
                .param("answer", answer)
                .param("bytes", ROW_BYTES + (answer == null ? 0 : answer.length))
                .param("kept", kept.toSeconds())
                .param("token", token)
                .update();
    }

    void release(UUID token) {
        jdbc.sql("DELETE FROM idempotent_request WHERE token = ? AND status IS NULL")
                .param(token)
                .update();
    }

    void renew(Collection<UUID> tokens, Duration lease) {
        jdbc.sql("UPDATE idempotent_request SET lease_until = clock_timestamp() + make_interval(secs => :lease)"
                        + " WHERE token = ANY (:tokens) AND status IS NULL")
                .param("lease", lease.toSeconds())
                .param("tokens", tokens.toArray(UUID[]::new))
                .update();
    }

    /** Forgets what is past its time, and the oldest of organizations that have too much. */
    void sweep(long organizationBytes) {
        jdbc.sql("DELETE FROM idempotent_request WHERE expires_at < clock_timestamp()"
                        + " OR status IS NULL AND lease_until < clock_timestamp()")
                .update();
        jdbc.sql("""
                        DELETE FROM idempotent_request r USING (
                            SELECT credential_id, key, sum(bytes) OVER (PARTITION BY organization_id
                                ORDER BY begun_at DESC, credential_id, key) AS newer
                            FROM idempotent_request WHERE status IS NOT NULL) s
                        WHERE r.credential_id = s.credential_id AND r.key = s.key AND s.newer > ?
                        """).param(organizationBytes).update();
    }
}
