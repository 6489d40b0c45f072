package dev.stoa.conversation;

import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** What becomes of a question that is asked while another of its thread is being answered. */
public enum Policy {
    /** Answered now, beside the running one, from the same snapshot of the thread. */
    TOGETHER,
    /** Waits until the running one has ended. */
    AFTER,
    /** Stops the running one. */
    INSTEAD,
    /** Ends the running one at its next sentence, and the model goes on with both in view. */
    STEER;

    /** The word in the API and in the database. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws StoaException INVALID_REQUEST naming the field */
    public static Policy ofWord(String field, String word) {
        return Arrays.stream(values())
                .filter(policy -> policy.word().equals(word))
                .findFirst()
                .orElseThrow(() -> new StoaException(
                        ErrorKind.INVALID_REQUEST,
                        field + ": must be one of "
                                + Arrays.stream(values()).map(Policy::word).collect(Collectors.joining(", "))));
    }
}
