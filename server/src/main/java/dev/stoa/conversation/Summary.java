package dev.stoa.conversation;

import java.time.Instant;
import java.util.UUID;

/**
 * What stands in prompts for the older part of a branch.
 *
 * @param messageId the last message that it covers
 */
public record Summary(UUID messageId, String text, String model, Instant createdAt) {}
