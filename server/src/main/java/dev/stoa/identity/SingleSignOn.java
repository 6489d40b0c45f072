package dev.stoa.identity;

import dev.stoa.identity.SignOnRefused.Reason;
import dev.stoa.identity.SignOnRepository.Attempt;
import dev.stoa.identity.SignOnRepository.Known;
import dev.stoa.identity.oidc.OidcException;
import dev.stoa.identity.oidc.OidcPerson;
import dev.stoa.identity.oidc.OidcProvider;
import dev.stoa.identity.oidc.OidcSettings;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import java.net.URI;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Single sign-on: people come in as the members whom an OpenID Connect provider says they are.
 *
 * <p>A member and a person at the provider belong together by issuer and subject only. An address never joins two: whoever
 * has an account here links it from within. Domains and claims are looked at each time. A person on the way is a row that
 * counts once, and comes back to the browser that it left. Thread-safe.
 */
@Service
public final class SingleSignOn {
    private static final Logger log = LoggerFactory.getLogger(SingleSignOn.class);

    private final OidcSettings settings;
    private final OidcProvider provider;
    private final SignOnRepository repository;
    private final Newcomers newcomers;
    private final Identity identity;
    private final PublicAddress address;
    private final AuditLog audit;
    private final TransactionTemplate transaction;
    private final Clock clock;
    private final RandomGenerator random;
    private final SignInLimiter departures;

    SingleSignOn(
            OidcSettings settings,
            OidcProvider provider,
            SignOnRepository repository,
            Newcomers newcomers,
            Identity identity,
            PublicAddress address,
            AuditLog audit,
            SignInAttempts attempts,
            TransactionTemplate transaction,
            Clock clock,
            RandomGenerator random) {
        this.settings = settings;
        this.provider = provider;
        this.repository = repository;
        this.newcomers = newcomers;
        this.identity = identity;
        this.address = address;
        this.audit = audit;
        this.transaction = transaction;
        this.clock = clock;
        this.random = random;
        this.departures = attempts.questions(clock);
    }

    /**
     * Where to send a person.
     *
     * @param state for the cookie that shows the same browser when it comes back
     */
    public record Departure(URI location, String state) {}

    /** What a person comes back to: a session, or, where an account was linked, none that is new. */
    public record Return(@Nullable SignedIn signedIn) {}

    /** The provider's name for the button; empty where there is no single sign-on. */
    public Optional<String> name() {
        return settings.on() ? Optional.of(settings.shownName()) : Optional.empty();
    }

    /**
     * Begins a sign-in.
     *
     * @param linkSecret of the invitation that is to be used; null for none
     * @param callback the path that the provider sends people back to
     * @throws StoaException NOT_FOUND where there is no single sign-on; RATE_LIMITED; OVERLOADED, also where the provider
     *     can't be reached
     */
    public Departure begin(@Nullable String linkSecret, Device device, int localPort, String callback) {
        return depart(null, linkSecret == null ? null : SecretToken.hash(linkSecret), device, localPort, callback);
    }

    /**
     * Begins to link the caller's account.
     *
     * @throws StoaException as {@link #begin}; PERMISSION for a key or a session that a key opened
     */
    public Departure beginLink(Caller caller, Device device, int localPort, String callback) {
        identity.requireOwnSession(caller);
        return depart(caller.memberId(), null, device, localPort, callback);
    }

    private Departure depart(
            @Nullable UUID member, byte @Nullable [] link, Device device, int localPort, String callback) {
        if (!settings.on()) {
            throw new StoaException(ErrorKind.NOT_FOUND, "This server has no single sign-on.");
        }
        departures.begin(device.address());
        String state = SecretToken.newToken(random);
        Instant now = clock.instant();
        Attempt attempt = new Attempt(
                SecretToken.newToken(random),
                SecretToken.newToken(random),
                member,
                link,
                now.plus(settings.attemptLife()));
        URI location;
        try {
            location = provider.authorization(
                    address.origin(localPort) + callback, state, attempt.nonce(), attempt.verifier());
        } catch (OidcException e) {
            log.warn("Single sign-on: {}", e.getMessage());
            throw new StoaException(
                    ErrorKind.OVERLOADED, "The single sign-on provider can't be reached. Try again soon.", null, e);
        }
        repository.forgetAttempts(now);
        if (!repository.insertAttempt(SecretToken.hash(state), attempt, settings.attempts())) {
            throw new StoaException(ErrorKind.OVERLOADED, "Too many sign-ins are on their way. Try again soon.");
        }
        return new Departure(location, state);
    }

    /**
     * Ends what {@link #begin} or {@link #beginLink} began.
     *
     * @param state that came back
     * @param shown the state that the browser has kept; null where it has none
     * @param code null where the provider gave none
     * @param issuer who says so (RFC 9207); null where the provider doesn't
     */
    public Return finish(
            @Nullable String state,
            @Nullable String shown,
            @Nullable String code,
            @Nullable String issuer,
            Device device,
            int localPort,
            String callback)
            throws SignOnRefused {
        try {
            identity.attempts().begin(device.address());
        } catch (StoaException e) {
            throw refused(Reason.RATE_LIMITED, String.valueOf(e.getMessage()), e);
        }
        if (state == null || !state.equals(shown)) {
            throw refused(Reason.EXPIRED, "it began in another browser", null);
        }
        Attempt attempt = repository
                .takeAttempt(SecretToken.hash(state))
                .filter(found -> found.expiresAt().isAfter(clock.instant()))
                .orElseThrow(() -> refused(Reason.EXPIRED, "it is not one of ours, done or too old", null));
        if (issuer != null && !issuer.equals(settings.issuer())) {
            throw refused(Reason.REFUSED, "another provider has answered: " + issuer, null);
        }
        if (code == null) {
            throw refused(Reason.DENIED, "the provider gave no code", null);
        }
        OidcPerson person = person(code, attempt, address.origin(localPort) + callback);
        requireAllowed(person);
        Return back = attempt.memberId() == null ? enter(person, attempt, device) : link(person, attempt.memberId());
        identity.attempts().succeeded(device.address());
        return back;
    }

    private OidcPerson person(String code, Attempt attempt, String redirect) throws SignOnRefused {
        try {
            return provider.person(code, redirect, attempt.verifier(), attempt.nonce());
        } catch (OidcException e) {
            throw refused(e.unavailable() ? Reason.UNAVAILABLE : Reason.REFUSED, String.valueOf(e.getMessage()), e);
        }
    }

    private void requireAllowed(OidcPerson person) throws SignOnRefused {
        String email = person.email();
        String domain = email == null ? "" : Email.normal(email).orElse("").replaceFirst("^.*@", "");
        if (!settings.allowedDomains().isEmpty() && !settings.allowedDomains().contains(domain)) {
            throw refused(Reason.NOT_ALLOWED, "no verified address of an allowed domain: " + domain, null);
        }
        if (!settings.claim().isEmpty() && !person.has(settings.claim(), settings.claimValues())) {
            throw refused(Reason.NOT_ALLOWED, "the claim " + settings.claim() + " has none of the values", null);
        }
    }

    private Return enter(OidcPerson person, Attempt attempt, Device device) throws SignOnRefused {
        Known known = repository.find(person.issuer(), person.subject()).orElse(null);
        if (known == null || known.removed()) {
            known = newcomers.admit(person, attempt.linkHash(), known);
        }
        repository.used(known.id(), label(person), clock.instant());
        SignedIn signedIn = identity.open(known.memberId(), null, device);
        repository.markSession(SecretToken.hash(signedIn.token()), known.id());
        return new Return(signedIn);
    }

    private Return link(OidcPerson person, UUID member) throws SignOnRefused {
        Known known = repository.find(person.issuer(), person.subject()).orElse(null);
        if (known != null && !known.memberId().equals(member)) {
            throw refused(Reason.TAKEN, "this person is linked with another account", null);
        }
        if (known == null) {
            newcomers.link(person, member);
        }
        return new Return(null);
    }

    /** The caller's, the oldest first. */
    public List<SignOn> list(Caller caller) {
        return repository.ofMember(caller.memberId());
    }

    /**
     * Closes a way in, and the sessions that it opened.
     *
     * @throws StoaException NOT_FOUND; CONFLICT if it is the caller's only one
     */
    public void remove(Caller caller, UUID id) {
        transaction.executeWithoutResult(_ -> {
            boolean own = repository.ofMember(caller.memberId()).stream()
                    .anyMatch(each -> each.id().equals(id));
            if (own && !repository.hasOtherWay(caller.memberId(), id)) {
                throw new StoaException(
                        ErrorKind.CONFLICT, "This is the only way into the account: add a passkey first.");
            }
            if (!own || !repository.delete(caller.memberId(), id)) {
                throw new StoaException(ErrorKind.NOT_FOUND, "There is no such sign-on.");
            }
            audit.record(caller, "sign_on.removed", id.toString(), Map.of());
        });
        identity.forgetAll();
    }

    /**
     * Where to go on signing out; asked before the session ends.
     *
     * @param token the session's
     * @return empty where it ends here
     */
    public Optional<URI> afterSignOut(String token, int localPort) {
        boolean ends = settings.on() && settings.signOut() == OidcSettings.SignOut.PROVIDER;
        if (!ends || !repository.openedSession(SecretToken.hash(token))) {
            return Optional.empty();
        }
        try {
            return Optional.ofNullable(provider.endSession(address.origin(localPort) + "/"));
        } catch (OidcException e) {
            log.warn("Single sign-on, signing out: {}", e.getMessage());
            return Optional.empty();
        }
    }

    static String label(OidcPerson person) {
        String email = person.email();
        String label = email != null ? email : java.util.Objects.requireNonNullElse(person.name(), person.subject());
        return label.replace('\0', ' ');
    }

    static SignOnRefused refused(Reason reason, String message, @Nullable Throwable cause) {
        // Parts of it may be the provider's or the client's.
        String line = message.replaceAll("\\p{Cntrl}", " ");
        log.info("A single sign-on was refused ({}): {}", reason.label(), line);
        return new SignOnRefused(reason, line, cause);
    }
}
