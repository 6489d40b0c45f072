package dev.stoa.identity;

import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A key as administrators see it: never the secret.
 *
 * @param hint its prefix and last characters
 * @param workspaceId that its requests count for
 * @param memberId whose requests they are
 * @param ofService whether that is a service account
 * @param disabledBy who switched it off; null where it is not, or where that was never written down
 */
public record ApiKey(
        UUID id,
        String name,
        String hint,
        UUID workspaceId,
        UUID memberId,
        boolean ofService,
        @Nullable UUID createdBy,
        Set<KeyScope> scopes,
        Status status,
        @Nullable UUID disabledBy,
        Instant createdAt,
        @Nullable Instant expiresAt,
        @Nullable Instant lastUsedAt) {

    /** Whether it works. */
    public enum Status {
        ACTIVE,
        /** Switched off; may be switched on again. */
        INACTIVE,
        /** Switched off for good. */
        ARCHIVED,
        EXPIRED
    }

    public ApiKey {
        scopes = Set.copyOf(scopes);
    }
}
