package dev.stoa.identity;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The SQL of service accounts and of workspaces' members. Stateless; each call is one statement. */
@Repository
class TeamRepository {
    private static final String ACCOUNTS =
            "SELECT * FROM member WHERE organization_id = :organization AND kind = 'service' ";

    private final JdbcClient jdbc;

    TeamRepository(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    List<ServiceAccount> accounts(UUID organization) {
        return jdbc.sql(ACCOUNTS + "ORDER BY id")
                .param("organization", organization)
                .query(TeamRepository::account)
                .list();
    }

    Optional<ServiceAccount> account(UUID organization, UUID id) {
        return jdbc.sql(ACCOUNTS + "AND id = :id")
                .param("organization", organization)
                .param("id", id)
                .query(TeamRepository::account)
                .optional();
    }

    private static ServiceAccount account(ResultSet row, int index) throws SQLException {
        return new ServiceAccount(
                row.getObject("id", UUID.class),
                row.getString("name"),
                IdentityRepository.role(row),
                Objects.requireNonNull(KeyRepository.instant(row, "created_at")),
                KeyRepository.instant(row, "removed_at"));
    }

    void insertAccount(UUID organization, UUID workspace, ServiceAccount account) {
        jdbc.sql("""
                        INSERT INTO member (id, organization_id, workspace_id, name, role, kind, created_at)
                        VALUES (?, ?, ?, ?, ?, 'service', ?)
                        """)
                .params(
                        account.id(),
                        organization,
                        workspace,
                        account.name(),
                        account.role().label(),
                        account.createdAt().atOffset(ZoneOffset.UTC))
                .update();
    }

    List<WorkspaceMember> members(UUID workspace) {
        return jdbc.sql("""
                        SELECT w.* FROM workspace_member w JOIN member m ON m.id = w.member_id
                        WHERE w.workspace_id = ? AND m.removed_at IS NULL ORDER BY w.member_id
                        """)
                .param(workspace)
                .query((row, _) ->
                        new WorkspaceMember(workspace, row.getObject("member_id", UUID.class), workspaceRole(row)))
                .list();
    }

    private static WorkspaceRole workspaceRole(ResultSet row) throws SQLException {
        return WorkspaceRole.of(row.getString("role")).orElseThrow();
    }

    /** The workspaces that somebody is in, and as what. */
    Map<UUID, WorkspaceRole> rolesOf(UUID member) {
        return jdbc
                .sql("SELECT workspace_id, role FROM workspace_member WHERE member_id = ?")
                .param(member)
                .query((row, _) -> Map.entry(row.getObject("workspace_id", UUID.class), workspaceRole(row)))
                .list()
                .stream()
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    /** False if it is there already. */
    boolean insertMember(WorkspaceMember member, Instant now) {
        return jdbc.sql("INSERT INTO workspace_member VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING")
                        .params(
                                member.workspaceId(),
                                member.memberId(),
                                member.role().label(),
                                now.atOffset(ZoneOffset.UTC))
                        .update()
                == 1;
    }

    void setRole(WorkspaceMember member) {
        jdbc.sql("UPDATE workspace_member SET role = ? WHERE workspace_id = ? AND member_id = ?")
                .params(member.role().label(), member.workspaceId(), member.memberId())
                .update();
    }

    void deleteMember(UUID workspace, UUID member) {
        jdbc.sql("DELETE FROM workspace_member WHERE workspace_id = ? AND member_id = ?")
                .params(workspace, member)
                .update();
    }
}
