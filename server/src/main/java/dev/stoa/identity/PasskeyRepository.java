package dev.stoa.identity;

import java.sql.Array;
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

/** The SQL of passkeys and of the challenges that they answer. Stateless; each call is one statement. */
@Repository
class PasskeyRepository {
    /**
     * What is needed to check a signature.
     *
     * @param credential WebAuthn's attested credential data
     */
    record Stored(
            UUID id,
            UUID memberId,
            byte[] credential,
            long counter,
            boolean backupEligible,
            boolean backedUp,
            List<String> transports) {}

    /** @param memberId who registers; null for a sign-in */
    record Challenge(@Nullable UUID memberId, Instant expiresAt) {}

    private final JdbcClient jdbc;

    PasskeyRepository(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** @return false where too many wait already */
    boolean insertChallenge(byte[] hash, @Nullable UUID member, Instant expires, int most) {
        return jdbc.sql("""
                        INSERT INTO passkey_challenge (hash, member_id, expires_at)
                        SELECT :hash, :member::uuid, :expires WHERE (SELECT count(*) FROM passkey_challenge) < :most
                        """)
                        .param("hash", hash)
                        .param("member", member)
                        .param("expires", utc(expires))
                        .param("most", most)
                        .update()
                == 1;
    }

    void forgetChallenges(Instant expiredBefore) {
        jdbc.sql("DELETE FROM passkey_challenge WHERE expires_at <= ?")
                .param(utc(expiredBefore))
                .update();
    }

    /** Of two who come with one challenge, one gets it. */
    Optional<Challenge> takeChallenge(byte[] hash) {
        return jdbc.sql("DELETE FROM passkey_challenge WHERE hash = ? RETURNING member_id, expires_at")
                .param(hash)
                .query((row, _) -> new Challenge(row.getObject("member_id", UUID.class), instant(row, "expires_at")))
                .optional();
    }

    void insert(Stored passkey, byte[] credentialId, String name, Instant now) {
        jdbc.sql("""
                        INSERT INTO passkey (id, member_id, credential_id, name, credential, counter, backup_eligible,
                            backed_up, transports, created_at)
                        VALUES (:id, :member, :credentialId, :name, :credential, :counter, :eligible, :backedUp,
                            :transports, :now)
                        """)
                .param("id", passkey.id())
                .param("member", passkey.memberId())
                .param("credentialId", credentialId)
                .param("name", name)
                .param("credential", passkey.credential())
                .param("counter", passkey.counter())
                .param("eligible", passkey.backupEligible())
                .param("backedUp", passkey.backedUp())
                .param("transports", passkey.transports().toArray(String[]::new))
                .param("now", utc(now))
                .update();
    }

    /** Of a member who is still there. */
    Optional<Stored> find(byte[] credentialId) {
        return jdbc.sql("""
                        SELECT p.id, p.member_id, p.credential, p.counter, p.backup_eligible, p.backed_up, p.transports
                        FROM passkey p JOIN member m ON m.id = p.member_id
                        WHERE p.credential_id = ? AND m.removed_at IS NULL
                        """)
                .param(credentialId)
                .query(PasskeyRepository::stored)
                .optional();
    }

    private static Stored stored(ResultSet row, int index) throws SQLException {
        Array transports = row.getArray("transports");
        return new Stored(
                row.getObject("id", UUID.class),
                row.getObject("member_id", UUID.class),
                row.getBytes("credential"),
                row.getLong("counter"),
                row.getBoolean("backup_eligible"),
                row.getBoolean("backed_up"),
                List.of((String[]) transports.getArray()));
    }

    /** @return false if it was used with this count, or a higher one, in the meantime */
    boolean used(UUID id, long counter, boolean backedUp, Instant now) {
        return jdbc.sql("""
                        UPDATE passkey SET counter = :counter, backed_up = :backedUp, last_used_at = :now
                        WHERE id = :id AND (counter < :counter OR (counter = 0 AND :counter = 0))
                        """)
                        .param("counter", counter)
                        .param("backedUp", backedUp)
                        .param("now", utc(now))
                        .param("id", id)
                        .update()
                == 1;
    }

    /** Holds the member's row until the transaction ends, so that what counts against a limit is counted alone. */
    void lockMember(UUID member) {
        jdbc.sql("SELECT id FROM member WHERE id = ? FOR UPDATE")
                .param(member)
                .query(UUID.class)
                .single();
    }

    List<Passkey> ofMember(UUID member) {
        return jdbc.sql(
                        "SELECT id, name, backed_up, created_at, last_used_at FROM passkey WHERE member_id = ? ORDER BY id")
                .param(member)
                .query((row, _) -> new Passkey(
                        row.getObject("id", UUID.class),
                        row.getString("name"),
                        row.getBoolean("backed_up"),
                        instant(row, "created_at"),
                        KeyRepository.instant(row, "last_used_at")))
                .list();
    }

    List<byte[]> credentialIds(UUID member) {
        return jdbc.sql("SELECT credential_id FROM passkey WHERE member_id = ? ORDER BY id")
                .param(member)
                .query((row, _) -> row.getBytes(1))
                .list();
    }

    boolean rename(UUID member, UUID id, String name) {
        return jdbc.sql("UPDATE passkey SET name = ? WHERE member_id = ? AND id = ?")
                        .params(name, member, id)
                        .update()
                == 1;
    }

    boolean delete(UUID member, UUID id) {
        return jdbc.sql("DELETE FROM passkey WHERE member_id = ? AND id = ?")
                        .params(member, id)
                        .update()
                == 1;
    }

    private static Instant instant(ResultSet row, String column) throws SQLException {
        return Objects.requireNonNull(KeyRepository.instant(row, column), column);
    }

    private static OffsetDateTime utc(Instant time) {
        return time.atOffset(ZoneOffset.UTC);
    }
}
