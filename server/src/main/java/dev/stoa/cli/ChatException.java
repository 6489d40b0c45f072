package dev.stoa.cli;

import org.jspecify.annotations.Nullable;

/** A question that could not be answered; the message is in plain words, for the person. */
final class ChatException extends Exception {
    private static final long serialVersionUID = 1;

    private final boolean unreachable;

    ChatException(String message, boolean unreachable, @Nullable Throwable cause) {
        super(message, cause);
        this.unreachable = unreachable;
    }

    /** Whether no server answers there at all. */
    boolean unreachable() {
        return unreachable;
    }
}
