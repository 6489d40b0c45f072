package dev.stoa.inference;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How long a model is offered. The dates decide, so that a retirement that was announced happens by itself.
 *
 * @param deprecatedAt from when on callers are told to move; null for not at all
 * @param retiresAt from when on it is refused; null for not at all
 * @param replacement the name to use instead, a model's or an alias; null where none is known
 */
public record Lifecycle(
        @Nullable Instant deprecatedAt,
        @Nullable Instant retiresAt,
        @Nullable String replacement) {
    public static final Lifecycle ENDLESS = new Lifecycle(null, null, null);

    /** Where a model stands. */
    public enum State {
        ACTIVE,
        DEPRECATED,
        RETIRED
    }

    public State at(Instant now) {
        if (retiresAt != null && !now.isBefore(retiresAt)) {
            return State.RETIRED;
        }
        return deprecatedAt != null && !now.isBefore(deprecatedAt) ? State.DEPRECATED : State.ACTIVE;
    }
}
