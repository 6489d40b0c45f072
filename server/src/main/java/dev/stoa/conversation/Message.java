package dev.stoa.conversation;

import dev.stoa.conversation.Feedback.Opinion;
import dev.stoa.inference.TokenUsage;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A node of a conversation's tree.
 *
 * @param parentId the answer that a question follows, null for a first one; the question that an answer is for
 * @param steps of an answer: what the model did before and between its words
 * @param attachments of a question, in their order
 * @param error why an answer failed or was refused
 * @param model of a question, the one asked for; of an answer, the one that writes it
 * @param opinion what the person thinks of an answer, if it said so
 * @param together of a question, whether it was asked beside the one before it: its answer knows the thread up to
 *     {@code contextId} only
 * @param contextId null where that is nothing of the thread, or {@code together} is false
 * @param chosenId of an answer, the other answer to its question that is read in its place; null for none
 * @param usage tokens of an answer, once it has ended
 */
public record Message(
        UUID id,
        UUID conversationId,
        @Nullable UUID parentId,
        Role role,
        String text,
        Steps steps,
        List<Attachment> attachments,
        MessageState state,
        @Nullable Problem error,
        @Nullable String model,
        @Nullable TokenUsage usage,
        @Nullable Opinion opinion,
        boolean together,
        @Nullable UUID contextId,
        @Nullable UUID chosenId,
        Instant createdAt) {
    public Message {
        attachments = List.copyOf(attachments);
    }

    /** Who speaks. */
    public enum Role {
        USER,
        ASSISTANT;

        /** The word in the API and in the database. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** @throws StoaException INVALID_REQUEST naming the field, if it is none */
        public static Role ofWord(String field, String word) {
            return switch (word) {
                case "user" -> USER;
                case "assistant" -> ASSISTANT;
                default -> throw TextRules.invalid(field, "must be user or assistant");
            };
        }

        static Role ofWord(String word) {
            return valueOf(word.toUpperCase(Locale.ROOT));
        }
    }

    /** Why an answer is not what was asked for, in words for the person who asked. */
    public record Problem(String type, String message) {
        public static final Problem INTERNAL = of(ErrorKind.INTERNAL, "Something went wrong on the server. Try again.");

        static Problem of(ErrorKind kind, String message) {
            return new Problem(kind.name().toLowerCase(Locale.ROOT), message);
        }
    }

    /** How much of it is here. */
    public Progress progress() {
        return new Progress(text.length(), steps.length());
    }

    /** Whether a run still writes it. */
    public boolean generating() {
        return state == MessageState.GENERATING;
    }

    /** This answer as its run left it. */
    Message ended(Ending ending) {
        if (!state.mayBecome(ending.state())) {
            throw new IllegalStateException(state + " may not become " + ending.state());
        }
        return new Message(
                id,
                conversationId,
                parentId,
                role,
                ending.text(),
                ending.steps(),
                attachments,
                ending.state(),
                ending.error(),
                model,
                ending.usage(),
                opinion,
                together,
                contextId,
                chosenId,
                createdAt);
    }
}
