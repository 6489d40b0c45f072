package dev.stoa.identity;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What a member may do. */
public enum Role {
    /** Runs the server: all that an administrator may, and decides who else is an operator. */
    OPERATOR,
    /** Administers the organization: people, keys, workspaces, limits. */
    ADMIN,
    /** Uses the chat and the API. */
    DEVELOPER,
    /** Uses the chat. */
    USER;

    /** As the API and the database write it. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<Role> of(String label) {
        return Arrays.stream(values())
                .filter(role -> role.label().equals(label))
                .findFirst();
    }

    public boolean administers() {
        return this == OPERATOR || this == ADMIN;
    }

    /** Whether one of this role uses the API, with keys of their own. */
    public boolean develops() {
        return this != USER;
    }

    /** Whether one of this role may give or take the other, or act on whoever has it. */
    public boolean mayRule(Role other) {
        return this == OPERATOR || (this == ADMIN && other != OPERATOR);
    }
}
