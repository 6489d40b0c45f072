package dev.stoa.identity;

import java.util.UUID;

/** A member of the organization in one of its workspaces. */
public record WorkspaceMember(UUID workspaceId, UUID memberId, WorkspaceRole role) {}
