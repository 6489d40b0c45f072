package dev.stoa.identity;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What a key may be used for. */
public enum KeyScope {
    /** The developer API: messages, completions, models. */
    INFERENCE,
    /** Signing in to the chat page. */
    CHAT,
    /** The Admin API, where its member is an administrator. */
    ADMIN;

    /** As the API and the database write it. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<KeyScope> of(String label) {
        return Arrays.stream(values())
                .filter(scope -> scope.label().equals(label))
                .findFirst();
    }
}
