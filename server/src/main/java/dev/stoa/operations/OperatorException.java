package dev.stoa.operations;

import org.jspecify.annotations.Nullable;

/** Something only the operator can mend. The message is whole: what is wrong, where, and what to do; no trace needed. */
public class OperatorException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public OperatorException(String message) {
        super(message);
    }

    public OperatorException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
