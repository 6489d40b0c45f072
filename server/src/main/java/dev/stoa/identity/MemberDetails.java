package dev.stoa.identity;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A member as administrators see it.
 *
 * @param hasPassword whether it can sign in without a key
 * @param lastSeenAt the last use of one of its sessions or keys, to a minute; null if there was none
 */
public record MemberDetails(
        UUID id,
        String name,
        @Nullable String email,
        Role role,
        boolean hasPassword,
        Instant createdAt,
        @Nullable Instant lastSeenAt) {}
