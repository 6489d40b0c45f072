package dev.stoa.identity;

import java.time.Duration;

/** Every bound of this package, with its reason. */
final class IdentityLimits {

    /** How long a revoked key or session may still be taken: short enough to be prompt, and spares a query a request. */
    static final Duration CREDENTIAL_CACHE_TTL = Duration.ofSeconds(3);

    /** Callers remembered at once, about 200 bytes each. */
    static final int CREDENTIAL_CACHE_SIZE = 10_000;

    /** {@code last_used_at} is written at most this often per credential: it is for people, to the minute. */
    static final Duration LAST_USED_PRECISION = Duration.ofMinutes(1);

    /** A browser that was not used for so long signs in again. */
    static final Duration SESSION_IDLE = Duration.ofDays(30);

    /** Wrong keys allowed per address in {@link #SIGN_IN_WINDOW}: plenty for typing errors, useless for guessing. */
    static final int SIGN_IN_FAILURES = 10;

    static final Duration SIGN_IN_WINDOW = Duration.ofMinutes(1);

    /** Addresses with recent failures remembered at once; beyond it the oldest are forgotten. */
    static final int SIGN_IN_ADDRESSES = 10_000;

    /** A credential longer than this is not ours; it isn't even hashed. */
    static final int SECRET_LENGTH_MAX = 256;

    private IdentityLimits() {}
}
