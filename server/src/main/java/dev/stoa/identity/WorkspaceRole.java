package dev.stoa.identity;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What a member who is no administrator may do with the keys of a workspace. */
public enum WorkspaceRole {
    /** Nothing more than elsewhere. */
    WORKSPACE_USER,
    /** Make, see and change its own. */
    WORKSPACE_DEVELOPER,
    /** See, switch off and archive all of them, and make its own. */
    WORKSPACE_ADMIN;

    /** As the API and the database write it. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<WorkspaceRole> of(String label) {
        return Arrays.stream(values())
                .filter(role -> role.label().equals(label))
                .findFirst();
    }
}
