package dev.stoa.idempotency;

import java.util.UUID;

/** What became of a request under a key. */
public sealed interface Claim {

    /** It is the first: run it, then keep or release it. */
    record Mine(UUID token) implements Claim {}

    /** Another one runs under this key. */
    record Running() implements Claim {}

    /**
     * One has succeeded under this key.
     *
     * @param bodyBytes of its body: a longer one is another request
     */
    record Answered(long bodyBytes) implements Claim {}
}
