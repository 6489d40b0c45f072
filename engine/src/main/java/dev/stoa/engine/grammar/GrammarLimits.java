package dev.stoa.engine.grammar;

/** Every limit on what a form may cost. Forms come from clients, so each has a bound, and one beyond it is refused. */
final class GrammarLimits {
    /** Chars of a schema or a regular expression. */
    static final int SOURCE_CHARS_MAX = 1 << 18;

    /** Combinations of {@code anyOf} and {@code oneOf} branches at one place. */
    static final int ALTERNATIVES_MAX = 256;

    /** Nodes of a compiled form: a schema of 1,000 properties has about 8,000. */
    static final int NODES_MAX = 100_000;

    /** States while a regular expression is compiled. */
    static final int NFA_STATES_MAX = 200_000;

    /** States of one compiled text pattern: what a length of 1,000 takes where any character may stand. */
    static final int DFA_STATES_MAX = 20_000;

    /**
     * Members of all the sets of states that one text pattern's states stand for, 4 bytes each. Where a part may end
     * anywhere before the next one begins ({@code [ab]{0,5000}[ab]{0,5000}}), each set has thousands.
     */
    static final int STATE_MEMBERS_MAX = 4_000_000;

    /**
     * Steps of {@link Work} that a form may take to compile in all: about a second on one core, and some hundred megabytes
     * that are held. A schema of 1,000 properties takes less than a tenth of it.
     */
    static final long WORK_MAX = 200_000_000;

    /** Times that a regular expression's {@code {m,n}} repeats. */
    static final int REPEAT_MAX = 5_000;

    /** Elements and members that an array or object may be told to have at least. */
    static final int COUNT_MAX = 100_000;

    /** Named properties times counts that {@code minProperties} and {@code maxProperties} make an object track. */
    static final int PROPERTY_COUNTS_MAX = 10_000;

    /** Groups inside groups of a regular expression, schemas inside schemas at one place. */
    static final int NESTING_MAX = 100;

    /** Chars of a JSON pointer to a part of a schema; they are written for each part anew. */
    static final int POINTER_CHARS_MAX = 4_096;

    /** Open arrays, objects and parts of an output at once; deeper ones can't be begun. */
    static final int OUTPUT_DEPTH_MAX = 128;

    /** Digits of a number before its point; more is beyond what programs read exactly. */
    static final int INTEGER_DIGITS_MAX = 15;

    /** Digits of a number behind its point. */
    static final int FRACTION_DIGITS_MAX = 15;

    /** The largest {@code multipleOf}, in units of its last digit. */
    static final int MULTIPLE_MAX = 10_000;

    /** Spaces after a line break between the parts of a JSON text. */
    static final int INDENT_MAX = 32;

    /** Places in an output that an automaton remembers; beyond it starts to forget. */
    static final int PLACES_REMEMBERED_MAX = 5_000;

    /** Words that those places are in, all together: behind a comma, an output may be in as many as there are properties. */
    static final int THREADS_REMEMBERED_MAX = 500_000;

    /** Bytes of token sets that an automaton remembers. Places with the same tokens share a set. */
    static final long SET_BYTES_MAX = 16L << 20;

    private GrammarLimits() {}
}
