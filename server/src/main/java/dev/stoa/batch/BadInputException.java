package dev.stoa.batch;

/** An input that is refused as a whole; the message is written for the caller. */
public final class BadInputException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String code;
    private final int line;

    /**
     * @param code a word for programs, such as {@code duplicate_custom_id}
     * @param line that is at fault, from 1; 0 where it is none
     */
    public BadInputException(String code, String message, int line) {
        super(message);
        this.code = code;
        this.line = line;
    }

    public String code() {
        return code;
    }

    public int line() {
        return line;
    }
}
