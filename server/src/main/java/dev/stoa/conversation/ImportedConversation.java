package dev.stoa.conversation;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A conversation as a file has it.
 *
 * @param id the file's own name for it
 * @param instructions said to the model in it; "" for none
 * @param project the file's name of the project that it is in; null for none
 * @param messages parents before children
 */
record ImportedConversation(
        String id,
        String title,
        String instructions,
        @Nullable String project,
        List<ImportedMessage> messages) {

    /** Of its words alone. */
    ImportedConversation(String id, String title, List<ImportedMessage> messages) {
        this(id, title, "", null, messages);
    }

    /** @param parent the file's name of the message before it; null for a first one */
    record ImportedMessage(
            String id,
            @Nullable String parent,
            Message.Role role,
            String text,
            Steps steps,
            @Nullable String model,
            @Nullable Instant at,
            List<CarriedFile> files,
            Fate fate) {}

    /**
     * How a message stood in its thread.
     *
     * @param state of an answer, how it ended
     * @param error why it failed or was refused
     * @param together of a question, whether it was asked beside the one before it
     * @param chosen of an answer, the file's name of the one that is read in its place; null for none
     */
    record Fate(
            MessageState state,
            Message.@Nullable Problem error,
            boolean together,
            @Nullable String chosen) {
        /** Of a message that came to its end, alone. */
        static final Fate PLAIN = new Fate(MessageState.COMPLETE, null, false, null);
    }
}
