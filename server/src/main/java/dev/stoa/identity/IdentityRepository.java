package dev.stoa.identity;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The SQL of identity. Stateless; each call is one statement in the caller's transaction. */
@Repository
class IdentityRepository {

    /** A credential that is valid now. */
    record Credential(Caller caller, byte[] hash, Set<KeyScope> scopes, Instant lastUsedAt) {}

    private static final String VALID_KEY = "k.disabled_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > :now)";

    private final JdbcClient jdbc;

    IdentityRepository(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    Optional<Credential> findKey(byte[] hash, Instant now) {
        return jdbc.sql("""
                        SELECT m.organization_id, coalesce(k.workspace_id, m.workspace_id) AS workspace_id,
                               m.id AS member_id, k.id AS credential_id, k.hash, k.scopes, k.last_used_at
                        FROM api_key k JOIN member m ON m.id = k.member_id
                        WHERE k.hash = :hash AND m.removed_at IS NULL AND\s""" + VALID_KEY)
                .param("hash", hash)
                .param("now", utc(now))
                .query(IdentityRepository::credential)
                .optional();
    }

    boolean active(Caller caller, Instant now) {
        return jdbc.sql("""
                        SELECT EXISTS (
                            SELECT 1 FROM api_key k JOIN member m ON m.id = k.member_id
                            WHERE k.id = :key AND m.removed_at IS NULL AND 'inference' = ANY (k.scopes) AND\s""" + VALID_KEY + """
                        ) AND EXISTS (SELECT 1 FROM workspace WHERE id = :workspace AND archived_at IS NULL)
                        """)
                .param("key", caller.credentialId())
                .param("workspace", caller.workspaceId())
                .param("now", utc(now))
                .query(Boolean.class)
                .single();
    }

    Optional<Credential> findSession(byte[] hash, Instant now) {
        return jdbc.sql("""
                        SELECT m.organization_id, coalesce(k.workspace_id, m.workspace_id) AS workspace_id,
                               m.id AS member_id, s.id AS credential_id, s.hash, s.last_used_at,
                               coalesce(k.scopes, '{inference,chat,admin}') AS scopes
                        FROM session s JOIN member m ON m.id = s.member_id
                            LEFT JOIN api_key k ON k.id = s.api_key_id
                        WHERE s.hash = :hash AND s.expires_at > :now AND m.removed_at IS NULL
                            AND (s.api_key_id IS NULL OR\s""" + VALID_KEY + ")")
                .param("hash", hash)
                .param("now", utc(now))
                .query(IdentityRepository::credential)
                .optional();
    }

    private static Credential credential(ResultSet row, int index) throws SQLException {
        Caller caller = new Caller(
                row.getObject("organization_id", UUID.class),
                row.getObject("workspace_id", UUID.class),
                row.getObject("member_id", UUID.class),
                row.getObject("credential_id", UUID.class));
        OffsetDateTime used = row.getObject("last_used_at", OffsetDateTime.class);
        return new Credential(
                caller,
                row.getBytes("hash"),
                KeyRepository.scopes(row.getArray("scopes")),
                used == null ? Instant.EPOCH : used.toInstant());
    }

    void touchKey(UUID id, Instant now) {
        jdbc.sql("UPDATE api_key SET last_used_at = :now WHERE id = :id")
                .param("now", utc(now))
                .param("id", id)
                .update();
    }

    void touchSession(UUID id, Instant now, Duration idle) {
        jdbc.sql("UPDATE session SET last_used_at = :now, expires_at = :expires WHERE id = :id")
                .param("now", utc(now))
                .param("expires", utc(now.plus(idle)))
                .param("id", id)
                .update();
    }

    void insertSession(
            UUID id, UUID member, @Nullable UUID apiKey, byte[] hash, Device device, Instant now, Duration idle) {
        jdbc.sql("""
                        INSERT INTO session (id, member_id, api_key_id, user_agent, address, hash, created_at, expires_at,
                            last_used_at)
                        VALUES (:id, :member, :key, :agent, :address, :hash, :now, :expires, :now)
                        """)
                .param("id", id)
                .param("member", member)
                .param("key", apiKey)
                .param("agent", device.userAgent())
                .param("address", device.address())
                .param("hash", hash)
                .param("now", utc(now))
                .param("expires", utc(now.plus(idle)))
                .update();
    }

    /** Whether it is a session that no key opened. */
    boolean ownSession(UUID credential) {
        return jdbc.sql("SELECT EXISTS (SELECT 1 FROM session WHERE id = ? AND api_key_id IS NULL)")
                .param(credential)
                .query(Boolean.class)
                .single();
    }

    void deleteSession(byte[] hash) {
        jdbc.sql("DELETE FROM session WHERE hash = :hash").param("hash", hash).update();
    }

    int deleteExpiredSessions(Instant now) {
        return jdbc.sql("DELETE FROM session WHERE expires_at <= :now")
                .param("now", utc(now))
                .update();
    }

    Member member(UUID id) {
        return jdbc.sql("SELECT id, name, email, role FROM member WHERE id = :id")
                .param("id", id)
                .query((row, index) -> new Member(
                        row.getObject("id", UUID.class), row.getString("name"), row.getString("email"), role(row)))
                .single();
    }

    static Role role(ResultSet row) throws SQLException {
        String label = row.getString("role");
        return Role.of(label).orElseThrow(() -> new IllegalStateException("there is no role " + label));
    }

    /** Held until the transaction ends: of two servers that start at once on one database, one waits here. */
    void lockFirstStart() {
        jdbc.sql("SELECT pg_advisory_xact_lock(hashtext('stoa.first-start'))")
                .query((row, index) -> 0)
                .single();
    }

    /** The member that was made first, if there is one: the operator. */
    Optional<UUID> operator() {
        return jdbc.sql("SELECT id FROM member ORDER BY created_at, id LIMIT 1")
                .query(UUID.class)
                .optional();
    }

    /** Whether a key or a session was ever used, or somebody has a way in of their own. */
    boolean anybodySignedIn() {
        return jdbc.sql("""
                        SELECT EXISTS (SELECT 1 FROM api_key WHERE last_used_at IS NOT NULL)
                            OR EXISTS (SELECT 1 FROM session)
                            OR EXISTS (SELECT 1 FROM member WHERE password_hash IS NOT NULL)
                            OR EXISTS (SELECT 1 FROM sign_on)
                        """).query(Boolean.class).single();
    }

    void insertOperator(UUID organization, UUID workspace, UUID member, Instant now) {
        jdbc.sql("INSERT INTO organization (id, name, created_at) VALUES (:id, 'Stoa', :now)")
                .param("id", organization)
                .param("now", utc(now))
                .update();
        jdbc.sql("""
                        INSERT INTO workspace (id, organization_id, name, created_at)
                        VALUES (:id, :organization, 'Default', :now)
                        """)
                .param("id", workspace)
                .param("organization", organization)
                .param("now", utc(now))
                .update();
        jdbc.sql("""
                        INSERT INTO member (id, organization_id, workspace_id, name, role, created_at)
                        VALUES (:id, :organization, :workspace, 'Operator', 'operator', :now)
                        """)
                .param("id", member)
                .param("organization", organization)
                .param("workspace", workspace)
                .param("now", utc(now))
                .update();
    }

    /** @return whether it is new; a key with this hash that is already there stays as it is, disabled or not */
    boolean insertKey(
            UUID id, UUID member, String name, byte[] hash, String hint, Instant now, @Nullable Instant expires) {
        return jdbc.sql("""
                        INSERT INTO api_key (id, member_id, name, hash, hint, created_at, expires_at)
                        VALUES (:id, :member, :name, :hash, :hint, :now, :expires)
                        ON CONFLICT (hash) DO NOTHING
                        """)
                        .param("id", id)
                        .param("member", member)
                        .param("name", name)
                        .param("hash", hash)
                        .param("hint", hint)
                        .param("now", utc(now))
                        .param("expires", expires == null ? null : utc(expires))
                        .update()
                == 1;
    }

    /** The driver binds {@code timestamptz} from this type, not from Instant. */
    private static OffsetDateTime utc(Instant time) {
        return time.atOffset(ZoneOffset.UTC);
    }
}
