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

/** The SQL of accounts: passwords, members, devices, links. Stateless; each call is one statement. */
@Repository
class AccountRepository {
    /** What is needed to check a password. */
    record Login(
            UUID memberId,
            UUID organizationId,
            UUID workspaceId,
            @Nullable String email,
            @Nullable String hash) {}

    private static final String LOGIN =
            "SELECT id, organization_id, workspace_id, email, password_hash FROM member WHERE removed_at IS NULL AND ";

    private static final String MEMBERS = """
            SELECT m.id, m.name, m.email, m.role, m.password_hash IS NOT NULL AS has_password, m.created_at,
                greatest((SELECT max(last_used_at) FROM session WHERE member_id = m.id),
                         (SELECT max(last_used_at) FROM api_key WHERE member_id = m.id)) AS last_seen_at
            FROM member m WHERE m.organization_id = :organization AND m.kind = 'person' AND m.removed_at IS NULL\s""";

    private final JdbcClient jdbc;

    AccountRepository(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    boolean anyPassword() {
        return jdbc.sql("SELECT EXISTS (SELECT 1 FROM member WHERE password_hash IS NOT NULL AND removed_at IS NULL)")
                .query(Boolean.class)
                .single();
    }

    Optional<Login> login(String email) {
        return jdbc.sql(LOGIN + "email = ?")
                .param(email)
                .query(AccountRepository::login)
                .optional();
    }

    Login login(UUID member) {
        return jdbc.sql(LOGIN + "id = ?")
                .param(member)
                .query(AccountRepository::login)
                .single();
    }

    private static Login login(ResultSet row, int index) throws SQLException {
        return new Login(
                row.getObject("id", UUID.class),
                row.getObject("organization_id", UUID.class),
                row.getObject("workspace_id", UUID.class),
                row.getString("email"),
                row.getString("password_hash"));
    }

    /** @return whether the member had no password before */
    boolean setFirstPassword(UUID member, String name, String email, String hash) {
        return jdbc.sql(
                                "UPDATE member SET name = ?, email = ?, password_hash = ? WHERE id = ? AND password_hash IS NULL")
                        .params(name, email, hash, member)
                        .update()
                == 1;
    }

    void setPassword(UUID member, String hash) {
        jdbc.sql("UPDATE member SET password_hash = ? WHERE id = ?")
                .params(hash, member)
                .update();
    }

    void rename(UUID member, String name) {
        jdbc.sql("UPDATE member SET name = ? WHERE id = ?").params(name, member).update();
    }

    void insertMember(
            UUID id,
            UUID organization,
            UUID workspace,
            String name,
            @Nullable String email,
            @Nullable String hash,
            Role role,
            Instant now) {
        jdbc.sql("""
                        INSERT INTO member (id, organization_id, workspace_id, name, email, password_hash, role, created_at)
                        VALUES (:id, :organization, :workspace, :name, :email, :hash, :role, :now)
                        """)
                .param("id", id)
                .param("organization", organization)
                .param("workspace", workspace)
                .param("name", name)
                .param("email", email)
                .param("hash", hash)
                .param("role", role.label())
                .param("now", utc(now))
                .update();
    }

    List<MemberDetails> members(UUID organization) {
        return jdbc.sql(MEMBERS + "ORDER BY m.id")
                .param("organization", organization)
                .query(AccountRepository::member)
                .list();
    }

    Optional<MemberDetails> member(UUID organization, UUID id) {
        return jdbc.sql(MEMBERS + "AND m.id = :id")
                .param("organization", organization)
                .param("id", id)
                .query(AccountRepository::member)
                .optional();
    }

    private static MemberDetails member(ResultSet row, int index) throws SQLException {
        return new MemberDetails(
                row.getObject("id", UUID.class),
                row.getString("name"),
                row.getString("email"),
                IdentityRepository.role(row),
                row.getBoolean("has_password"),
                instant(row, "created_at"),
                KeyRepository.instant(row, "last_seen_at"));
    }

    Role role(UUID member) {
        return jdbc.sql("SELECT role FROM member WHERE id = ?")
                .param(member)
                .query((row, _) -> IdentityRepository.role(row))
                .single();
    }

    void setRole(UUID member, Role role) {
        jdbc.sql("UPDATE member SET role = ? WHERE id = ?")
                .params(role.label(), member)
                .update();
    }

    /** Locks them, so that two who demote each other at once don't leave none. @return how many operators there are */
    int lockOperators(UUID organization) {
        return jdbc.sql("SELECT id FROM member WHERE organization_id = ? AND role = 'operator' AND removed_at IS NULL"
                        + " FOR UPDATE")
                .param(organization)
                .query(UUID.class)
                .list()
                .size();
    }

    /** The member can't get in any more; what it wrote stays, its address is free for another. */
    void remove(UUID member, Instant now) {
        jdbc.sql("UPDATE member SET removed_at = ?, password_hash = NULL WHERE id = ?")
                .params(utc(now), member)
                .update();
        jdbc.sql(
                        "UPDATE api_key SET archived_at = :now, disabled_at = :now WHERE member_id = :id AND archived_at IS NULL")
                .param("now", utc(now))
                .param("id", member)
                .update();
        jdbc.sql("DELETE FROM passkey WHERE member_id = ?").param(member).update();
        deleteSessions(member, null);
        withdrawResets(member, now);
        withdrawLinksOf(member, List.of(Role.values()), now);
    }

    List<DeviceSession> sessions(UUID member, UUID current, Instant now) {
        return jdbc.sql("""
                        SELECT id, api_key_id, user_agent, address, created_at, last_used_at FROM session
                        WHERE member_id = ? AND expires_at > ? ORDER BY last_used_at DESC, id DESC
                        """)
                .params(member, utc(now))
                .query((row, _) -> {
                    UUID id = row.getObject("id", UUID.class);
                    return new DeviceSession(
                            id,
                            id.equals(current),
                            row.getObject("api_key_id") != null,
                            row.getString("user_agent"),
                            row.getString("address"),
                            instant(row, "created_at"),
                            instant(row, "last_used_at"));
                })
                .list();
    }

    boolean deleteSession(UUID member, UUID id) {
        return jdbc.sql("DELETE FROM session WHERE member_id = ? AND id = ?")
                        .params(member, id)
                        .update()
                == 1;
    }

    /** @param but the one that stays, null for none */
    void deleteSessions(UUID member, @Nullable UUID but) {
        jdbc.sql("DELETE FROM session WHERE member_id = :member AND (:but::uuid IS NULL OR id <> :but::uuid)")
                .param("member", member)
                .param("but", but)
                .update();
    }

    void insertLink(AccountLink link, byte[] hash) {
        jdbc.sql("""
                        INSERT INTO account_link (id, organization_id, kind, hash, email, role, member_id, created_by,
                            created_at, expires_at)
                        VALUES (:id, :organization, :kind, :hash, :email, :role, :member, :by, :created, :expires)
                        """)
                .param("id", link.id())
                .param("organization", link.organizationId())
                .param("kind", link.kind().label())
                .param("hash", hash)
                .param("email", link.email())
                .param("role", link.role().label())
                .param("member", link.memberId())
                .param("by", link.createdBy())
                .param("created", utc(link.createdAt()))
                .param("expires", utc(link.expiresAt()))
                .update();
    }

    Optional<AccountLink> link(byte[] hash, Instant now) {
        return jdbc.sql("SELECT * FROM account_link WHERE hash = ?")
                .param(hash)
                .query((row, _) -> link(row, now))
                .optional();
    }

    List<AccountLink> invitations(UUID organization, Instant now) {
        return jdbc.sql("SELECT * FROM account_link WHERE organization_id = ? AND kind = 'invitation' ORDER BY id DESC")
                .param(organization)
                .query((row, _) -> link(row, now))
                .list();
    }

    private static AccountLink link(ResultSet row, Instant now) throws SQLException {
        Instant expires = instant(row, "expires_at");
        AccountLink.Status status = AccountLink.Status.PENDING;
        if (row.getObject("used_at") != null) {
            status = AccountLink.Status.ACCEPTED;
        } else if (row.getObject("withdrawn_at") != null) {
            status = AccountLink.Status.WITHDRAWN;
        } else if (!expires.isAfter(now)) {
            status = AccountLink.Status.EXPIRED;
        }
        return new AccountLink(
                row.getObject("id", UUID.class),
                row.getObject("organization_id", UUID.class),
                AccountLink.Kind.valueOf(row.getString("kind").toUpperCase(java.util.Locale.ROOT)),
                row.getString("email"),
                IdentityRepository.role(row),
                row.getObject("member_id", UUID.class),
                row.getObject("created_by", UUID.class),
                instant(row, "created_at"),
                expires,
                status);
    }

    /** Of two who use a link at once, one waits here and then finds it used. @return whether it could still be used */
    boolean useLink(UUID id, UUID member, Instant now) {
        return jdbc.sql("""
                        UPDATE account_link SET used_at = :now, member_id = :member
                        WHERE id = :id AND used_at IS NULL AND withdrawn_at IS NULL AND expires_at > :now
                        """)
                        .param("now", utc(now))
                        .param("member", member)
                        .param("id", id)
                        .update()
                == 1;
    }

    void withdrawLink(UUID id, Instant now) {
        jdbc.sql("UPDATE account_link SET withdrawn_at = ? WHERE id = ? AND used_at IS NULL")
                .params(utc(now), id)
                .update();
    }

    void withdrawResets(UUID member, Instant now) {
        jdbc.sql("""
                        UPDATE account_link SET withdrawn_at = ? WHERE member_id = ? AND kind = 'password_reset'
                            AND used_at IS NULL AND withdrawn_at IS NULL
                        """).params(utc(now), member).update();
    }

    /** @param roles that the links give, or whose passwords they are for */
    void withdrawLinksOf(UUID maker, List<Role> roles, Instant now) {
        jdbc.sql("""
                        UPDATE account_link SET withdrawn_at = ? WHERE created_by = ? AND role = ANY (?)
                            AND used_at IS NULL AND withdrawn_at IS NULL
                        """).params(utc(now), maker, labels(roles)).update();
    }

    /** @param roles of those who made them, and so have their secrets */
    void archiveKeysMadeBy(List<Role> roles, UUID member, Instant now) {
        jdbc.sql("""
                        UPDATE api_key k SET archived_at = :now, disabled_at = :now FROM member maker
                        WHERE k.member_id = :member AND k.archived_at IS NULL
                            AND maker.id = k.created_by AND maker.id <> k.member_id AND maker.role = ANY (:roles)
                        """)
                .param("now", utc(now))
                .param("member", member)
                .param("roles", labels(roles))
                .update();
    }

    private static String[] labels(List<Role> roles) {
        return roles.stream().map(Role::label).toArray(String[]::new);
    }

    /** Where a new member begins. */
    UUID firstWorkspace(UUID organization) {
        return jdbc.sql(
                        "SELECT id FROM workspace WHERE organization_id = ? AND archived_at IS NULL ORDER BY id LIMIT 1")
                .param(organization)
                .query(UUID.class)
                .single();
    }

    String organizationName(UUID organization) {
        return jdbc.sql("SELECT name FROM organization WHERE id = ?")
                .param(organization)
                .query(String.class)
                .single();
    }

    private static Instant instant(ResultSet row, String column) throws SQLException {
        return Objects.requireNonNull(KeyRepository.instant(row, column), column);
    }

    private static OffsetDateTime utc(Instant time) {
        return time.atOffset(ZoneOffset.UTC);
    }
}
