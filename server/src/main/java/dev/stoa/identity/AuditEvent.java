package dev.stoa.identity;

import java.time.Instant;
import java.util.UUID;

/**
 * What an administrator did.
 *
 * @param action such as {@code api_key.created}
 * @param subject what it was done to, an id
 * @param detail a JSON object
 */
public record AuditEvent(
        UUID id, Instant at, UUID memberId, UUID credentialId, String action, String subject, String detail) {}
