package dev.stoa.engine.json;

/** A text that is no JSON value, or beyond the limits of {@link Json}. The message says what and where. */
public final class JsonException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    JsonException(String message) {
        super(message);
    }
}
