package dev.stoa.identity;

import dev.stoa.identity.SignOnRefused.Reason;
import dev.stoa.identity.SignOnRepository.Known;
import dev.stoa.identity.oidc.OidcPerson;
import dev.stoa.identity.oidc.OidcSettings;
import dev.stoa.shared.Uuid7;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Members that come of a first single sign-on: by an invitation, or, where the operator has opened the house, by the
 * provider's word. An address that the provider has not verified counts for nothing; one that a member has is refused.
 * Thread-safe.
 */
@Component
final class Newcomers {
    private final OidcSettings settings;
    private final SignOnRepository repository;
    private final AccountRepository accounts;
    private final AuditLog audit;
    private final TransactionTemplate transaction;
    private final Clock clock;
    private final Uuid7 ids;

    Newcomers(
            OidcSettings settings,
            SignOnRepository repository,
            AccountRepository accounts,
            AuditLog audit,
            TransactionTemplate transaction,
            Clock clock,
            RandomGenerator random) {
        this.settings = settings;
        this.repository = repository;
        this.accounts = accounts;
        this.audit = audit;
        this.transaction = transaction;
        this.clock = clock;
        this.ids = new Uuid7(clock, random);
    }

    /** Thrown through a transaction. */
    private static final class Gone extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    /**
     * @param linkHash of the invitation that the person came with; null for none
     * @param before the sign-on of a member who was removed; null for none. Only an invitation lets such a person in again
     */
    Known admit(OidcPerson person, byte @Nullable [] linkHash, @Nullable Known before) throws SignOnRefused {
        String email =
                Optional.ofNullable(person.email()).flatMap(Email::normal).orElse(null);
        if (email != null && accounts.login(email).isPresent()) {
            // Whoever can make a provider say an address would get its account.
            throw SingleSignOn.refused(Reason.TAKEN, "a member has this address, and is not linked", null);
        }
        AccountLink link = invitation(email, linkHash);
        if (link == null && before != null) {
            throw SingleSignOn.refused(Reason.NOT_ALLOWED, "the member was removed", null);
        }
        if (link == null && settings.firstLogin() != OidcSettings.FirstLogin.OPEN) {
            throw SingleSignOn.refused(Reason.NOT_INVITED, "nobody has invited this person", null);
        }
        try {
            return java.util.Objects.requireNonNull(transaction.execute(_ -> insert(person, email, link, before)));
        } catch (DuplicateKeyException e) {
            throw SingleSignOn.refused(Reason.TAKEN, "somebody else was faster with this address", e);
        } catch (Gone e) {
            throw SingleSignOn.refused(Reason.NOT_INVITED, "the invitation was used in the meantime", e);
        }
    }

    /** The one whose link was used, else one for the verified address. */
    private @Nullable AccountLink invitation(@Nullable String email, byte @Nullable [] linkHash) throws SignOnRefused {
        Instant now = clock.instant();
        byte[] hash = linkHash != null || email == null
                ? linkHash
                : repository.invitation(email, now).orElse(null);
        AccountLink link = hash == null ? null : accounts.link(hash, now).orElse(null);
        boolean good = link != null
                && link.kind() == AccountLink.Kind.INVITATION
                && link.status() == AccountLink.Status.PENDING;
        if (linkHash != null && !good) {
            throw SingleSignOn.refused(Reason.NOT_INVITED, "the invitation is used, withdrawn or expired", null);
        }
        return good ? link : null;
    }

    private Known insert(
            OidcPerson person, @Nullable String email, @Nullable AccountLink link, @Nullable Known before) {
        Instant now = clock.instant();
        UUID member = ids.next();
        UUID organization = link == null ? repository.firstOrganization() : link.organizationId();
        UUID workspace = accounts.firstWorkspace(organization);
        Role role = link == null ? Role.USER : link.role();
        // As with a password: who has the link is whom the invitation names.
        String address = link == null || link.email() == null ? email : link.email();
        accounts.insertMember(member, organization, workspace, name(person), address, null, role, now);
        if (before != null) {
            repository.delete(before.id());
        }
        UUID signOn = ids.next();
        repository.insert(signOn, member, person.issuer(), person.subject(), SingleSignOn.label(person), now);
        Caller actor = new Caller(organization, workspace, member, link == null ? signOn : link.id());
        if (link == null) {
            audit.record(actor, "account.created", member.toString(), Map.of("issuer", person.issuer()));
        } else {
            if (!accounts.useLink(link.id(), member, now)) {
                throw new Gone();
            }
            audit.record(actor, "invitation.accepted", link.id().toString(), Map.of("issuer", person.issuer()));
        }
        return new Known(signOn, member, false);
    }

    /** Gives a member another way in. */
    void link(OidcPerson person, UUID member) throws SignOnRefused {
        try {
            transaction.executeWithoutResult(_ -> {
                AccountRepository.Login own = accounts.login(member);
                UUID signOn = ids.next();
                repository.insert(
                        signOn, member, person.issuer(), person.subject(), SingleSignOn.label(person), clock.instant());
                Caller actor = new Caller(own.organizationId(), own.workspaceId(), member, signOn);
                audit.record(actor, "sign_on.linked", signOn.toString(), Map.of("issuer", person.issuer()));
            });
        } catch (DuplicateKeyException e) {
            throw SingleSignOn.refused(Reason.TAKEN, "this person was linked in the meantime", e);
        } catch (org.springframework.dao.EmptyResultDataAccessException e) {
            throw SingleSignOn.refused(Reason.NOT_ALLOWED, "the member was removed", e);
        }
    }

    private static String name(OidcPerson person) {
        String name = SingleSignOn.label(person);
        if (person.name() != null && !person.name().isBlank()) {
            name = person.name().replace('\0', ' ').strip();
        }
        return name.length() <= IdentityLimits.MEMBER_NAME_LENGTH_MAX
                ? name
                : name.substring(0, IdentityLimits.MEMBER_NAME_LENGTH_MAX);
    }
}
