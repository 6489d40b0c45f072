package dev.stoa.identity;

import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import dev.stoa.shared.Uuid7;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Keys and workspaces of the actor's organization. Of keys a member who is no administrator has its own, and those that
 * its roles in workspaces give it ({@link WorkspaceRole}); all else is for administrators, whom the surface lets in. Each change is one transaction with its record in the audit log, and
 * holds on every server at once. Nothing of another organization is ever found. Thread-safe.
 */
@Service
public final class Administration {
    /** The longest time that an old key may live beside the one that replaces it. */
    public static final Duration OVERLAP_MAX = Duration.ofDays(30);

    private static final int NAME_LENGTH_MAX = 500;

    private final KeyRepository repository;
    private final TeamRepository team;
    private final AccountRepository members;
    private final AuditLog audit;
    private final TransactionTemplate transaction;
    private final Clock clock;
    private final RandomGenerator random;
    private final Uuid7 ids;

    public Administration(
            KeyRepository repository,
            TeamRepository team,
            AccountRepository members,
            AuditLog audit,
            TransactionTemplate transaction,
            Clock clock,
            RandomGenerator random) {
        this.repository = repository;
        this.team = team;
        this.members = members;
        this.audit = audit;
        this.transaction = transaction;
        this.clock = clock;
        this.random = random;
        this.ids = new Uuid7(clock, random);
    }

    public String organizationName(Caller actor) {
        return repository.organizationName(actor.organizationId());
    }

    /** Those that the actor may see. @throws StoaException PERMISSION if it has none to see */
    public List<ApiKey> keys(Caller actor) {
        Predicate<ApiKey> visible = visibleTo(actor);
        return repository.keys(actor.organizationId(), clock.instant()).stream()
                .filter(visible)
                .toList();
    }

    private Predicate<ApiKey> visibleTo(Caller actor) {
        if (members.role(actor.memberId()).administers()) {
            return _ -> true;
        }
        Map<UUID, WorkspaceRole> roles = team.rolesOf(actor.memberId());
        if (!members.role(actor.memberId()).develops()
                && roles.values().stream().allMatch(role -> role == WorkspaceRole.WORKSPACE_USER)) {
            throw new StoaException(ErrorKind.PERMISSION, "Only a developer or an administrator may do this.");
        }
        return key -> key.memberId().equals(actor.memberId())
                || roles.get(key.workspaceId()) == WorkspaceRole.WORKSPACE_ADMIN;
    }

    /** @throws StoaException NOT_FOUND */
    public ApiKey key(Caller actor, UUID id) {
        return visible(actor, repository.key(actor.organizationId(), id, clock.instant()));
    }

    /** As {@link #key}, until the transaction ends: nobody changes it meanwhile. */
    private ApiKey lockedKey(Caller actor, UUID id) {
        return visible(actor, repository.lockedKey(actor.organizationId(), id, clock.instant()));
    }

    private ApiKey visible(Caller actor, Optional<ApiKey> key) {
        return key.filter(visibleTo(actor))
                .orElseThrow(() -> new StoaException(ErrorKind.NOT_FOUND, "There is no such key."));
    }

    /**
     * Makes a key.
     *
     * @param service the service account that it is for; null for the actor
     * @param workspace that its requests count for; null for the actor's own
     * @throws StoaException INVALID_REQUEST; NOT_FOUND for workspace or account; CONFLICT if either is archived;
     *     PERMISSION if the actor makes no keys there
     */
    public NewKey createKey(
            Caller actor,
            @Nullable UUID service,
            String name,
            @Nullable UUID workspace,
            Set<KeyScope> scopes,
            @Nullable Instant expires) {
        requireName(name);
        UUID place = workspace == null ? actor.workspaceId() : workspace;
        return inOpenWorkspace(actor, place, () -> {
            requireMaker(actor, service, place, scopes);
            requireFuture(expires);
            if (service != null) {
                requireOpenAccount(actor, service);
            }
            return insert(
                    actor,
                    name,
                    place,
                    service == null ? actor.memberId() : service,
                    service != null,
                    scopes,
                    expires,
                    "api_key.created",
                    service == null ? Map.of() : Map.of("name", name, "service_account_id", service.toString()));
        });
    }

    /** One transaction in which the workspace can't be archived: that archives the keys which are there by then. */
    private NewKey inOpenWorkspace(Caller actor, UUID workspace, Supplier<NewKey> work) {
        return Objects.requireNonNull(transaction.execute(_ -> {
            repository.keepWorkspace(workspace);
            openWorkspace(actor, workspace);
            return work.get();
        }));
    }

    private void requireMaker(Caller actor, @Nullable UUID service, UUID workspace, Set<KeyScope> scopes) {
        Role role = members.role(actor.memberId());
        if (role.administers()) {
            return;
        }
        boolean own = role.develops() && workspace.equals(actor.workspaceId());
        WorkspaceRole there = team.rolesOf(actor.memberId()).getOrDefault(workspace, WorkspaceRole.WORKSPACE_USER);
        if (service != null || scopes.contains(KeyScope.ADMIN) || !(own || there != WorkspaceRole.WORKSPACE_USER)) {
            throw new StoaException(
                    ErrorKind.PERMISSION,
                    "Your role makes keys of your own, for your own workspace and those where you are a developer or"
                            + " administrator, without the scope “admin”.");
        }
    }

    private void requireOpenAccount(Caller actor, UUID service) {
        ServiceAccount account = team.account(actor.organizationId(), service)
                .orElseThrow(() -> new StoaException(ErrorKind.NOT_FOUND, "There is no such service account."));
        if (account.archivedAt() != null) {
            throw new StoaException(ErrorKind.CONFLICT, "This service account is archived.");
        }
    }

    private NewKey insert(
            Caller actor,
            String name,
            UUID workspace,
            UUID member,
            boolean ofService,
            Set<KeyScope> scopes,
            @Nullable Instant expires,
            String action,
            Map<String, String> detail) {
        String secret = SecretToken.newKey(random);
        ApiKey key = new ApiKey(
                ids.next(),
                name,
                SecretToken.hint(secret),
                workspace,
                member,
                ofService,
                actor.memberId(),
                scopes,
                ApiKey.Status.ACTIVE,
                null,
                clock.instant(),
                expires,
                null);
        repository.insert(key, SecretToken.hash(secret));
        audit.record(actor, action, key.id().toString(), detail.isEmpty() ? Map.of("name", name) : detail);
        return new NewKey(key, secret);
    }

    private void requireFuture(@Nullable Instant expires) {
        if (expires != null && !expires.isAfter(clock.instant())) {
            throw StoaException.about(ErrorKind.INVALID_REQUEST, "expires_at", "must lie in the future");
        }
    }

    private static void requireName(String name) {
        if (name.isBlank() || name.length() > NAME_LENGTH_MAX) {
            throw StoaException.about(
                    ErrorKind.INVALID_REQUEST, "name", "must have 1 to " + NAME_LENGTH_MAX + " characters");
        }
    }

    /**
     * Renames a key, switches it off or on, or archives it.
     *
     * @param name null to leave it
     * @param status ACTIVE, INACTIVE or ARCHIVED; null to leave it
     * @throws StoaException NOT_FOUND; CONFLICT if it is archived; PERMISSION if it is that of a member whom an
     *     administrator does not rule over, or was switched off by somebody else whom the actor does not rule over
     */
    public ApiKey changeKey(Caller actor, UUID id, @Nullable String name, ApiKey.@Nullable Status status) {
        if (name != null) {
            requireName(name);
        }
        transaction.executeWithoutResult(_ -> {
            ApiKey key = lockedKey(actor, id);
            requireChangeable(actor, key, status);
            if (name != null) {
                repository.rename(id, name);
                audit.record(actor, "api_key.renamed", id.toString(), Map.of("from", key.name(), "to", name));
            }
            if (status != null) {
                repository.setStatus(id, status, actor.memberId(), clock.instant());
                audit.record(
                        actor,
                        "api_key.status_changed",
                        id.toString(),
                        Map.of("from", key.status().name(), "to", status.name()));
            }
        });
        return key(actor, id);
    }

    private void requireChangeable(Caller actor, ApiKey key, ApiKey.@Nullable Status status) {
        if (key.status() == ApiKey.Status.ARCHIVED) {
            throw new StoaException(ErrorKind.CONFLICT, "An archived key can't be changed.");
        }
        if (members.role(actor.memberId()).administers() && !isOrRules(actor, key.memberId())) {
            throw new StoaException(ErrorKind.PERMISSION, "You may not change a key of this member.");
        }
        UUID disabledBy = key.disabledBy();
        boolean staysOff = status == null || status == ApiKey.Status.ARCHIVED;
        // Also who switches it off again: that would make it theirs to switch on.
        if (disabledBy != null && !staysOff && !isOrRules(actor, disabledBy)) {
            throw new StoaException(
                    ErrorKind.PERMISSION, "This key was switched off by somebody whom you do not rule over.");
        }
    }

    private boolean isOrRules(Caller actor, UUID member) {
        return member.equals(actor.memberId()) || members.role(actor.memberId()).mayRule(members.role(member));
    }

    /**
     * Makes a key that takes the place of another, which goes on to work for a while.
     *
     * @param overlap how long the old one still works, up to {@link #OVERLAP_MAX}
     * @throws StoaException NOT_FOUND; CONFLICT if the old one doesn't work any more; PERMISSION if it is somebody's
     *     whom the actor does not rule over: whoever rotates a key gets one
     */
    public NewKey rotateKey(Caller actor, UUID id, Duration overlap) {
        return inOpenWorkspace(actor, key(actor, id).workspaceId(), () -> {
            ApiKey old = lockedKey(actor, id);
            if (!isOrRules(actor, old.memberId())) {
                throw new StoaException(ErrorKind.PERMISSION, "You may not get a key of this member.");
            }
            if (old.status() != ApiKey.Status.ACTIVE) {
                throw new StoaException(ErrorKind.CONFLICT, "Only an active key can be replaced.");
            }
            NewKey made = insert(
                    actor,
                    old.name(),
                    old.workspaceId(),
                    old.memberId(),
                    old.ofService(),
                    old.scopes(),
                    old.expiresAt(),
                    "api_key.rotated",
                    Map.of("replaces", id.toString()));
            Instant end = clock.instant().plus(overlap);
            Instant expires = old.expiresAt();
            repository.setExpiry(id, expires != null && expires.isBefore(end) ? expires : end);
            return made;
        });
    }

    public List<Workspace> workspaces(Caller actor) {
        return repository.workspaces(actor.organizationId());
    }

    /** @throws StoaException NOT_FOUND */
    public Workspace workspace(Caller actor, UUID id) {
        return workspaces(actor).stream()
                .filter(each -> each.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new StoaException(ErrorKind.NOT_FOUND, "There is no such workspace."));
    }

    private Workspace openWorkspace(Caller actor, UUID id) {
        Workspace workspace = workspace(actor, id);
        if (workspace.archivedAt() != null) {
            throw new StoaException(ErrorKind.CONFLICT, "This workspace is archived.");
        }
        return workspace;
    }

    public Workspace createWorkspace(Caller actor, String name) {
        requireName(name);
        Workspace workspace = new Workspace(ids.next(), name, clock.instant(), null);
        transaction.executeWithoutResult(_ -> {
            repository.insertWorkspace(actor.organizationId(), workspace);
            audit.record(actor, "workspace.created", workspace.id().toString(), Map.of("name", name));
        });
        return workspace;
    }

    /** @throws StoaException NOT_FOUND; CONFLICT if it is archived */
    public Workspace renameWorkspace(Caller actor, UUID id, String name) {
        requireName(name);
        Workspace old = openWorkspace(actor, id);
        transaction.executeWithoutResult(_ -> {
            repository.renameWorkspace(id, name);
            audit.record(actor, "workspace.renamed", id.toString(), Map.of("from", old.name(), "to", name));
        });
        return workspace(actor, id);
    }

    /**
     * Closes a workspace for good, and archives its keys.
     *
     * @throws StoaException NOT_FOUND; CONFLICT if it is archived, or the actor's own
     */
    public Workspace archiveWorkspace(Caller actor, UUID id) {
        openWorkspace(actor, id);
        if (id.equals(actor.workspaceId())) {
            throw new StoaException(ErrorKind.CONFLICT, "The workspace of the key in use can't be archived.");
        }
        transaction.executeWithoutResult(_ -> {
            repository.archiveWorkspace(id, clock.instant());
            audit.record(actor, "workspace.archived", id.toString(), Map.of());
        });
        return workspace(actor, id);
    }
}
