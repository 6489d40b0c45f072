package dev.stoa.identity;

import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import dev.stoa.shared.Uuid7;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Service accounts of the actor's organization, for administrators. Each change is one transaction with its record in the
 * audit log, and holds on every server at once. Nothing of another organization is ever found. Thread-safe.
 */
@Service
public final class ServiceAccounts {
    private final TeamRepository repository;
    private final AccountRepository members;
    private final Identity identity;
    private final AuditLog audit;
    private final TransactionTemplate transaction;
    private final Clock clock;
    private final Uuid7 ids;

    ServiceAccounts(
            TeamRepository repository,
            AccountRepository members,
            Identity identity,
            AuditLog audit,
            TransactionTemplate transaction,
            Clock clock,
            RandomGenerator random) {
        this.repository = repository;
        this.members = members;
        this.identity = identity;
        this.audit = audit;
        this.transaction = transaction;
        this.clock = clock;
        this.ids = new Uuid7(clock, random);
    }

    /** Also those that are archived. */
    public List<ServiceAccount> all(Caller actor) {
        return repository.accounts(actor.organizationId());
    }

    /** @throws StoaException NOT_FOUND */
    public ServiceAccount find(Caller actor, UUID id) {
        return repository
                .account(actor.organizationId(), id)
                .orElseThrow(() -> new StoaException(ErrorKind.NOT_FOUND, "There is no such service account."));
    }

    /** @throws StoaException INVALID_REQUEST; CONFLICT if there are too many */
    public ServiceAccount create(Caller actor, String name, Role role) {
        requireName(name);
        requireRole(role);
        long open =
                all(actor).stream().filter(each -> each.archivedAt() == null).count();
        if (open >= IdentityLimits.SERVICE_ACCOUNTS_MAX) {
            throw new StoaException(ErrorKind.CONFLICT, "There are too many service accounts: archive some first.");
        }
        ServiceAccount account = new ServiceAccount(ids.next(), name, role, clock.instant(), null);
        transaction.executeWithoutResult(_ -> {
            repository.insertAccount(actor.organizationId(), actor.workspaceId(), account);
            audit.record(
                    actor,
                    "service_account.created",
                    account.id().toString(),
                    Map.of("name", name, "role", role.label()));
        });
        return account;
    }

    /**
     * Gives it another name or role.
     *
     * @param name null to leave it
     * @param role null to leave it
     * @throws StoaException NOT_FOUND; INVALID_REQUEST; CONFLICT if it is archived
     */
    public ServiceAccount change(Caller actor, UUID id, @Nullable String name, @Nullable Role role) {
        ServiceAccount old = open(actor, id);
        if (name != null) {
            requireName(name);
        }
        if (role != null) {
            requireRole(role);
        }
        transaction.executeWithoutResult(_ -> {
            if (name != null) {
                members.rename(id, name);
                audit.record(actor, "service_account.renamed", id.toString(), Map.of("from", old.name(), "to", name));
            }
            if (role != null) {
                members.setRole(id, role);
                audit.record(
                        actor,
                        "service_account.role_changed",
                        id.toString(),
                        Map.of("from", old.role().label(), "to", role.label()));
            }
        });
        return find(actor, id);
    }

    /**
     * Ends it for good, with its keys.
     *
     * @throws StoaException NOT_FOUND; CONFLICT if it is archived
     */
    public ServiceAccount archive(Caller actor, UUID id) {
        open(actor, id);
        if (id.equals(actor.memberId())) {
            throw new StoaException(ErrorKind.CONFLICT, "The service account of the key in use can't be archived.");
        }
        transaction.executeWithoutResult(_ -> {
            members.remove(id, clock.instant());
            audit.record(actor, "service_account.archived", id.toString(), Map.of());
        });
        identity.forgetAll();
        return find(actor, id);
    }

    private ServiceAccount open(Caller actor, UUID id) {
        ServiceAccount account = find(actor, id);
        if (account.archivedAt() != null) {
            throw new StoaException(ErrorKind.CONFLICT, "This service account is archived.");
        }
        return account;
    }

    private static void requireName(String name) {
        if (name.isBlank() || name.length() > IdentityLimits.MEMBER_NAME_LENGTH_MAX) {
            throw StoaException.about(
                    ErrorKind.INVALID_REQUEST,
                    "name",
                    "must have 1 to " + IdentityLimits.MEMBER_NAME_LENGTH_MAX + " characters");
        }
    }

    private static void requireRole(Role role) {
        if (role != Role.ADMIN && role != Role.DEVELOPER) {
            throw StoaException.about(ErrorKind.INVALID_REQUEST, "role", "must be “admin” or “developer”");
        }
    }
}
