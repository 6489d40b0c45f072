package dev.stoa.shared;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A request that ends in an error the caller may see: its message is written for the caller. */
public final class StoaException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final ErrorKind kind;
    private final transient @Nullable Duration retryAfter;
    private final @Nullable String param;

    public StoaException(ErrorKind kind, String message) {
        this(kind, message, null, null);
    }

    public StoaException(ErrorKind kind, String message, @Nullable Duration retryAfter, @Nullable Throwable cause) {
        this(kind, message, null, retryAfter, cause);
    }

    private StoaException(
            ErrorKind kind,
            String message,
            @Nullable String param,
            @Nullable Duration retryAfter,
            @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
        this.retryAfter = retryAfter;
        this.param = param;
    }

    /**
     * An error about one field of the request.
     *
     * @param param the field's path
     * @param problem what is wrong with it; the message is both
     */
    public static StoaException about(ErrorKind kind, String param, String problem) {
        return new StoaException(kind, param + ": " + problem, param, null, null);
    }

    public ErrorKind kind() {
        return kind;
    }

    /** The path of the field that is at fault, where it is one. */
    public @Nullable String param() {
        return param;
    }

    /** When a new try may succeed, where that is known. */
    public @Nullable Duration retryAfter() {
        return retryAfter;
    }
}
