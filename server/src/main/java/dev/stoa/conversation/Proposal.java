package dev.stoa.conversation;

import java.time.Instant;
import java.util.UUID;

/**
 * Something that a model proposes to keep in mind of a person.
 *
 * @param id also that of the memory it becomes
 * @param messageId the person's question that it comes from
 * @param text one sentence
 */
public record Proposal(UUID id, UUID messageId, String text, Instant createdAt) {}
