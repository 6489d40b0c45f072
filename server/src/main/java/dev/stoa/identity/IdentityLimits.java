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

    /** NIST SP 800-63B-4 for a password that is the only factor. */
    static final int PASSWORD_LENGTH_MIN = 15;

    /** Far above the 64 that NIST asks for; bounds what a hash reads. */
    static final int PASSWORD_LENGTH_MAX = 256;

    /** Fewer different characters are a pattern. */
    static final int PASSWORD_DISTINCT_MIN = 5;

    /** Password hashes computed at once, each with 19 MiB and a core. */
    static final int HASHES_AT_ONCE = 4;

    /** How long a sign-in waits for its place: forty hashes of a slow core. */
    static final Duration HASH_WAIT = Duration.ofSeconds(5);

    /** What is kept of a browser's name; real ones are shorter. */
    static final int USER_AGENT_LENGTH_MAX = 300;

    static final int MEMBER_NAME_LENGTH_MAX = 100;

    /** The longest life of an invitation. */
    static final Duration INVITATION_MAX = Duration.ofDays(30);

    /** A link to a new password is as good as the password, so it is for today. */
    static final Duration RESET_LIFE = Duration.ofHours(24);

    /** Invitations that wait at once in one organization. */
    static final int INVITATIONS_MAX = 1_000;

    /** Service accounts that are not archived, of one organization: some for each of many teams. */
    static final int SERVICE_ACCOUNTS_MAX = 1_000;

    /** Addresses with recent failures remembered at once; beyond it the oldest are forgotten. */
    static final int SIGN_IN_ADDRESSES = 10_000;

    /** A credential longer than this is not ours; it isn't even hashed. */
    static final int SECRET_LENGTH_MAX = 256;

    private IdentityLimits() {}
}
