package dev.stoa.identity;

import java.time.Instant;
import java.util.UUID;

/** A member as administrators see it. */
public record MemberDetails(UUID id, String name, String role, Instant createdAt) {}
