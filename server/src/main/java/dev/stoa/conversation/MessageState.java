package dev.stoa.conversation;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/** Where a message stands. Questions are born COMPLETE, answers GENERATING. */
public enum MessageState {
    GENERATING,
    COMPLETE,
    /** By the user; the text so far is kept. */
    STOPPED,
    /** It ended early, at the end of a sentence, because the user had something to add. */
    STEERED,
    /** The server died in mid-answer; the text so far is kept. */
    INTERRUPTED,
    FAILED,
    /** By a safety policy. */
    REFUSED;

    /** The one table of what may follow what: a run ends once. */
    public boolean mayBecome(MessageState next) {
        return successors().contains(next);
    }

    private Set<MessageState> successors() {
        return switch (this) {
            case GENERATING -> EnumSet.of(COMPLETE, STOPPED, STEERED, INTERRUPTED, FAILED, REFUSED);
            case COMPLETE, STOPPED, STEERED, INTERRUPTED, FAILED, REFUSED -> EnumSet.noneOf(MessageState.class);
        };
    }

    /** The word in the API and in the database. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The end that a file tells of. One that was still being written when the file was made was cut off there. */
    static MessageState ended(String word) {
        return switch (word) {
            case "generating", "interrupted" -> INTERRUPTED;
            case "stopped" -> STOPPED;
            case "steered" -> STEERED;
            case "failed" -> FAILED;
            case "refused" -> REFUSED;
            default -> COMPLETE;
        };
    }

    static MessageState ofWord(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }
}
