package dev.stoa.identity;

import dev.stoa.identity.AccountRepository.Login;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import dev.stoa.shared.Uuid7;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * A person's own account: signing in with a password, choosing one, the devices that are signed in, and coming in by a
 * link.
 *
 * <p>A wrong password and an address without an account get the same answer after the same work, and both count against
 * the limits of the address they came from and of the account. Whoever changes a password ends all other sessions. Every
 * change is one transaction with its record in the audit log. Thread-safe.
 */
@Service
public final class Accounts {
    private final AccountRepository repository;
    private final Identity identity;
    private final Passwords passwords;
    private final AuditLog audit;
    private final TransactionTemplate transaction;
    private final Clock clock;
    private final Uuid7 ids;
    private final SignInLimiter byAccount;

    Accounts(
            AccountRepository repository,
            Identity identity,
            Passwords passwords,
            AuditLog audit,
            SignInAttempts attempts,
            TransactionTemplate transaction,
            Clock clock,
            RandomGenerator random) {
        this.repository = repository;
        this.identity = identity;
        this.passwords = passwords;
        this.audit = audit;
        this.transaction = transaction;
        this.clock = clock;
        this.ids = new Uuid7(clock, random);
        this.byAccount = attempts.byAccount(clock);
    }

    /** Whether nobody has a password yet: then the operator is to choose one, with the first key. */
    public boolean needsSetUp() {
        return !repository.anyPassword();
    }

    /**
     * Signs in.
     *
     * @throws StoaException AUTHENTICATION, not saying which of the two was wrong; RATE_LIMITED; OVERLOADED
     */
    public SignedIn signIn(String email, String password, Device device) {
        identity.attempts().begin(device.address());
        String account = Email.normal(email).orElse("");
        byAccount.begin(account);
        Optional<Login> found = repository.login(account);
        boolean right = passwords.matches(password, found.map(Login::hash).orElse(null));
        if (!right || found.isEmpty()) {
            throw new StoaException(ErrorKind.AUTHENTICATION, "The e-mail address or the password is wrong.");
        }
        byAccount.succeeded(account);
        identity.attempts().succeeded(device.address());
        return identity.open(found.get().memberId(), null, device);
    }

    /**
     * Gives the member of a key its first password, and signs in with it.
     *
     * @throws StoaException as {@link Identity#signIn}; PERMISSION for a key without the scope admin; INVALID_REQUEST; CONFLICT if the member has a password, or
     *     another the address
     */
    public SignedIn setUp(String apiKey, String name, String email, String password, Device device) {
        Caller caller = identity.authenticateGuarded(apiKey, device);
        // A password may do all that its member may, so a key that may do less must not give one.
        identity.authenticate(apiKey, KeyScope.ADMIN);
        String address = Email.require(email);
        String called = name(name);
        String hash = passwords.hash(password, address);
        unlessTaken(() -> {
            if (!repository.setFirstPassword(caller.memberId(), called, address, hash)) {
                throw new StoaException(
                        ErrorKind.CONFLICT, "The member of this key has a password already: sign in with it.");
            }
            audit.record(caller, "account.set_up", caller.memberId().toString(), Map.of("email", address));
        });
        return identity.open(caller.memberId(), null, device);
    }

    /** @throws StoaException INVALID_REQUEST */
    public Member rename(Caller caller, String name) {
        repository.rename(caller.memberId(), name(name));
        return identity.member(caller);
    }

    public String organizationName(Caller caller) {
        return repository.organizationName(caller.organizationId());
    }

    /** Whether the caller can sign in without a key. */
    public boolean hasPassword(Caller caller) {
        return repository.login(caller.memberId()).hash() != null;
    }

    /**
     * Changes the caller's password and ends its other sessions.
     *
     * @throws StoaException PERMISSION for a wrong current one; RATE_LIMITED; INVALID_REQUEST; CONFLICT if there is none
     */
    public void changePassword(Caller caller, String current, String next) {
        Login login = repository.login(caller.memberId());
        String account = login.email();
        String old = login.hash();
        if (account == null || old == null) {
            throw new StoaException(ErrorKind.CONFLICT, "This account has no password yet.");
        }
        byAccount.begin(account);
        if (!passwords.matches(current, old)) {
            throw new StoaException(ErrorKind.PERMISSION, "The current password is wrong.");
        }
        byAccount.succeeded(account);
        String hash = passwords.hash(next, account);
        transaction.executeWithoutResult(_ -> {
            repository.setPassword(caller.memberId(), hash);
            repository.deleteSessions(caller.memberId(), caller.credentialId());
            repository.withdrawResets(caller.memberId(), clock.instant());
            audit.record(caller, "account.password_changed", caller.memberId().toString(), Map.of());
        });
        identity.forgetAll();
    }

    /** The caller's signed-in browsers, the last used first. */
    public List<DeviceSession> sessions(Caller caller) {
        return repository.sessions(caller.memberId(), caller.credentialId(), clock.instant());
    }

    /** @throws StoaException NOT_FOUND */
    public void endSession(Caller caller, UUID id) {
        if (!repository.deleteSession(caller.memberId(), id)) {
            throw new StoaException(ErrorKind.NOT_FOUND, "There is no such session.");
        }
        identity.forgetAll();
    }

    /** Ends all of the caller's sessions but the one that asks. */
    public void endOtherSessions(Caller caller) {
        repository.deleteSessions(caller.memberId(), caller.credentialId());
        identity.forgetAll();
    }

    /**
     * What a link is for.
     *
     * @throws StoaException NOT_FOUND if it is unknown, used, withdrawn or expired; RATE_LIMITED
     */
    public AccountLink link(String secret, Device device) {
        identity.attempts().begin(device.address());
        AccountLink link = repository
                .link(SecretToken.hash(secret), clock.instant())
                .filter(found -> found.status() == AccountLink.Status.PENDING)
                .orElseThrow(Accounts::deadLink);
        identity.attempts().succeeded(device.address());
        return link;
    }

    /** The name of the organization that a link leads into. */
    public String organizationName(AccountLink link) {
        return repository.organizationName(link.organizationId());
    }

    /**
     * Uses a link: makes the member, or sets its password and ends its sessions; then signs in.
     *
     * @param name of the new member; null for a new password
     * @param email of the new member where the invitation names none
     * @throws StoaException as {@link #link}; INVALID_REQUEST; CONFLICT if another member has the address
     */
    public SignedIn useLink(
            String secret, @Nullable String name, @Nullable String email, String password, Device device) {
        AccountLink link = link(secret, device);
        UUID member = link.kind() == AccountLink.Kind.INVITATION
                ? accept(link, name, email, password)
                : reset(link, password);
        return identity.open(member, null, device);
    }

    private UUID accept(AccountLink link, @Nullable String name, @Nullable String email, String password) {
        String named = link.email() == null ? email : link.email();
        if (named == null || name == null) {
            throw StoaException.about(ErrorKind.INVALID_REQUEST, name == null ? "name" : "email", "must be given");
        }
        String address = Email.require(named);
        String called = name(name);
        String hash = passwords.hash(password, address);
        UUID member = ids.next();
        unlessTaken(() -> {
            Instant now = clock.instant();
            UUID workspace = repository.firstWorkspace(link.organizationId());
            repository.insertMember(member, link.organizationId(), workspace, called, address, hash, link.role(), now);
            requireUsed(repository.useLink(link.id(), member, now));
            Caller actor = new Caller(link.organizationId(), workspace, member, link.id());
            audit.record(actor, "invitation.accepted", link.id().toString(), Map.of("email", address));
        });
        return member;
    }

    private UUID reset(AccountLink link, String password) {
        UUID member = java.util.Objects.requireNonNull(link.memberId(), "a reset is of a member");
        Login login = repository.login(member);
        String hash = passwords.hash(password, java.util.Objects.requireNonNullElse(login.email(), ""));
        transaction.executeWithoutResult(_ -> {
            requireUsed(repository.useLink(link.id(), member, clock.instant()));
            repository.setPassword(member, hash);
            repository.deleteSessions(member, null);
            Caller actor = new Caller(login.organizationId(), login.workspaceId(), member, link.id());
            audit.record(actor, "account.password_reset", member.toString(), Map.of());
        });
        identity.forgetAll();
        return member;
    }

    private static void requireUsed(boolean used) {
        if (!used) {
            throw deadLink();
        }
    }

    private static StoaException deadLink() {
        return new StoaException(ErrorKind.NOT_FOUND, "This link is used, withdrawn or expired.");
    }

    private static String name(String name) {
        String stripped = name.strip();
        if (stripped.isEmpty()
                || stripped.length() > IdentityLimits.MEMBER_NAME_LENGTH_MAX
                || stripped.indexOf('\0') >= 0) {
            throw StoaException.about(
                    ErrorKind.INVALID_REQUEST,
                    "name",
                    "must have 1 to " + IdentityLimits.MEMBER_NAME_LENGTH_MAX + " characters");
        }
        return stripped;
    }

    private void unlessTaken(Runnable work) {
        try {
            transaction.executeWithoutResult(_ -> work.run());
        } catch (DuplicateKeyException e) {
            throw new StoaException(ErrorKind.CONFLICT, "Another member has this e-mail address.", null, e);
        }
    }
}
