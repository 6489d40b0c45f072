package dev.stoa.identity;

import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** E-mail addresses as names to sign in by: in small letters, without spaces around. No mail is sent, so no more is checked. */
final class Email {
    /** RFC 5321's longest path, without its brackets. */
    static final int LENGTH_MAX = 254;

    private static final Pattern FORM = Pattern.compile("[^\\s@\\p{Cntrl}]{1,64}@[^\\s@\\p{Cntrl}]+");

    private Email() {}

    static Optional<String> normal(String text) {
        String email = text.strip().toLowerCase(Locale.ROOT);
        return email.length() <= LENGTH_MAX && FORM.matcher(email).matches() ? Optional.of(email) : Optional.empty();
    }

    /** @throws StoaException INVALID_REQUEST */
    static String require(String text) {
        return normal(text)
                .orElseThrow(() -> StoaException.about(
                        ErrorKind.INVALID_REQUEST, "email", "must be an e-mail address such as ada@example.org"));
    }
}
