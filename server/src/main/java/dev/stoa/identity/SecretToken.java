package dev.stoa.identity;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/**
 * The two secrets of this house: API keys ({@code sk-stoa-…}) and session tokens.
 *
 * <p>They are stored as a plain SHA-256, found by it. A slow, salted hash protects passwords because people choose them
 * from few; a generated secret has 256 bits of entropy (43 characters of 62), so that neither a rainbow table nor a
 * brute force over a stolen table is possible, and a fast hash keeps authentication off the list of what costs. A key
 * preset by the operator must be as long as a random one for the same reason.
 */
final class SecretToken {
    static final String KEY_PREFIX = "sk-stoa-";

    /** 62^43 &gt; 2^256. */
    private static final int RANDOM_LENGTH = 43;

    /** The shortest secret part of a preset key: 32 characters, 190 bits where they are random base62. */
    private static final int PRESET_LENGTH_MIN = 32;

    private static final String BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private static final Pattern KEY =
            Pattern.compile(Pattern.quote(KEY_PREFIX) + "[A-Za-z0-9_-]{" + PRESET_LENGTH_MIN + ",200}");
    private static final int HINT_TAIL = 4;

    private SecretToken() {}

    static String newKey(RandomGenerator random) {
        return KEY_PREFIX + newToken(random);
    }

    static String newToken(RandomGenerator random) {
        StringBuilder token = new StringBuilder(RANDOM_LENGTH);
        for (int i = 0; i < RANDOM_LENGTH; i++) {
            token.append(BASE62.charAt(random.nextInt(BASE62.length())));
        }
        return token.toString();
    }

    /** @throws IllegalArgumentException saying what a key must look like, without showing this one */
    static void requireWellFormedKey(String key) {
        if (!KEY.matcher(key).matches()) {
            throw new IllegalArgumentException("the preset API key (STOA_ADMIN_KEY) must be " + KEY_PREFIX
                    + " followed by 32 to 200 random characters of A-Z, a-z, 0-9, _ and -. Make one with:"
                    + " echo \"" + KEY_PREFIX + "$(openssl rand -hex 32)\"");
        }
    }

    /** What may be shown of a key: enough to tell it from others, useless to an attacker. */
    static String hint(String key) {
        return KEY_PREFIX + "…" + key.substring(key.length() - HINT_TAIL);
    }

    static byte[] hash(String secret) {
        return hash(secret.getBytes(StandardCharsets.UTF_8));
    }

    static byte[] hash(byte[] secret) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(secret);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
