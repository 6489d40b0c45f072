package dev.stoa.identity;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A passkey as its owner sees it.
 *
 * @param name the owner's words for it
 * @param backedUp whether it is kept in more than one place, as by the account of a phone
 * @param lastUsedAt null where it never was
 */
public record Passkey(
        UUID id,
        String name,
        boolean backedUp,
        Instant createdAt,
        @Nullable Instant lastUsedAt) {}
