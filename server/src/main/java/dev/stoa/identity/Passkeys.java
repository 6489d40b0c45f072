package dev.stoa.identity;

import com.webauthn4j.data.AuthenticationData;
import com.webauthn4j.data.RegistrationData;
import dev.stoa.identity.PasskeyRepository.Challenge;
import dev.stoa.identity.PasskeyRepository.Stored;
import dev.stoa.identity.Webauthn.Party;
import dev.stoa.identity.Webauthn.RefusedException;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import dev.stoa.shared.Uuid7;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Passkeys: keys of a person's devices that open a session without a password, or beside it.
 *
 * <p>A challenge is kept in the database, so that any server can take the answer; it counts once and not for long. Wrong
 * answers count against the address they came from, as wrong passwords do. Every change is one transaction with its
 * record in the audit log. Thread-safe.
 */
@Service
public final class Passkeys {
    private static final int CHALLENGE_BYTES = 32;
    private static final int NAME_LENGTH_MAX = 100;
    private static final Logger log = LoggerFactory.getLogger(Passkeys.class);

    private final PasskeyRepository repository;
    private final Webauthn webauthn;
    private final Identity identity;
    private final AuditLog audit;
    private final PublicAddress address;
    private final PasskeySettings settings;
    private final TransactionTemplate transaction;
    private final Clock clock;
    private final RandomGenerator random;
    private final Uuid7 ids;
    private final SignInLimiter questions;

    Passkeys(
            PasskeyRepository repository,
            Webauthn webauthn,
            Identity identity,
            AuditLog audit,
            SignInAttempts attempts,
            PublicAddress address,
            PasskeySettings settings,
            TransactionTemplate transaction,
            Clock clock,
            RandomGenerator random) {
        this.repository = repository;
        this.webauthn = webauthn;
        this.identity = identity;
        this.audit = audit;
        this.address = address;
        this.settings = settings;
        this.transaction = transaction;
        this.clock = clock;
        this.random = random;
        this.ids = new Uuid7(clock, random);
        this.questions = attempts.questions(clock);
    }

    /**
     * The one origin whose pages may use passkeys here.
     *
     * @param localPort that the server listens on
     */
    public String origin(int localPort) {
        return address.origin(localPort);
    }

    private Party party(int localPort) {
        return new Party(address.host(), address.origin(localPort));
    }

    /** @return the options for the browser, in WebAuthn's JSON @throws StoaException RATE_LIMITED; OVERLOADED */
    public Map<String, Object> beginSignIn(Device device, int localPort) {
        questions.begin(device.address());
        return Webauthn.request(party(localPort), newChallenge(null), settings.challengeLife());
    }

    /**
     * Signs in.
     *
     * @param answer the browser's, in WebAuthn's JSON
     * @throws StoaException AUTHENTICATION, not saying what was wrong; RATE_LIMITED
     */
    public SignedIn signIn(String answer, Device device, int localPort) {
        identity.attempts().begin(device.address());
        UUID member;
        try {
            AuthenticationData data = webauthn.authentication(answer);
            byte[] challenge = take(Webauthn.challenge(data.getCollectedClientData()), null);
            Stored passkey = repository
                    .find(Webauthn.credentialId(data))
                    .orElseThrow(() -> new RefusedException("the passkey is not known here", null));
            AuthenticationData good = webauthn.verify(data, passkey, party(localPort), challenge);
            var state = java.util.Objects.requireNonNull(good.getAuthenticatorData());
            if (!repository.used(passkey.id(), state.getSignCount(), state.isFlagBS(), clock.instant())) {
                throw new RefusedException("the counter has not grown: the passkey may have been copied", null);
            }
            member = passkey.memberId();
        } catch (RefusedException e) {
            log.info("A passkey was refused: {}", e.getMessage());
            throw new StoaException(
                    ErrorKind.AUTHENTICATION,
                    "This passkey was not accepted: it is not known here, or the request took too long. Try again.",
                    null,
                    e);
        }
        identity.attempts().succeeded(device.address());
        return identity.open(member, null, device);
    }

    /**
     * @return the options for the browser, in WebAuthn's JSON
     * @throws StoaException PERMISSION for a session that a key opened, or a key; CONFLICT where there are too many;
     *     RATE_LIMITED; OVERLOADED
     */
    public Map<String, Object> beginRegistration(Caller caller, Device device, int localPort) {
        identity.requireOwnSession(caller);
        List<byte[]> known = repository.credentialIds(caller.memberId());
        requireRoom(known.size());
        questions.begin(device.address());
        return Webauthn.creation(
                party(localPort),
                identity.member(caller),
                newChallenge(caller.memberId()),
                settings.challengeLife(),
                known);
    }

    /**
     * Keeps a new passkey.
     *
     * @param answer the browser's, in WebAuthn's JSON
     * @throws StoaException as {@link #beginRegistration}; INVALID_REQUEST; CONFLICT also for a passkey that is known
     */
    public Passkey register(Caller caller, String name, String answer, int localPort) {
        identity.requireOwnSession(caller);
        String called = name(name);
        Stored passkey;
        try {
            RegistrationData data = webauthn.registration(answer);
            byte[] challenge = take(Webauthn.challenge(data.getCollectedClientData()), caller.memberId());
            passkey = webauthn.verify(data, ids.next(), caller.memberId(), party(localPort), challenge);
        } catch (RefusedException e) {
            log.info("A new passkey was refused: {}", e.getMessage());
            throw new StoaException(
                    ErrorKind.INVALID_REQUEST,
                    "credential: is no answer to a question of this server, or came too late. Try again.",
                    null,
                    e);
        }
        Instant now = clock.instant();
        try {
            transaction.executeWithoutResult(_ -> {
                repository.lockMember(caller.memberId());
                requireRoom(repository.credentialIds(caller.memberId()).size());
                repository.insert(passkey, webauthn.credentialId(passkey), called, now);
                audit.record(caller, "passkey.added", passkey.id().toString(), Map.of("name", called));
            });
        } catch (DuplicateKeyException e) {
            throw new StoaException(ErrorKind.CONFLICT, "This passkey is registered already.", null, e);
        }
        return new Passkey(passkey.id(), called, passkey.backedUp(), now, null);
    }

    /** The caller's, the oldest first. */
    public List<Passkey> list(Caller caller) {
        return repository.ofMember(caller.memberId());
    }

    /** @throws StoaException NOT_FOUND; INVALID_REQUEST */
    public Passkey rename(Caller caller, UUID id, String name) {
        if (!repository.rename(caller.memberId(), id, name(name))) {
            throw unknown();
        }
        return list(caller).stream()
                .filter(each -> each.id().equals(id))
                .findFirst()
                .orElseThrow(Passkeys::unknown);
    }

    /** Sessions that it opened go on. @throws StoaException NOT_FOUND */
    public void remove(Caller caller, UUID id) {
        transaction.executeWithoutResult(_ -> {
            if (!repository.delete(caller.memberId(), id)) {
                throw unknown();
            }
            audit.record(caller, "passkey.removed", id.toString(), Map.of());
        });
    }

    private byte[] newChallenge(@Nullable UUID member) {
        byte[] challenge = new byte[CHALLENGE_BYTES];
        random.nextBytes(challenge);
        Instant now = clock.instant();
        repository.forgetChallenges(now);
        Instant expires = now.plus(settings.challengeLife());
        if (!repository.insertChallenge(SecretToken.hash(challenge), member, expires, settings.challenges())) {
            throw new StoaException(ErrorKind.OVERLOADED, "Too many sign-ins wait for an answer. Try again soon.");
        }
        return challenge;
    }

    /** @return the challenge, which no one can answer any more */
    private byte[] take(byte[] challenge, @Nullable UUID member) throws RefusedException {
        Challenge asked = repository
                .takeChallenge(SecretToken.hash(challenge))
                .filter(found -> found.expiresAt().isAfter(clock.instant()))
                .orElseThrow(() -> new RefusedException("the challenge is not one of ours, used or expired", null));
        if (!java.util.Objects.equals(asked.memberId(), member)) {
            throw new RefusedException("the challenge is another's", null);
        }
        return challenge;
    }

    private void requireRoom(int present) {
        if (present >= settings.perMember()) {
            throw new StoaException(
                    ErrorKind.CONFLICT,
                    "An account has up to " + settings.perMember() + " passkeys: remove one first.");
        }
    }

    private static String name(String name) {
        String stripped = name.strip();
        if (stripped.isEmpty() || stripped.length() > NAME_LENGTH_MAX || stripped.indexOf('\0') >= 0) {
            throw StoaException.about(
                    ErrorKind.INVALID_REQUEST, "name", "must have 1 to " + NAME_LENGTH_MAX + " characters");
        }
        return stripped;
    }

    private static StoaException unknown() {
        return new StoaException(ErrorKind.NOT_FOUND, "There is no such passkey.");
    }
}
