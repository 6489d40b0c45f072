package dev.stoa.store;

import org.jspecify.annotations.Nullable;

/** A store operation that failed; the message is written for the person who asked for it. */
public final class StoreException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** Why. */
    public enum Kind {
        /** The name or the source is not well formed. */
        INVALID,
        /** No such model, file, repository or page. */
        NOT_FOUND,
        /** The name is already that of another file. */
        CONFLICT,
        /** The source wants a login or an accepted licence. */
        FORBIDDEN,
        /** The source does not answer, and there is no mirror or it failed too. */
        UNREACHABLE,
        /** Not enough room. */
        DISK_FULL,
        /** The bytes are not what they should be. */
        CORRUPT,
        /** A program that is needed is not installed. */
        MISSING_TOOL,
        /** The disk or the operating system refused. */
        IO
    }

    private final Kind kind;

    public StoreException(Kind kind, String message) {
        this(kind, message, null);
    }

    public StoreException(Kind kind, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
