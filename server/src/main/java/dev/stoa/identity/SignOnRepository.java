package dev.stoa.identity;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The SQL of single sign-on. Stateless; each call is one statement. */
@Repository
class SignOnRepository {
    /**
     * A person on the way.
     *
     * @param memberId who links an account; null for a sign-in
     * @param linkHash of the invitation that is used; null for none
     */
    record Attempt(
            String nonce, String verifier, @Nullable UUID memberId, byte @Nullable [] linkHash, Instant expiresAt) {}

    /** @param removed whether its member is no more */
    record Known(UUID id, UUID memberId, boolean removed) {}

    private final JdbcClient jdbc;

    SignOnRepository(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** @return false where too many are on the way already */
    boolean insertAttempt(byte[] hash, Attempt attempt, int most) {
        return jdbc.sql("""
                        INSERT INTO sign_on_attempt (hash, nonce, verifier, member_id, link_hash, expires_at)
                        SELECT :hash, :nonce, :verifier, :member::uuid, :link::bytea, :expires
                        WHERE (SELECT count(*) FROM sign_on_attempt) < :most
                        """)
                        .param("hash", hash)
                        .param("nonce", attempt.nonce())
                        .param("verifier", attempt.verifier())
                        .param("member", attempt.memberId())
                        .param("link", attempt.linkHash())
                        .param("expires", utc(attempt.expiresAt()))
                        .param("most", most)
                        .update()
                == 1;
    }

    void forgetAttempts(Instant expiredBefore) {
        jdbc.sql("DELETE FROM sign_on_attempt WHERE expires_at <= ?")
                .param(utc(expiredBefore))
                .update();
    }

    /** Of two who come back with one state, one gets it. */
    Optional<Attempt> takeAttempt(byte[] hash) {
        return jdbc.sql("DELETE FROM sign_on_attempt WHERE hash = ? RETURNING *")
                .param(hash)
                .query((row, _) -> new Attempt(
                        row.getString("nonce"),
                        row.getString("verifier"),
                        row.getObject("member_id", UUID.class),
                        row.getBytes("link_hash"),
                        instant(row, "expires_at")))
                .optional();
    }

    Optional<Known> find(String issuer, String subject) {
        return jdbc.sql("""
                        SELECT s.id, s.member_id, m.removed_at IS NOT NULL AS removed
                        FROM sign_on s JOIN member m ON m.id = s.member_id WHERE s.issuer = ? AND s.subject = ?
                        """)
                .params(issuer, subject)
                .query((row, _) -> new Known(
                        row.getObject("id", UUID.class),
                        row.getObject("member_id", UUID.class),
                        row.getBoolean("removed")))
                .optional();
    }

    void insert(UUID id, UUID member, String issuer, String subject, String label, Instant now) {
        jdbc.sql("INSERT INTO sign_on (id, member_id, issuer, subject, label, created_at) VALUES (?, ?, ?, ?, ?, ?)")
                .params(id, member, issuer, subject, label, utc(now))
                .update();
    }

    void used(UUID id, String label, Instant now) {
        jdbc.sql("UPDATE sign_on SET last_used_at = ?, label = ? WHERE id = ?")
                .params(utc(now), label, id)
                .update();
    }

    List<SignOn> ofMember(UUID member) {
        return jdbc.sql(
                        "SELECT id, issuer, label, created_at, last_used_at FROM sign_on WHERE member_id = ? ORDER BY id")
                .param(member)
                .query((row, _) -> new SignOn(
                        row.getObject("id", UUID.class),
                        row.getString("issuer"),
                        row.getString("label"),
                        instant(row, "created_at"),
                        KeyRepository.instant(row, "last_used_at")))
                .list();
    }

    boolean delete(UUID member, UUID id) {
        return jdbc.sql("DELETE FROM sign_on WHERE member_id = ? AND id = ?")
                        .params(member, id)
                        .update()
                == 1;
    }

    /** Makes room for a person who was removed once and is let in again. */
    void delete(UUID id) {
        jdbc.sql("DELETE FROM sign_on WHERE id = ?").param(id).update();
    }

    /** Whether the member gets in without this one. */
    boolean hasOtherWay(UUID member, UUID but) {
        return jdbc.sql("""
                        SELECT EXISTS (SELECT 1 FROM member WHERE id = :member AND password_hash IS NOT NULL)
                            OR EXISTS (SELECT 1 FROM passkey WHERE member_id = :member)
                            OR EXISTS (SELECT 1 FROM sign_on WHERE member_id = :member AND id <> :but)
                        """)
                .param("member", member)
                .param("but", but)
                .query(Boolean.class)
                .single();
    }

    void markSession(byte[] sessionHash, UUID signOn) {
        jdbc.sql("UPDATE session SET sign_on_id = ? WHERE hash = ?")
                .params(signOn, sessionHash)
                .update();
    }

    boolean openedSession(byte[] sessionHash) {
        return jdbc.sql("SELECT EXISTS (SELECT 1 FROM session WHERE hash = ? AND sign_on_id IS NOT NULL)")
                .param(sessionHash)
                .query(Boolean.class)
                .single();
    }

    /** An invitation that waits for the address. */
    Optional<byte[]> invitation(String email, Instant now) {
        return jdbc.sql("""
                        SELECT hash FROM account_link WHERE kind = 'invitation' AND email = ? AND used_at IS NULL
                            AND withdrawn_at IS NULL AND expires_at > ? ORDER BY id DESC LIMIT 1
                        """)
                .params(email, utc(now))
                .query((row, _) -> row.getBytes(1))
                .optional();
    }

    /** Where somebody comes in whom nobody has invited: the house that is there. */
    UUID firstOrganization() {
        return jdbc.sql("SELECT id FROM organization ORDER BY created_at, id LIMIT 1")
                .query(UUID.class)
                .single();
    }

    private static Instant instant(ResultSet row, String column) throws SQLException {
        return Objects.requireNonNull(KeyRepository.instant(row, column), column);
    }

    private static OffsetDateTime utc(Instant time) {
        return time.atOffset(ZoneOffset.UTC);
    }
}
