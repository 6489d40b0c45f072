package dev.stoa.identity;

import java.time.Instant;
import java.util.UUID;

/**
 * A browser that is signed in, as its owner sees it.
 *
 * @param current whether it is the one that asks
 * @param byKey opened with an API key, so that it ends with the key
 */
public record DeviceSession(
        UUID id,
        boolean current,
        boolean byKey,
        String userAgent,
        String address,
        Instant createdAt,
        Instant lastUsedAt) {}
