package dev.stoa.conversation;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Some conversations, last changed first.
 *
 * @param next where the next page begins; null on the last one
 */
public record Page(
        List<Conversation> conversations, @Nullable String next) {
    public Page {
        conversations = List.copyOf(conversations);
    }
}
