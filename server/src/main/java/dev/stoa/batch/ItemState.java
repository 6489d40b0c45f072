package dev.stoa.batch;

import java.util.Locale;

/** Where an item of a batch stands. WAITING and RUNNING go to and fro; the others are ends. */
public enum ItemState {
    WAITING,
    RUNNING,
    SUCCEEDED,
    ERRORED,
    CANCELED,
    EXPIRED;

    /** As the database writes it. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    static ItemState of(String label) {
        return valueOf(label.toUpperCase(Locale.ROOT));
    }
}
