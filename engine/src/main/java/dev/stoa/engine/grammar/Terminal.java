package dev.stoa.engine.grammar;

/**
 * A set of byte strings, recognised byte by byte. Every state can still come to an accepting one. Immutable and
 * thread-safe.
 */
sealed interface Terminal permits Dfa, StringTerminal {
    /** No state: the bytes belong to no string of the set. */
    long DEAD = -1;

    long start();

    /** The state after one more byte, 0 to 255, or {@link #DEAD}. */
    long next(long state, int unsignedByte);

    /** Whether the bytes so far are a string of the set. */
    boolean accepts(long state);

    /** Whether no string of the set goes on from here. */
    boolean ends(long state);

    /** The same number for states that behave alike for the next {@code bytes} bytes. */
    long likeness(long state, int bytes);
}
