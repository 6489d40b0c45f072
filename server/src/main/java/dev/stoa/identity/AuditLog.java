package dev.stoa.identity;

import dev.stoa.shared.Uuid7;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/**
 * Every administrative act, in a table that the database only lets grow. An act and its record are one transaction: the
 * caller's. Thread-safe.
 */
@Component
public final class AuditLog {
    private static final JsonMapper JSON = new JsonMapper();

    private final JdbcClient jdbc;
    private final Clock clock;
    private final Uuid7 ids;

    public AuditLog(JdbcClient jdbc, Clock clock, RandomGenerator random) {
        this.jdbc = jdbc;
        this.clock = clock;
        this.ids = new Uuid7(clock, random);
    }

    /** @param detail values that JSON knows; never a secret */
    public void record(Caller actor, String action, String subject, Map<String, ?> detail) {
        jdbc.sql("""
                        INSERT INTO audit_event
                            (id, at, organization_id, member_id, credential_id, action, subject, detail)
                        VALUES (?, ?, ?, ?, ?, ?, ?, ?::jsonb)
                        """)
                .params(
                        ids.next(),
                        clock.instant().atOffset(ZoneOffset.UTC),
                        actor.organizationId(),
                        actor.memberId(),
                        actor.credentialId(),
                        action,
                        subject,
                        JSON.writeValueAsString(detail))
                .update();
    }

    /**
     * Records what the server did by itself, in the organization and the name of whoever last did {@code because} to the
     * subject; nothing if nobody did.
     */
    public void recordConsequence(String because, String action, String subject, Map<String, ?> detail) {
        jdbc.sql("""
                        INSERT INTO audit_event
                            (id, at, organization_id, member_id, credential_id, action, subject, detail)
                        SELECT ?, ?, organization_id, member_id, credential_id, ?, subject, ?::jsonb FROM audit_event
                        WHERE action = ? AND subject = ? ORDER BY id DESC LIMIT 1
                        """)
                .params(
                        ids.next(),
                        clock.instant().atOffset(ZoneOffset.UTC),
                        action,
                        JSON.writeValueAsString(detail),
                        because,
                        subject)
                .update();
    }

    /**
     * The newest first.
     *
     * @param before only those older than this one
     */
    public List<AuditEvent> list(UUID organization, @Nullable UUID before, int limit) {
        return jdbc.sql("""
                        SELECT id, at, member_id, credential_id, action, subject, detail FROM audit_event
                        WHERE organization_id = :organization AND (:before::uuid IS NULL OR id < :before::uuid)
                        ORDER BY id DESC LIMIT :limit
                        """)
                .param("organization", organization)
                .param("before", before)
                .param("limit", limit)
                .query((row, _) -> new AuditEvent(
                        row.getObject("id", UUID.class),
                        row.getObject("at", OffsetDateTime.class).toInstant(),
                        row.getObject("member_id", UUID.class),
                        row.getObject("credential_id", UUID.class),
                        row.getString("action"),
                        row.getString("subject"),
                        row.getString("detail")))
                .list();
    }
}
