package dev.stoa.identity;

import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import dev.stoa.shared.Uuid7;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Keys and workspaces of the actor's organization. Each change is one transaction with its record in the audit log, and
 * holds on every server at once. Nothing of another organization is ever found. Thread-safe.
 */
@Service
public final class Administration {
    /** The longest time that an old key may live beside the one that replaces it. */
    public static final Duration OVERLAP_MAX = Duration.ofDays(30);

    private static final int NAME_LENGTH_MAX = 500;

    private final KeyRepository repository;
    private final AuditLog audit;
    private final TransactionTemplate transaction;
    private final Clock clock;
    private final RandomGenerator random;
    private final Uuid7 ids;

    public Administration(
            KeyRepository repository,
            AuditLog audit,
            TransactionTemplate transaction,
            Clock clock,
            RandomGenerator random) {
        this.repository = repository;
        this.audit = audit;
        this.transaction = transaction;
        this.clock = clock;
        this.random = random;
        this.ids = new Uuid7(clock, random);
    }

    public String organizationName(Caller actor) {
        return repository.organizationName(actor.organizationId());
    }

    public List<ApiKey> keys(Caller actor) {
        return repository.keys(actor.organizationId(), clock.instant());
    }

    /** @throws StoaException NOT_FOUND */
    public ApiKey key(Caller actor, UUID id) {
        return repository
                .key(actor.organizationId(), id, clock.instant())
                .orElseThrow(() -> new StoaException(ErrorKind.NOT_FOUND, "There is no such key."));
    }

    /**
     * Makes a key for the actor.
     *
     * @param workspace that its requests count for; null for the actor's own
     * @throws StoaException INVALID_REQUEST, NOT_FOUND for the workspace
     */
    public NewKey createKey(
            Caller actor, String name, @Nullable UUID workspace, Set<KeyScope> scopes, @Nullable Instant expires) {
        requireName(name);
        UUID place = workspace == null
                ? actor.workspaceId()
                : openWorkspace(actor, workspace).id();
        requireFuture(expires);
        return insert(actor, name, place, actor.memberId(), scopes, expires, "api_key.created", Map.of());
    }

    private NewKey insert(
            Caller actor,
            String name,
            UUID workspace,
            UUID member,
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
                actor.memberId(),
                scopes,
                ApiKey.Status.ACTIVE,
                clock.instant(),
                expires,
                null);
        transaction.executeWithoutResult(_ -> {
            repository.insert(key, SecretToken.hash(secret));
            audit.record(actor, action, key.id().toString(), detail.isEmpty() ? Map.of("name", name) : detail);
        });
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
     * @throws StoaException NOT_FOUND; CONFLICT if it is archived
     */
    public ApiKey changeKey(Caller actor, UUID id, @Nullable String name, ApiKey.@Nullable Status status) {
        ApiKey key = key(actor, id);
        if (key.status() == ApiKey.Status.ARCHIVED) {
            throw new StoaException(ErrorKind.CONFLICT, "An archived key can't be changed.");
        }
        if (name != null) {
            requireName(name);
        }
        transaction.executeWithoutResult(_ -> {
            if (name != null) {
                repository.rename(id, name);
                audit.record(actor, "api_key.renamed", id.toString(), Map.of("from", key.name(), "to", name));
            }
            if (status != null) {
                repository.setStatus(id, status, clock.instant());
                audit.record(
                        actor,
                        "api_key.status_changed",
                        id.toString(),
                        Map.of("from", key.status().name(), "to", status.name()));
            }
        });
        return key(actor, id);
    }

    /**
     * Makes a key that takes the place of another, which goes on to work for a while.
     *
     * @param overlap how long the old one still works, up to {@link #OVERLAP_MAX}
     * @throws StoaException NOT_FOUND; CONFLICT if the old one doesn't work any more
     */
    public NewKey rotateKey(Caller actor, UUID id, Duration overlap) {
        ApiKey old = key(actor, id);
        if (old.status() != ApiKey.Status.ACTIVE) {
            throw new StoaException(ErrorKind.CONFLICT, "Only an active key can be replaced.");
        }
        Instant end = clock.instant().plus(overlap);
        NewKey[] made = new NewKey[1];
        transaction.executeWithoutResult(_ -> {
            made[0] = insert(
                    actor,
                    old.name(),
                    old.workspaceId(),
                    old.memberId(),
                    old.scopes(),
                    old.expiresAt(),
                    "api_key.rotated",
                    Map.of("replaces", id.toString()));
            Instant expires = old.expiresAt();
            repository.setExpiry(id, expires != null && expires.isBefore(end) ? expires : end);
        });
        return made[0];
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
