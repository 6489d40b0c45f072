package dev.stoa.admission;

import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Whose requests a limit counts together.
 *
 * @param id of the organization, workspace, member or key
 * @param model the one model that the limit is about; null for all of them together
 */
public record Scope(Kind kind, UUID id, @Nullable String model) {

    /** From the widest to the narrowest. */
    public enum Kind {
        ORGANIZATION,
        WORKSPACE,
        /** A person, by whatever key or session. */
        MEMBER,
        /** An API key, or a browser's session. */
        KEY
    }

    /** Its name in the store: one for each scope, of bounded length. */
    String key() {
        return kind.name().toLowerCase(Locale.ROOT) + ":" + id + (model == null ? "" : ":" + model);
    }

    /** For people. */
    String description() {
        String who = switch (kind) {
            case ORGANIZATION -> "organization";
            case WORKSPACE -> "workspace";
            case MEMBER -> "person";
            case KEY -> "key";
        };
        return "This " + who + (model == null ? "" : ", for the model " + model + ",");
    }
}
