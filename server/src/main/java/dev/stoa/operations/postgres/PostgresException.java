package dev.stoa.operations.postgres;

import dev.stoa.operations.OperatorException;
import org.jspecify.annotations.Nullable;

/** The embedded database cannot be used; the message says why and what to do. */
public final class PostgresException extends OperatorException {
    private static final long serialVersionUID = 1;

    PostgresException(String message) {
        super(message);
    }

    PostgresException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
