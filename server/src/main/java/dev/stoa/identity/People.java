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
import java.util.UUID;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The members of the actor's organization, as administrators see them: who is in, who is invited, in which role. Nobody
 * rules over a role above their own ({@link Role#mayRule}), and an organization always keeps an operator. Each change is
 * one transaction with its record in the audit log, and holds on every server at once. Nothing of another organization is
 * ever found. Thread-safe.
 */
@Service
public final class People {
    private final AccountRepository repository;
    private final Identity identity;
    private final AuditLog audit;
    private final TransactionTemplate transaction;
    private final Clock clock;
    private final RandomGenerator random;
    private final Uuid7 ids;

    People(
            AccountRepository repository,
            Identity identity,
            AuditLog audit,
            TransactionTemplate transaction,
            Clock clock,
            RandomGenerator random) {
        this.repository = repository;
        this.identity = identity;
        this.audit = audit;
        this.transaction = transaction;
        this.clock = clock;
        this.random = random;
        this.ids = new Uuid7(clock, random);
    }

    /** @throws StoaException PERMISSION if the actor is no administrator */
    public void requireAdministrator(Caller actor) {
        if (!repository.role(actor.memberId()).administers()) {
            throw new StoaException(ErrorKind.PERMISSION, "Only an administrator may do this.");
        }
    }

    /**
     * Whether the actor administers, or only develops.
     *
     * @throws StoaException PERMISSION if neither
     */
    public boolean administersOrDevelops(Caller actor) {
        Role role = repository.role(actor.memberId());
        if (!role.develops()) {
            throw new StoaException(ErrorKind.PERMISSION, "Only a developer or an administrator may do this.");
        }
        return role.administers();
    }

    /** @throws StoaException PERMISSION unless the actor runs the server */
    public void requireOperator(Caller actor) {
        if (repository.role(actor.memberId()) != Role.OPERATOR) {
            throw new StoaException(
                    ErrorKind.PERMISSION, "Only an operator may do this: it is about the whole server.");
        }
    }

    public List<MemberDetails> members(Caller actor) {
        return repository.members(actor.organizationId());
    }

    /** @throws StoaException NOT_FOUND */
    public MemberDetails member(Caller actor, UUID id) {
        return repository
                .member(actor.organizationId(), id)
                .orElseThrow(() -> new StoaException(ErrorKind.NOT_FOUND, "There is no such member."));
    }

    /**
     * Gives a member another role. What was made under the old one and would reach further now ends: links to the
     * member's password, keys of the member that others hold, and links that the member made.
     *
     * @throws StoaException NOT_FOUND; PERMISSION; CONFLICT if no operator would be left
     */
    public MemberDetails changeRole(Caller actor, UUID id, Role role) {
        transaction.executeWithoutResult(_ -> {
            int operators = repository.lockOperators(actor.organizationId());
            MemberDetails old = member(actor, id);
            requireRule(actor, old.role());
            requireRule(actor, role);
            if (old.role() == Role.OPERATOR && role != Role.OPERATOR && operators == 1) {
                throw new StoaException(ErrorKind.CONFLICT, "Somebody must be the operator: name another one first.");
            }
            Instant now = clock.instant();
            repository.setRole(id, role);
            repository.withdrawResets(id, now);
            repository.archiveKeysMadeBy(those(maker -> !maker.mayRule(role)), id, now);
            repository.withdrawLinksOf(id, those(given -> !role.mayRule(given)), now);
            audit.record(
                    actor,
                    "member.role_changed",
                    id.toString(),
                    Map.of("from", old.role().label(), "to", role.label()));
        });
        identity.forgetAll();
        return member(actor, id);
    }

    private static List<Role> those(Predicate<Role> wanted) {
        return Stream.of(Role.values()).filter(wanted).toList();
    }

    /**
     * Puts a member out: its sessions and keys end, and links to it or made by it. Its conversations and records stay.
     *
     * @throws StoaException NOT_FOUND; PERMISSION; CONFLICT for oneself
     */
    public void remove(Caller actor, UUID id) {
        if (id.equals(actor.memberId())) {
            throw new StoaException(ErrorKind.CONFLICT, "Nobody can remove themselves.");
        }
        transaction.executeWithoutResult(_ -> {
            repository.lockOperators(actor.organizationId());
            MemberDetails member = member(actor, id);
            requireRule(actor, member.role());
            repository.remove(id, clock.instant());
            audit.record(actor, "member.removed", id.toString(), Map.of("name", member.name()));
        });
        identity.forgetAll();
    }

    /** All invitations, the newest first, also those that were used. */
    public List<AccountLink> invitations(Caller actor) {
        return repository.invitations(actor.organizationId(), clock.instant());
    }

    /** @throws StoaException NOT_FOUND */
    public AccountLink invitation(Caller actor, UUID id) {
        return invitations(actor).stream()
                .filter(each -> each.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new StoaException(ErrorKind.NOT_FOUND, "There is no such invitation."));
    }

    /**
     * Makes a link by which one person may become a member.
     *
     * @param email whom it is for; null for whoever has it
     * @param life up to {@link IdentityLimits#INVITATION_MAX}
     * @throws StoaException INVALID_REQUEST; PERMISSION for a role above the actor's; CONFLICT if the address is a
     *     member's, or too many invitations wait
     */
    public NewLink invite(Caller actor, @Nullable String email, Role role, Duration life) {
        return whileRolesStay(actor, () -> inviteNow(actor, email, role, life));
    }

    private NewLink inviteNow(Caller actor, @Nullable String email, Role role, Duration life) {
        requireRule(actor, role);
        String address = email == null ? null : Email.require(email);
        if (life.isNegative() || life.isZero() || life.compareTo(IdentityLimits.INVITATION_MAX) > 0) {
            throw StoaException.about(
                    ErrorKind.INVALID_REQUEST,
                    "expires_in_days",
                    "must be between 1 and " + IdentityLimits.INVITATION_MAX.toDays());
        }
        if (address != null && repository.login(address).isPresent()) {
            throw new StoaException(ErrorKind.CONFLICT, "A member has this e-mail address already.");
        }
        long waiting = invitations(actor).stream()
                .filter(each -> each.status() == AccountLink.Status.PENDING)
                .count();
        if (waiting >= IdentityLimits.INVITATIONS_MAX) {
            throw new StoaException(ErrorKind.CONFLICT, "Too many invitations wait: withdraw some first.");
        }
        Instant now = clock.instant();
        AccountLink link = new AccountLink(
                ids.next(),
                actor.organizationId(),
                AccountLink.Kind.INVITATION,
                address,
                role,
                null,
                actor.memberId(),
                now,
                now.plus(life),
                AccountLink.Status.PENDING);
        return insert(
                actor,
                link,
                "invitation.created",
                address == null ? Map.of("role", role.label()) : Map.of("role", role.label(), "email", address));
    }

    /** @throws StoaException NOT_FOUND; CONFLICT if it doesn't wait any more */
    public void withdraw(Caller actor, UUID id) {
        if (invitation(actor, id).status() != AccountLink.Status.PENDING) {
            throw new StoaException(ErrorKind.CONFLICT, "This invitation doesn't wait any more.");
        }
        transaction.executeWithoutResult(_ -> {
            repository.withdrawLink(id, clock.instant());
            audit.record(actor, "invitation.withdrawn", id.toString(), Map.of());
        });
    }

    /**
     * Makes a link by which a member may choose a new password, in place of any such link before.
     *
     * @throws StoaException NOT_FOUND; PERMISSION; CONFLICT if the member has no address to sign in by
     */
    public NewLink resetPassword(Caller actor, UUID id) {
        return whileRolesStay(actor, () -> resetPasswordNow(actor, id));
    }

    private NewLink resetPasswordNow(Caller actor, UUID id) {
        MemberDetails member = member(actor, id);
        requireRule(actor, member.role());
        if (member.email() == null) {
            throw new StoaException(ErrorKind.CONFLICT, "This member has no e-mail address to sign in by.");
        }
        Instant now = clock.instant();
        AccountLink link = new AccountLink(
                ids.next(),
                actor.organizationId(),
                AccountLink.Kind.PASSWORD_RESET,
                member.email(),
                member.role(),
                id,
                actor.memberId(),
                now,
                now.plus(IdentityLimits.RESET_LIFE),
                AccountLink.Status.PENDING);
        repository.withdrawResets(id, now);
        return insert(actor, link, "member.password_link_created", Map.of("member_id", id.toString()));
    }

    private NewLink insert(Caller actor, AccountLink link, String action, Map<String, String> detail) {
        String secret = SecretToken.newToken(random);
        repository.insertLink(link, SecretToken.hash(secret));
        audit.record(actor, action, link.id().toString(), detail);
        return new NewLink(link, secret);
    }

    /** One transaction, before or after any change of a role, so that no link is made by a role that just went. */
    private <T> T whileRolesStay(Caller actor, Supplier<T> work) {
        return Objects.requireNonNull(transaction.execute(_ -> {
            repository.lockOperators(actor.organizationId());
            return work.get();
        }));
    }

    private void requireRule(Caller actor, Role role) {
        if (!repository.role(actor.memberId()).mayRule(role)) {
            throw new StoaException(
                    ErrorKind.PERMISSION, "Your role may not rule over the role “" + role.label() + "”.");
        }
    }
}
