package dev.stoa.engine.template;

/** Every limit on what a template may use. Real templates come nowhere near them. */
final class TemplateLimits {
    /** Chars of a template's source; the longest in use have 20,000. */
    static final int SOURCE_CHARS_MAX = 1 << 20;

    /** Expressions inside expressions and blocks inside blocks, so that parsing can't exhaust the stack. */
    static final int NESTING_MAX = 100;

    /** Macros that call macros. */
    static final int CALL_DEPTH_MAX = 50;

    /** Expressions evaluated inside one another; a chain of as many {@code +} counts too. */
    static final int EVALUATION_DEPTH_MAX = 500;

    /**
     * Statements run, turns of loops and expressions evaluated in one rendering, and one more for every 64 chars of a
     * string or elements of a list that an expression gives: a thousand messages take about 100,000. Bounds time and memory.
     */
    static final int STEPS_MAX = 5_000_000;

    /** Chars of the output and of any one string. */
    static final int TEXT_CHARS_MAX = 16 << 20;

    /** Elements of any one list that an expression makes. */
    static final int LIST_ELEMENTS_MAX = 100_000;

    private TemplateLimits() {}
}
