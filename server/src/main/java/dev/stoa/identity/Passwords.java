package dev.stoa.identity;

import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import java.text.Normalizer;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.security.crypto.argon2.Argon2PasswordEncoder;
import org.springframework.stereotype.Component;

/**
 * Which passwords are taken, and how they are kept.
 *
 * <p>Argon2id with the parameters that OWASP's Password Storage Cheat Sheet gives as its first choice of small memory:
 * 19 MiB, two passes, one lane. As each hash takes that memory and a core for some ten milliseconds, only a few are
 * computed at once; who can't get a place in time is told to come back.
 *
 * <p>The rules are those of NIST SP 800-63B-4, section 3.1.1, for a password that is the only factor: at least 15
 * characters, at least 64 allowed, any character, no demands on their kinds, no expiry, and none that is easily guessed.
 * The text is compared in Unicode's form NFKC, so that the same keys give the same password on every system.
 * Thread-safe.
 */
@Component
final class Passwords {
    private static final int SALT_BYTES = 16;
    private static final int HASH_BYTES = 32;
    private static final int LANES = 1;
    private static final int MEMORY_KIB = 19 * 1024;
    private static final int PASSES = 2;

    private final Argon2PasswordEncoder argon2 =
            new Argon2PasswordEncoder(SALT_BYTES, HASH_BYTES, LANES, MEMORY_KIB, PASSES);
    private final Semaphore places = new Semaphore(IdentityLimits.HASHES_AT_ONCE, true);

    /** Compared with where there is no account, so that the time doesn't tell. */
    private final String nobody = argon2.encode("nobody");

    /**
     * @param email of whom it is to protect; a password that consists of it is refused
     * @throws StoaException INVALID_REQUEST if the password is too short, too long or easily guessed; OVERLOADED
     */
    String hash(String password, String email) {
        String normal = normal(password);
        require(normal, email);
        return atPlace(() -> argon2.encode(normal));
    }

    /**
     * Takes the same time whether there is an account or not.
     *
     * @param hash null where there is no account
     * @throws StoaException OVERLOADED
     */
    boolean matches(String password, @Nullable String hash) {
        if (password.length() > IdentityLimits.PASSWORD_LENGTH_MAX) {
            return false;
        }
        String normal = normal(password);
        boolean same = atPlace(() -> argon2.matches(normal, hash == null ? nobody : hash));
        return same && hash != null;
    }

    private static String normal(String password) {
        return Normalizer.normalize(password, Normalizer.Form.NFKC);
    }

    private static void require(String password, String email) {
        int length = password.codePointCount(0, password.length());
        if (length < IdentityLimits.PASSWORD_LENGTH_MIN) {
            throw refusal("must have at least " + IdentityLimits.PASSWORD_LENGTH_MIN
                    + " characters; a sentence of a few words is easy to remember");
        }
        if (password.length() > IdentityLimits.PASSWORD_LENGTH_MAX) {
            throw refusal("must have at most " + IdentityLimits.PASSWORD_LENGTH_MAX + " characters");
        }
        if (isEasy(password.toLowerCase(Locale.ROOT), email)) {
            throw refusal(
                    "is too easy to guess: choose one that is no repetition, no row of keys or digits and not your"
                            + " address");
        }
    }

    private static boolean isEasy(String password, String email) {
        return password.chars().distinct().count() < IdentityLimits.PASSWORD_DISTINCT_MIN
                || repeats(password)
                || isRow(password)
                || email.startsWith(password)
                || password.startsWith(email);
    }

    /** The same part again and again, such as “passwordpassword”. */
    private static boolean repeats(String password) {
        for (int unit = 1; unit <= password.length() / 2; unit++) {
            String part = password.substring(0, unit);
            if (part.repeat(password.length() / unit + 1).startsWith(password)) {
                return true;
            }
        }
        return false;
    }

    /** Nearly every character stands beside the one before it, in the alphabet or on a keyboard. */
    private static boolean isRow(String password) {
        String keys = "qwertzuiop asdfghjkl yxcvbnm qwertyuiop zxcvbnm 1234567890";
        int steps = 0;
        for (int i = 1; i < password.length(); i++) {
            int apart = password.charAt(i) - password.charAt(i - 1);
            if (Math.abs(apart) <= 1 || keys.contains(password.substring(i - 1, i + 1))) {
                steps++;
            }
        }
        return steps * 10 >= (password.length() - 1) * 8;
    }

    private static StoaException refusal(String problem) {
        return StoaException.about(ErrorKind.INVALID_REQUEST, "password", problem);
    }

    private <T> T atPlace(java.util.function.Supplier<T> work) {
        try {
            if (!places.tryAcquire(IdentityLimits.HASH_WAIT.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new StoaException(ErrorKind.OVERLOADED, "Too many people are signing in at the moment.");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoaException(ErrorKind.OVERLOADED, "The server is stopping.", null, e);
        }
        try {
            return work.get();
        } finally {
            places.release();
        }
    }
}
