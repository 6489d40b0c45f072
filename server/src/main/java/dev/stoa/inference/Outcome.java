package dev.stoa.inference;

import dev.stoa.shared.ErrorKind;
import java.util.Locale;

/**
 * How a request ended: exactly one of these for each request, whatever happened to the client, the worker or the
 * network. Each is one metric label and one ledger entry.
 */
public enum Outcome {
    /** The model ended by itself, at a limit or at a stop sequence. */
    COMPLETED,
    /** Safety refused the input or ended the stream. */
    REFUSED,
    /** The caller went away or asked to stop. */
    CANCELLED,
    /** Its time was up. */
    EXPIRED,
    /** Malformed, or names what is not there. */
    REJECTED_INVALID,
    /** A limit or budget of the caller. */
    REJECTED_LIMIT,
    /** No capacity: queue full, loading, draining. */
    REJECTED_OVERLOADED,
    /** A fault of ours. */
    FAILED,
    /** Its server was killed while it ran. */
    INTERRUPTED;

    /** The metric label. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The outcome of a request that an error ended. */
    public static Outcome of(ErrorKind kind) {
        return switch (kind) {
            case INVALID_REQUEST,
                    AUTHENTICATION,
                    PERMISSION,
                    NOT_FOUND,
                    METHOD_NOT_ALLOWED,
                    CONFLICT,
                    TOO_LARGE,
                    UNSUPPORTED_MEDIA_TYPE,
                    UNPROCESSABLE -> REJECTED_INVALID;
            case BILLING, RATE_LIMITED -> REJECTED_LIMIT;
            case OVERLOADED, UNAVAILABLE -> REJECTED_OVERLOADED;
            case TIMEOUT -> EXPIRED;
            case INTERNAL -> FAILED;
        };
    }
}
