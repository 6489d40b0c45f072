package dev.stoa.conversation;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A conversation of one member.
 *
 * @param title "" until the first question names it
 * @param model the one that was chosen for it; null takes the server's default at each question
 * @param policy what becomes of a question that is asked while another is being answered
 * @param instructions what is said to the model in it, besides what holds for all; "" for nothing
 * @param projectId the folder that it is in
 * @param draft what is typed and not sent
 * @param readId the last message that was read
 * @param version grows with every change of it or in it, over all conversations of the member
 * @param pinned kept at the head of the list
 * @param archived kept out of the list
 * @param deleted hidden, and gone for good after {@link ConversationLimits#UNDELETE_TIME}
 */
public record Conversation(
        UUID id,
        UUID memberId,
        String title,
        @Nullable String model,
        Policy policy,
        String instructions,
        @Nullable UUID projectId,
        String draft,
        @Nullable UUID readId,
        Instant createdAt,
        Instant updatedAt,
        long version,
        boolean pinned,
        boolean archived,
        boolean deleted) {}
