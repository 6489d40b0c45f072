package dev.stoa.identity.oidc;

import org.jspecify.annotations.Nullable;

/** A sign-in that the provider or what it sent has ended; the message is for the operator's log. */
public final class OidcException extends Exception {
    private static final long serialVersionUID = 1;

    private final boolean unavailable;

    private OidcException(String message, boolean unavailable, @Nullable Throwable cause) {
        super(message, cause);
        this.unavailable = unavailable;
    }

    /** The provider can't be reached, or answers nonsense. */
    static OidcException unavailable(String message, @Nullable Throwable cause) {
        return new OidcException(message, true, cause);
    }

    /** What came is not good. */
    static OidcException refused(String message, @Nullable Throwable cause) {
        return new OidcException(message, false, cause);
    }

    /** Whether a later try may succeed. */
    public boolean unavailable() {
        return unavailable;
    }
}
