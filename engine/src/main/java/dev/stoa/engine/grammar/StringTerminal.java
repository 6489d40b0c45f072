package dev.stoa.engine.grammar;

/**
 * A JSON string, quotes included, of a number of characters between two bounds; a character may be escaped in every way
 * that JSON knows. It counts instead of having states for each length, so a bound of a million costs nothing.
 */
final class StringTerminal implements Terminal {
    /** One character between the quotes; a pair of surrogate escapes is one. */
    private static final Dfa CHARACTER = character();

    /** The string of any length. */
    static final StringTerminal ANY = new StringTerminal(0, Pattern.UNBOUNDED);

    private static final long BEFORE = 1L << 62;
    private static final long AFTER = 1L << 61;
    private static final int UNIT_BITS = 8;

    /** Places within a character are below this. */
    static final int UNITS_MAX = 1 << UNIT_BITS;

    private final int min;
    private final int max;

    /** @param max {@link Pattern#UNBOUNDED} for no bound */
    StringTerminal(int min, int max) {
        this.min = min;
        this.max = max;
    }

    private static Dfa character() {
        Pattern hex = Pattern.chars('0', '9', 'A', 'F', 'a', 'f');
        Pattern dToF = Pattern.chars('D', 'D', 'd', 'd');
        Pattern high = Pattern.sequence(dToF, Pattern.chars('8', '9', 'A', 'B', 'a', 'b'), hex, hex);
        Pattern low = Pattern.sequence(dToF, Pattern.chars('C', 'F', 'c', 'f'), hex, hex);
        Pattern alone = Pattern.choice(
                Pattern.sequence(Pattern.chars('0', '9', 'A', 'C', 'E', 'F', 'a', 'c', 'e', 'f'), hex, hex, hex),
                Pattern.sequence(dToF, Pattern.chars('0', '7'), hex, hex));
        Pattern unicode = Pattern.literal("\\u");
        Pattern plain =
                new Pattern.OneOf(CodePoints.of(0, 0x1F, '"', '"', '\\', '\\').complement());
        Pattern simple = Pattern.sequence(
                Pattern.literal("\\"),
                Pattern.chars('"', '"', '\\', '\\', '/', '/', 'b', 'b', 'f', 'f', 'n', 'n', 'r', 'r', 't', 't'));
        return PatternCompiler.dfa(
                Pattern.choice(
                        plain, simple, Pattern.sequence(unicode, alone), Pattern.sequence(unicode, high, unicode, low)),
                PatternCompiler.Form.TEXT);
    }

    @Override
    public long start() {
        return BEFORE;
    }

    @Override
    public long next(long state, int unsignedByte) {
        if (state == BEFORE) {
            return unsignedByte == '"' ? 0 : DEAD;
        }
        if (state == AFTER) {
            return DEAD;
        }
        int unit = (int) (state & ((1 << UNIT_BITS) - 1));
        long count = state >> UNIT_BITS;
        if (unit == 0) {
            if (unsignedByte == '"') {
                return count >= min ? AFTER : DEAD;
            }
            if (count >= max) {
                return DEAD;
            }
        }
        int next = CHARACTER.step(unit, unsignedByte);
        if (next < 0) {
            return DEAD;
        }
        if (!CHARACTER.accepts(next)) {
            return count << UNIT_BITS | next;
        }
        long more = max == Pattern.UNBOUNDED ? Math.min(count + 1, min) : count + 1;
        return more << UNIT_BITS;
    }

    @Override
    public boolean accepts(long state) {
        return state == AFTER;
    }

    @Override
    public boolean ends(long state) {
        return state == AFTER;
    }

    @Override
    public long likeness(long state, int bytes) {
        if (state == BEFORE || state == AFTER) {
            return state;
        }
        return unit(state) | Math.min(lacking(state), bytes) << UNIT_BITS | Math.min(left(state), bytes) << 32;
    }

    /** Whether a state is between the quotes. */
    static boolean inside(long state) {
        return state != BEFORE && state != AFTER;
    }

    /** The place within the present character of a state between the quotes; 0 before each character. */
    static int unit(long state) {
        return (int) (state & (UNITS_MAX - 1));
    }

    /** Characters of a state between the quotes, one that is only begun included. */
    static int taken(long state) {
        return (int) (state >> UNIT_BITS) + (unit(state) == 0 ? 0 : 1);
    }

    /** Characters that are lacking to the least number. */
    long lacking(long state) {
        return Math.max(0, min - (state >> UNIT_BITS));
    }

    /** Characters that may still come, the present one included. */
    long left(long state) {
        return max == Pattern.UNBOUNDED ? Long.MAX_VALUE : max - (state >> UNIT_BITS);
    }
}
