package dev.stoa.batch;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Where a batch stands; the table of its life. */
public enum BatchState {
    /** Its items are taken in; none runs. */
    VALIDATING,
    /** Its items wait, run or have ended. */
    IN_PROGRESS,
    /** Somebody asked for its end: what waits is canceled, what runs may finish. */
    CANCELLING,
    /** All items have ended; results are written where the protocol wants files. */
    FINALIZING,
    COMPLETED,
    /** Its time was over before all of its items were answered. */
    EXPIRED,
    CANCELLED,
    /** Its input was refused as a whole. */
    FAILED;

    private static final Map<BatchState, Set<BatchState>> NEXT = Map.of(
            VALIDATING, EnumSet.of(IN_PROGRESS, CANCELLING, FAILED),
            IN_PROGRESS, EnumSet.of(CANCELLING, FINALIZING),
            CANCELLING, EnumSet.of(FINALIZING),
            FINALIZING, EnumSet.of(COMPLETED, EXPIRED, CANCELLED));

    /** Whether a batch may go from here to there. */
    public boolean allows(BatchState next) {
        return NEXT.getOrDefault(this, Set.of()).contains(next);
    }

    /** Whether nothing changes any more. */
    public boolean ended() {
        return !NEXT.containsKey(this);
    }

    /** As the database writes it. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    static BatchState of(String label) {
        return valueOf(label.toUpperCase(Locale.ROOT));
    }
}
