package dev.stoa.inference;

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
    FAILED;

    /** The metric label. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
