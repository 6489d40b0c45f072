package dev.stoa.conversation;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A conversation as a file has it.
 *
 * @param id the file's own name for it
 * @param messages parents before children
 */
record ImportedConversation(String id, String title, List<ImportedMessage> messages) {

    /** @param parent the file's name of the message before it; null for a first one */
    record ImportedMessage(
            String id,
            @Nullable String parent,
            Message.Role role,
            String text,
            @Nullable String model,
            @Nullable Instant at,
            List<CarriedFile> files) {}
}
