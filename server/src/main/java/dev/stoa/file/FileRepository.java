package dev.stoa.file;

import dev.stoa.identity.Caller;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The SQL of files. A file whose time is over is not found. Stateless. */
@Repository
class FileRepository {
    private static final String SEEN = """
            SELECT * FROM file WHERE organization_id = :organization AND workspace_id = :workspace
            AND (expires_at IS NULL OR expires_at > :now)
            """;

    private final JdbcClient jdbc;

    FileRepository(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Held until the transaction ends; one after the other for one content or organization. */
    void lock(String name) {
        jdbc.sql("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))")
                .param("file " + name)
                .query((_, _) -> name)
                .single();
    }

    long organizationBytes(UUID organization) {
        return jdbc.sql("SELECT coalesce(sum(bytes), 0)::bigint FROM file WHERE organization_id = ?")
                .param(organization)
                .query(Long.class)
                .single();
    }

    void insert(Caller caller, StoredFile file) {
        Instant expires = file.expiresAt();
        jdbc.sql("""
                        INSERT INTO file (id, organization_id, workspace_id, member_id, name, media_type, purpose,
                            bytes, content, created_at, expires_at)
                        VALUES (:id, :organization, :workspace, :member, :name, :type, :purpose, :bytes, :content,
                            :now, :expires)
                        """)
                .param("id", file.id())
                .param("organization", caller.organizationId())
                .param("workspace", caller.workspaceId())
                .param("member", caller.memberId())
                .param("name", file.name())
                .param("type", file.mediaType())
                .param("purpose", file.purpose())
                .param("bytes", file.bytes())
                .param("content", file.content())
                .param("now", utc(file.createdAt()))
                .param("expires", expires == null ? null : utc(expires))
                .update();
    }

    Optional<StoredFile> find(Caller caller, UUID id, Instant now) {
        return seen(SEEN + " AND id = :id", caller, now)
                .param("id", id)
                .query((row, _) -> file(row))
                .optional();
    }

    /** One more than the limit where there are more; the nearest to the cursor first. */
    List<StoredFile> list(Caller caller, FileQuery query, Instant now) {
        // Up to a cursor, the list is read backwards.
        boolean ascending = query.oldestFirst() != (query.before() != null);
        UUID cursor = query.before() != null ? query.before() : query.after();
        String sql = SEEN
                + (query.purpose() == null ? "" : " AND purpose = :purpose")
                + (cursor == null ? "" : " AND id " + (ascending ? ">" : "<") + " :cursor")
                + " ORDER BY id " + (ascending ? "ASC" : "DESC") + " LIMIT :limit";
        JdbcClient.StatementSpec spec = seen(sql, caller, now).param("limit", query.limit() + 1);
        spec = query.purpose() == null ? spec : spec.param("purpose", query.purpose());
        spec = cursor == null ? spec : spec.param("cursor", cursor);
        return spec.query((row, _) -> file(row)).list();
    }

    boolean delete(UUID id) {
        return jdbc.sql("DELETE FROM file WHERE id = ?").param(id).update() == 1;
    }

    /** Removes files whose time is over. @return their contents */
    List<String> deleteExpired(Instant now) {
        return jdbc.sql("DELETE FROM file WHERE expires_at <= ? RETURNING content")
                .param(utc(now))
                .query((row, _) -> row.getString(1))
                .list();
    }

    boolean named(String content) {
        return jdbc.sql("SELECT EXISTS (SELECT 1 FROM file WHERE content = ?)")
                .param(content)
                .query(Boolean.class)
                .single();
    }

    private JdbcClient.StatementSpec seen(String sql, Caller caller, Instant now) {
        return jdbc.sql(sql)
                .param("organization", caller.organizationId())
                .param("workspace", caller.workspaceId())
                .param("now", utc(now));
    }

    private static StoredFile file(ResultSet row) throws SQLException {
        OffsetDateTime expires = row.getObject("expires_at", OffsetDateTime.class);
        return new StoredFile(
                row.getObject("id", UUID.class),
                row.getString("name"),
                row.getString("media_type"),
                row.getString("purpose"),
                row.getLong("bytes"),
                row.getString("content"),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                expires == null ? null : expires.toInstant());
    }

    private static OffsetDateTime utc(Instant time) {
        return time.atOffset(ZoneOffset.UTC);
    }
}
