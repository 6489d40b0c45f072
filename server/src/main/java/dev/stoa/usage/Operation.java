package dev.stoa.usage;

import java.util.Locale;

/** What was asked for: the well-known values of {@code gen_ai.operation.name}. */
public enum Operation {
    CHAT,
    TEXT_COMPLETION,
    EMBEDDINGS;

    /** The metric label. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
