package dev.stoa.conversation;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A conversation of one member.
 *
 * @param title "" until the first question names it
 * @param model the one that was chosen for it; null takes the server's default at each question
 */
public record Conversation(
        UUID id, UUID memberId, String title, @Nullable String model, Instant createdAt, Instant updatedAt) {}
