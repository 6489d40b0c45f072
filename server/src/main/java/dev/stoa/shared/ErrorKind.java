package dev.stoa.shared;

/**
 * Every way a request can be refused or fail, with its one HTTP status. Surfaces translate the kind into their
 * protocol's words, and its status where the protocol has one of its own; nothing else in the house chooses a status.
 */
public enum ErrorKind {
    INVALID_REQUEST(400),
    AUTHENTICATION(401),
    BILLING(402),
    PERMISSION(403),
    NOT_FOUND(404),
    METHOD_NOT_ALLOWED(405),
    CONFLICT(409),
    TOO_LARGE(413),
    UNSUPPORTED_MEDIA_TYPE(415),
    /** Well-formed, but not what its Idempotency-Key stands for. */
    UNPROCESSABLE(422),
    RATE_LIMITED(429),
    INTERNAL(500),
    /** What was asked for can't be served until an operator has mended it. */
    UNAVAILABLE(503),
    TIMEOUT(504),
    /** No capacity now: queue full, model loading, server draining. Anthropic's own status. */
    OVERLOADED(529);

    private final int httpStatus;

    ErrorKind(int httpStatus) {
        this.httpStatus = httpStatus;
    }

    public int httpStatus() {
        return httpStatus;
    }
}
