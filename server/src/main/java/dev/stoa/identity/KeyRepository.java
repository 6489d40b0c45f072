package dev.stoa.identity;

import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The SQL of administration: keys and workspaces of one organization. Stateless. */
@Repository
class KeyRepository {
    private static final String KEYS = """
            SELECT k.*, coalesce(k.workspace_id, m.workspace_id) AS counts_for, m.kind = 'service' AS of_service
            FROM api_key k JOIN member m ON m.id = k.member_id
            WHERE m.organization_id = :organization
            """;

    private final JdbcClient jdbc;

    KeyRepository(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    List<ApiKey> keys(UUID organization, Instant now) {
        return jdbc.sql(KEYS + " ORDER BY k.id")
                .param("organization", organization)
                .query((row, _) -> key(row, now))
                .list();
    }

    Optional<ApiKey> key(UUID organization, UUID id, Instant now) {
        return key(organization, id, now, "");
    }

    /** As it is once nobody else changes it. */
    Optional<ApiKey> lockedKey(UUID organization, UUID id, Instant now) {
        return key(organization, id, now, " FOR UPDATE OF k");
    }

    private Optional<ApiKey> key(UUID organization, UUID id, Instant now, String lock) {
        return jdbc.sql(KEYS + " AND k.id = :id" + lock)
                .param("organization", organization)
                .param("id", id)
                .query((row, _) -> key(row, now))
                .optional();
    }

    private static ApiKey key(ResultSet row, Instant now) throws SQLException {
        Instant expires = instant(row, "expires_at");
        ApiKey.Status status = ApiKey.Status.ACTIVE;
        if (row.getObject("archived_at") != null) {
            status = ApiKey.Status.ARCHIVED;
        } else if (row.getObject("disabled_at") != null) {
            status = ApiKey.Status.INACTIVE;
        } else if (expires != null && !expires.isAfter(now)) {
            status = ApiKey.Status.EXPIRED;
        }
        Instant created = instant(row, "created_at");
        return new ApiKey(
                row.getObject("id", UUID.class),
                row.getString("name"),
                row.getString("hint"),
                row.getObject("counts_for", UUID.class),
                row.getObject("member_id", UUID.class),
                row.getBoolean("of_service"),
                row.getObject("created_by", UUID.class),
                scopes(row.getArray("scopes")),
                status,
                row.getObject("disabled_by", UUID.class),
                created == null ? Instant.EPOCH : created,
                expires,
                instant(row, "last_used_at"));
    }

    static Set<KeyScope> scopes(Array column) throws SQLException {
        EnumSet<KeyScope> scopes = EnumSet.noneOf(KeyScope.class);
        Arrays.stream((String[]) column.getArray())
                .forEach(label -> KeyScope.of(label).ifPresent(scopes::add));
        return scopes;
    }

    static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }

    void insert(ApiKey key, byte[] hash) {
        jdbc.sql("""
                        INSERT INTO api_key (id, member_id, workspace_id, name, hash, hint, scopes, created_by,
                            created_at, expires_at)
                        VALUES (:id, :member, :workspace, :name, :hash, :hint, :scopes, :by, :now, :expires)
                        """)
                .param("id", key.id())
                .param("member", key.memberId())
                .param("workspace", key.workspaceId())
                .param("name", key.name())
                .param("hash", hash)
                .param("hint", key.hint())
                .param("scopes", key.scopes().stream().map(KeyScope::label).toArray(String[]::new))
                .param("by", key.createdBy())
                .param("now", utc(key.createdAt()))
                .param("expires", key.expiresAt() == null ? null : utc(key.expiresAt()))
                .update();
    }

    void rename(UUID id, String name) {
        jdbc.sql("UPDATE api_key SET name = ? WHERE id = ?").params(name, id).update();
    }

    void setStatus(UUID id, ApiKey.Status status, UUID by, Instant now) {
        String set = switch (status) {
            case ACTIVE -> "disabled_at = NULL, disabled_by = NULL";
            case INACTIVE -> "disabled_at = :now, disabled_by = :by";
            // Both, so that a look at one column is enough to refuse it.
            case ARCHIVED -> "archived_at = :now, disabled_at = :now, disabled_by = :by";
            case EXPIRED -> throw new IllegalArgumentException("a key expires by its time");
        };
        JdbcClient.StatementSpec update =
                jdbc.sql("UPDATE api_key SET " + set + " WHERE id = :id").param("id", id);
        (status == ApiKey.Status.ACTIVE ? update : update.param("now", utc(now)).param("by", by)).update();
    }

    void setExpiry(UUID id, Instant at) {
        jdbc.sql("UPDATE api_key SET expires_at = ? WHERE id = ?")
                .params(utc(at), id)
                .update();
    }

    List<Workspace> workspaces(UUID organization) {
        return jdbc.sql("SELECT * FROM workspace WHERE organization_id = ? ORDER BY id")
                .param(organization)
                .query((row, _) -> {
                    Instant created = instant(row, "created_at");
                    return new Workspace(
                            row.getObject("id", UUID.class),
                            row.getString("name"),
                            created == null ? Instant.EPOCH : created,
                            instant(row, "archived_at"));
                })
                .list();
    }

    void insertWorkspace(UUID organization, Workspace workspace) {
        jdbc.sql("INSERT INTO workspace (id, organization_id, name, created_at) VALUES (?, ?, ?, ?)")
                .params(workspace.id(), organization, workspace.name(), utc(workspace.createdAt()))
                .update();
    }

    void renameWorkspace(UUID id, String name) {
        jdbc.sql("UPDATE workspace SET name = ? WHERE id = ?").params(name, id).update();
    }

    /** Until the transaction ends it stays open, if it is. */
    void keepWorkspace(UUID id) {
        jdbc.sql("SELECT id FROM workspace WHERE id = ? FOR SHARE")
                .param(id)
                .query(UUID.class)
                .optional();
    }

    /** Its keys go with it. */
    void archiveWorkspace(UUID id, Instant now) {
        jdbc.sql("UPDATE workspace SET archived_at = ? WHERE id = ?")
                .params(utc(now), id)
                .update();
        jdbc.sql("UPDATE api_key SET archived_at = :now, disabled_at = :now WHERE workspace_id = :id"
                        + " AND archived_at IS NULL")
                .param("now", utc(now))
                .param("id", id)
                .update();
    }

    String organizationName(UUID organization) {
        return jdbc.sql("SELECT name FROM organization WHERE id = ?")
                .param(organization)
                .query(String.class)
                .single();
    }

    private static OffsetDateTime utc(Instant time) {
        return time.atOffset(ZoneOffset.UTC);
    }
}
