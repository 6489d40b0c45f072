package dev.stoa.engine;

/** A {@link Constraint} that can't be compiled: not valid, not supported, or beyond a limit. */
public final class ConstraintException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    private final String pointer;

    /** @param pointer the JSON pointer of the offending keyword in a schema (RFC 6901); empty for the whole of it */
    public ConstraintException(String pointer, String message) {
        super(pointer.isEmpty() ? message : pointer + ": " + message);
        this.pointer = pointer;
    }

    /** The JSON pointer of the offending keyword in a schema (RFC 6901); empty for the whole of it. */
    public String pointer() {
        return pointer;
    }
}
