package dev.stoa.identity;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A way in through an OpenID Connect provider, as its owner sees it.
 *
 * @param label what the provider calls the person
 */
public record SignOn(
        UUID id,
        String issuer,
        String label,
        Instant createdAt,
        @Nullable Instant lastUsedAt) {}
