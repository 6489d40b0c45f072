package dev.stoa.identity;

import java.util.UUID;

/**
 * Who asks, as established once per request.
 *
 * @param credentialId the API key or session that was shown
 */
public record Caller(UUID organizationId, UUID workspaceId, UUID memberId, UUID credentialId) {}
