package dev.stoa.shared;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A request that ends in an error the caller may see: its message is written for the caller. */
public final class StoaException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final ErrorKind kind;
    private final transient @Nullable Duration retryAfter;

    public StoaException(ErrorKind kind, String message) {
        this(kind, message, null, null);
    }

    public StoaException(ErrorKind kind, String message, @Nullable Duration retryAfter, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
        this.retryAfter = retryAfter;
    }

    public ErrorKind kind() {
        return kind;
    }

    /** When a new try may succeed, where that is known. */
    public @Nullable Duration retryAfter() {
        return retryAfter;
    }
}
