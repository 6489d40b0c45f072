package dev.stoa.identity;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A part of an organization, with keys, limits and usage of its own. */
public record Workspace(
        UUID id, String name, Instant createdAt, @Nullable Instant archivedAt) {}
