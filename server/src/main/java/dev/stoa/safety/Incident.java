package dev.stoa.safety;

import dev.stoa.identity.Caller;
import java.time.Instant;
import java.util.UUID;

/**
 * A refusal on record. It carries no text: what was asked is the caller's.
 *
 * @param line of the policy's file, in that version
 */
record Incident(
        UUID id,
        Instant at,
        String requestId,
        Caller caller,
        Direction direction,
        String category,
        int line,
        String policyVersion) {

    /** Which way the text went. */
    enum Direction {
        INPUT,
        OUTPUT
    }
}
