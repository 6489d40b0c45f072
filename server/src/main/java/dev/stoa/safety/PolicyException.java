package dev.stoa.safety;

/** A policy file that can't be read; the message is for the operator. */
public final class PolicyException extends RuntimeException {
    private static final long serialVersionUID = 1;

    PolicyException(int line, String message) {
        super(line > 0 ? "line " + line + ": " + message : message);
    }

    PolicyException(String message, Throwable cause) {
        super(message, cause);
    }
}
