package dev.stoa.identity;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A single sign-on that did not work out, in a word that the page has a sentence for. */
public final class SignOnRefused extends Exception {
    private static final long serialVersionUID = 1;

    /** Why. */
    public enum Reason {
        /** The person, or the provider, has said no. */
        DENIED,
        /** It took too long, was done already, or began in another browser. */
        EXPIRED,
        /** Nobody has invited this person. */
        NOT_INVITED,
        /** The address's domain, a claim, or a removal keeps this person out. */
        NOT_ALLOWED,
        /** The address, or this person at the provider, belongs to an account already. */
        TAKEN,
        /** What the provider sent is not good. */
        REFUSED,
        /** The provider can't be reached. */
        UNAVAILABLE,
        RATE_LIMITED;

        /** As addresses write it. */
        public String label() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    private final Reason reason;

    SignOnRefused(Reason reason, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
