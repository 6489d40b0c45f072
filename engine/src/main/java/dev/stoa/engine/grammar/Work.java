package dev.stoa.engine.grammar;

/**
 * What one form may still take to compile, over all its parts. Whatever a form's size or shape can draw out spends of it:
 * a step is some nanoseconds, or some bytes that are held. For one thread.
 */
final class Work {
    /** A member of a set, or another object that is held. */
    static final int OBJECT = 32;

    /** A range of code points. */
    static final int RANGE = 32;

    /** A byte tried in a state of {@link Dfa#explore}. */
    static final int TRY = 8;

    /** A cell of a {@link Dfa}'s table, which a form keeps. */
    static final int CELL = 8;

    private long left = GrammarLimits.WORK_MAX;

    /** @throws Dfa.TooLarge if less than these steps are left */
    void spend(long steps) {
        left -= steps;
        if (left < 0) {
            throw new Dfa.TooLarge();
        }
    }
}
