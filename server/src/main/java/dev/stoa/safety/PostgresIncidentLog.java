package dev.stoa.safety;

import java.time.ZoneOffset;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Incidents in the table {@code safety_incident}. Thread-safe. */
@Component
final class PostgresIncidentLog implements IncidentLog {
    private static final Logger log = LoggerFactory.getLogger(PostgresIncidentLog.class);

    private final JdbcClient jdbc;

    PostgresIncidentLog(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    @Override
    public void record(Incident incident) {
        try {
            jdbc.sql("""
                    insert into safety_incident
                        (id, at, request_id, organization_id, workspace_id, member_id, credential_id,
                         direction, category, rule_line, policy_version)
                    values (:id, :at, :request, :organization, :workspace, :member, :credential,
                            :direction, :category, :line, :version)
                    """)
                    .param("id", incident.id())
                    .param("at", incident.at().atOffset(ZoneOffset.UTC))
                    .param("request", incident.requestId())
                    .param("organization", incident.caller().organizationId())
                    .param("workspace", incident.caller().workspaceId())
                    .param("member", incident.caller().memberId())
                    .param("credential", incident.caller().credentialId())
                    .param("direction", incident.direction().name().toLowerCase(Locale.ROOT))
                    .param("category", incident.category())
                    .param("line", incident.line())
                    .param("version", incident.policyVersion())
                    .update();
        } catch (DataAccessException e) {
            log.error("Incident {} of request {} could not be written down", incident.id(), incident.requestId(), e);
        }
    }
}
