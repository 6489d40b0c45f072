package dev.stoa.conversation;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A question that waits its turn.
 *
 * @param replyId the id that its answer will have
 * @param afterId the answer whose end it waits for
 */
public record Queued(
        UUID id,
        UUID replyId,
        UUID conversationId,
        UUID afterId,
        String text,
        List<Attachment> attachments,
        @Nullable String model,
        Instant createdAt) {
    public Queued {
        attachments = List.copyOf(attachments);
    }
}
