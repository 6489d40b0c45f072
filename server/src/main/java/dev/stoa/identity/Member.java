package dev.stoa.identity;

import java.util.UUID;

/** A person or a service of an organization. */
public record Member(UUID id, String name) {}
