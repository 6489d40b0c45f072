package dev.stoa.response;

import java.util.Locale;

/** How far a response is. */
public enum ResponseStatus {
    QUEUED,
    IN_PROGRESS,
    COMPLETED,
    /** Cut off by a limit or by the safety policy. */
    INCOMPLETE,
    FAILED,
    CANCELLED;

    /** As the protocol and the database write it. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws IllegalArgumentException if it is none */
    public static ResponseStatus of(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }

    /** Whether nothing changes any more. */
    public boolean ended() {
        return this != QUEUED && this != IN_PROGRESS;
    }
}
