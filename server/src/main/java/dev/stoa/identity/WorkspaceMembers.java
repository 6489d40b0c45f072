package dev.stoa.identity;

import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Who is in a workspace of the actor's organization, for administrators. Each change is one transaction with its record in
 * the audit log. Nothing of another organization is ever found. Thread-safe.
 */
@Service
public final class WorkspaceMembers {
    private final TeamRepository repository;
    private final Administration administration;
    private final People people;
    private final AuditLog audit;
    private final TransactionTemplate transaction;
    private final Clock clock;

    WorkspaceMembers(
            TeamRepository repository,
            Administration administration,
            People people,
            AuditLog audit,
            TransactionTemplate transaction,
            Clock clock) {
        this.repository = repository;
        this.administration = administration;
        this.people = people;
        this.audit = audit;
        this.transaction = transaction;
        this.clock = clock;
    }

    /** @throws StoaException NOT_FOUND for the workspace */
    public List<WorkspaceMember> all(Caller actor, UUID workspace) {
        return repository.members(administration.workspace(actor, workspace).id());
    }

    /** @throws StoaException NOT_FOUND */
    public WorkspaceMember find(Caller actor, UUID workspace, UUID member) {
        return all(actor, workspace).stream()
                .filter(each -> each.memberId().equals(member))
                .findFirst()
                .orElseThrow(() -> new StoaException(ErrorKind.NOT_FOUND, "There is no such member here."));
    }

    /** @throws StoaException NOT_FOUND for either; CONFLICT if it is there already, or the workspace is archived */
    public WorkspaceMember add(Caller actor, UUID workspace, UUID member, WorkspaceRole role) {
        if (administration.workspace(actor, workspace).archivedAt() != null) {
            throw new StoaException(ErrorKind.CONFLICT, "This workspace is archived.");
        }
        WorkspaceMember added =
                new WorkspaceMember(workspace, people.member(actor, member).id(), role);
        transaction.executeWithoutResult(_ -> {
            if (!repository.insertMember(added, clock.instant())) {
                throw new StoaException(ErrorKind.CONFLICT, "This member is in the workspace already.");
            }
            audit.record(actor, "workspace_member.added", workspace.toString(), detail(member, role));
        });
        return added;
    }

    /** @throws StoaException NOT_FOUND */
    public WorkspaceMember change(Caller actor, UUID workspace, UUID member, WorkspaceRole role) {
        find(actor, workspace, member);
        WorkspaceMember changed = new WorkspaceMember(workspace, member, role);
        transaction.executeWithoutResult(_ -> {
            repository.setRole(changed);
            audit.record(actor, "workspace_member.role_changed", workspace.toString(), detail(member, role));
        });
        return changed;
    }

    /** Its keys stay: an administrator decides about them. @throws StoaException NOT_FOUND */
    public void remove(Caller actor, UUID workspace, UUID member) {
        WorkspaceMember old = find(actor, workspace, member);
        transaction.executeWithoutResult(_ -> {
            repository.deleteMember(workspace, member);
            audit.record(actor, "workspace_member.removed", workspace.toString(), detail(member, old.role()));
        });
    }

    private static Map<String, String> detail(UUID member, WorkspaceRole role) {
        return Map.of("user_id", member.toString(), "workspace_role", role.label());
    }
}
