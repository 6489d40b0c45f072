package dev.stoa.identity;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A person or a service of an organization.
 *
 * @param email what it signs in by; null for one that has only keys
 */
public record Member(UUID id, String name, @Nullable String email, Role role) {}
