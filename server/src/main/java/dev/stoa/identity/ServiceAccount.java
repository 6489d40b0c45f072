package dev.stoa.identity;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A member that is a program: it has keys, and no other way in.
 *
 * @param role ADMIN or DEVELOPER
 * @param archivedAt since when it has no way in at all; null while it has
 */
public record ServiceAccount(
        UUID id,
        String name,
        Role role,
        Instant createdAt,
        @Nullable Instant archivedAt) {}
