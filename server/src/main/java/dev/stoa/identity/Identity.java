package dev.stoa.identity;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.stoa.identity.IdentityRepository.Credential;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import dev.stoa.shared.Uuid7;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;

/**
 * Turns what a request shows into who asks.
 *
 * <p>A credential that was good is remembered for {@link IdentityLimits#CREDENTIAL_CACHE_TTL}, unless it is told before
 * that something has changed ({@link Revocations}); so a key that is disabled stops working at once on every server, and
 * within that time where word does not come through. Bad ones are not remembered: an attacker would fill the cache. A
 * refusal never says whether a key is unknown, disabled or expired. Thread-safe.
 */
@Service
public class Identity {

    /** How long a session lives unused; each use begins it anew. */
    public static final Duration SESSION_IDLE = IdentityLimits.SESSION_IDLE;

    private final IdentityRepository repository;
    private final Clock clock;
    private final RandomGenerator random;
    private final Uuid7 ids;
    private final SignInLimiter limiter;
    private final AtomicLong epoch = new AtomicLong();
    private final Cache<ByteBuffer, Credential> keys;
    private final Cache<ByteBuffer, Credential> sessions;

    Identity(IdentityRepository repository, SignInAttempts attempts, Clock clock, RandomGenerator random) {
        this.repository = repository;
        this.clock = clock;
        this.random = random;
        this.ids = new Uuid7(clock, random);
        this.limiter = attempts.byAddress(clock);
        this.keys = cache(clock);
        this.sessions = cache(clock);
    }

    private static Cache<ByteBuffer, Credential> cache(Clock clock) {
        return Caffeine.newBuilder()
                .maximumSize(IdentityLimits.CREDENTIAL_CACHE_SIZE)
                .expireAfterWrite(IdentityLimits.CREDENTIAL_CACHE_TTL)
                .ticker(() -> TimeUnit.MILLISECONDS.toNanos(clock.millis()))
                .build();
    }

    /** @throws StoaException AUTHENTICATION, not saying which part was wrong */
    public Caller authenticate(String apiKey) {
        return key(apiKey).caller();
    }

    /**
     * @param needed what the key is used for
     * @throws StoaException AUTHENTICATION as {@link #authenticate(String)}; PERMISSION if the key is not for this
     */
    public Caller authenticate(String apiKey, KeyScope needed) {
        Credential credential = key(apiKey);
        requireScope(credential, needed);
        return credential.caller();
    }

    private static void requireScope(Credential credential, KeyScope needed) {
        if (!credential.scopes().contains(needed)) {
            throw new StoaException(
                    ErrorKind.PERMISSION, "This key has not the scope “" + needed.label() + "”, which this needs.");
        }
    }

    /** Whether a caller that came with a key still might: for work that goes on when nobody asks. */
    public boolean active(Caller caller) {
        return repository.active(caller, clock.instant());
    }

    /**
     * Changes whenever somebody who was good may be so no more; a stream that is open for long looks again when it does.
     */
    public long epoch() {
        return epoch.get();
    }

    /** Forgets who was good: something about keys, sessions or members has changed. */
    void forgetAll() {
        epoch.incrementAndGet();
        keys.invalidateAll();
        sessions.invalidateAll();
    }

    /** @throws StoaException AUTHENTICATION, not saying which part was wrong */
    public Caller authenticateSession(String token) {
        return session(token).caller();
    }

    /**
     * @param needed what the session is used for: one that a key opened may do no more than the key
     * @throws StoaException AUTHENTICATION as {@link #authenticateSession(String)}; PERMISSION
     */
    public Caller authenticateSession(String token, KeyScope needed) {
        Credential credential = session(token);
        requireScope(credential, needed);
        return credential.caller();
    }

    private Credential session(String token) {
        byte[] hash = hash(token);
        ByteBuffer cacheKey = ByteBuffer.wrap(hash);
        Credential known = sessions.getIfPresent(cacheKey);
        if (known != null) {
            return known;
        }
        Instant now = clock.instant();
        Credential found = repository.findSession(hash, now).orElseThrow(Identity::refusal);
        requireSame(found.hash(), hash);
        if (usedLongAgo(found, now)) {
            repository.touchSession(found.caller().credentialId(), now, SESSION_IDLE);
        }
        sessions.put(cacheKey, found);
        return found;
    }

    /**
     * Opens a browser session with a key.
     *
     * @throws StoaException AUTHENTICATION for a wrong key; PERMISSION if it is not for the chat; RATE_LIMITED after too
     *     many wrong ones from one address
     */
    public SignedIn signIn(String apiKey, Device device) {
        Caller caller = authenticateGuarded(apiKey, device);
        return open(caller.memberId(), caller.credentialId(), device);
    }

    /** As {@link #authenticate(String, KeyScope)} for the chat, and counts wrong keys. */
    Caller authenticateGuarded(String apiKey, Device device) {
        limiter.begin(device.address());
        Credential credential = key(apiKey);
        limiter.succeeded(device.address());
        requireScope(credential, KeyScope.CHAT);
        return credential.caller();
    }

    /**
     * Another way into an account may do all that its member may, so a key that may do less must not make one.
     *
     * @throws StoaException PERMISSION for a key, and for a session that a key opened
     */
    void requireOwnSession(Caller caller) {
        if (!repository.ownSession(caller.credentialId())) {
            throw new StoaException(
                    ErrorKind.PERMISSION,
                    "Sign in as a person first: neither a key nor a session that it opened can do this.");
        }
    }

    /** Counts wrong attempts by address, whatever is tried. */
    SignInLimiter attempts() {
        return limiter;
    }

    /** @param apiKey with which the session ends; null for one that a password opened */
    SignedIn open(UUID member, @Nullable UUID apiKey, Device device) {
        Instant now = clock.instant();
        String token = SecretToken.newToken(random);
        // Signing in is rare: the place to forget sessions that nobody can use any more.
        repository.deleteExpiredSessions(now);
        repository.insertSession(ids.next(), member, apiKey, SecretToken.hash(token), device, now, SESSION_IDLE);
        return new SignedIn(repository.member(member), token);
    }

    /** Ends a session; unknown tokens are ignored. */
    public void signOut(String token) {
        byte[] hash = hash(token);
        repository.deleteSession(hash);
        sessions.invalidate(ByteBuffer.wrap(hash));
    }

    /** The member behind a caller. */
    public Member member(Caller caller) {
        return repository.member(caller.memberId());
    }

    private Credential key(String apiKey) {
        byte[] hash = hash(apiKey);
        // Many requests with one key that come at once ask the database once.
        return keys.get(ByteBuffer.wrap(hash), _ -> findKey(hash));
    }

    private Credential findKey(byte[] hash) {
        Instant now = clock.instant();
        Credential found = repository.findKey(hash, now).orElseThrow(Identity::refusal);
        requireSame(found.hash(), hash);
        if (usedLongAgo(found, now)) {
            repository.touchKey(found.caller().credentialId(), now);
        }
        return found;
    }

    private static boolean usedLongAgo(Credential credential, Instant now) {
        return credential.lastUsedAt().plus(IdentityLimits.LAST_USED_PRECISION).isBefore(now);
    }

    private static byte[] hash(String secret) {
        if (secret.length() > IdentityLimits.SECRET_LENGTH_MAX) {
            throw refusal();
        }
        return SecretToken.hash(secret);
    }

    /** The index has compared them already, byte by byte; this one takes the same time whatever differs. */
    private static void requireSame(byte[] stored, byte[] shown) {
        if (!MessageDigest.isEqual(stored, shown)) {
            throw refusal();
        }
    }

    private static StoaException refusal() {
        return new StoaException(ErrorKind.AUTHENTICATION, "The key or session is not valid.");
    }
}
