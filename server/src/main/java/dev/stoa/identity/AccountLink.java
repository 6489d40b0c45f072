package dev.stoa.identity;

import java.time.Instant;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A link that lets one person in, once.
 *
 * @param email whom it is for; null where whoever has the link chooses
 * @param role that an invitation gives
 * @param memberId whose password; for an invitation the member that came of it, null before
 */
public record AccountLink(
        UUID id,
        UUID organizationId,
        Kind kind,
        @Nullable String email,
        Role role,
        @Nullable UUID memberId,
        UUID createdBy,
        Instant createdAt,
        Instant expiresAt,
        Status status) {

    /** What it is for. */
    public enum Kind {
        INVITATION,
        PASSWORD_RESET;

        /** As the API and the database write it. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** What has become of it: from PENDING to one of the others, and no further. */
    public enum Status {
        PENDING,
        ACCEPTED,
        WITHDRAWN,
        EXPIRED
    }
}
