package dev.stoa.engine.grammar;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Numbers between two bounds, as they are written: digits compared from the left. Numbers with bounds have no exponent.
 *
 * @param low null for none
 * @param high null for none
 * @param multiples each number is a multiple of all of these
 */
record NumberRange(
        @Nullable BigDecimal low,
        boolean lowOpen,
        @Nullable BigDecimal high,
        boolean highOpen,
        List<BigDecimal> multiples) {

    static final NumberRange ALL = new NumberRange(null, false, null, false, List.of());

    private static final Pattern DIGIT = Pattern.chars('0', '9');
    private static final Pattern WHOLE = Pattern.choice(
            Pattern.literal("0"),
            Pattern.sequence(
                    Pattern.chars('1', '9'), new Pattern.Repeat(DIGIT, 0, GrammarLimits.INTEGER_DIGITS_MAX - 1)));
    private static final Pattern FRACTION =
            Pattern.sequence(Pattern.literal("."), new Pattern.Repeat(DIGIT, 1, GrammarLimits.FRACTION_DIGITS_MAX));
    private static final Pattern MINUS = Pattern.optional(Pattern.literal("-"));

    private static final Dfa PLAIN_INTEGER = dfa(WHOLE);
    private static final Dfa PLAIN_NUMBER = dfa(Pattern.sequence(WHOLE, Pattern.optional(FRACTION)));

    /** Whole numbers without bounds. */
    static final Dfa ANY_INTEGER = dfa(Pattern.sequence(MINUS, WHOLE));

    /** Numbers without bounds, perhaps with an exponent. */
    static final Dfa ANY_NUMBER = dfa(Pattern.sequence(
            MINUS,
            WHOLE,
            Pattern.optional(FRACTION),
            Pattern.optional(Pattern.sequence(
                    Pattern.chars('E', 'E', 'e', 'e'),
                    Pattern.optional(Pattern.chars('+', '+', '-', '-')),
                    new Pattern.Repeat(DIGIT, 1, 2)))));

    private static Dfa dfa(Pattern pattern) {
        return PatternCompiler.dfa(pattern, PatternCompiler.Form.TEXT);
    }

    boolean isAll() {
        return low == null && high == null && multiples.isEmpty();
    }

    NumberRange atLeast(BigDecimal bound, boolean open) {
        int order = low == null ? 1 : bound.compareTo(low);
        return order > 0 || order == 0 && open ? new NumberRange(bound, open, high, highOpen, multiples) : this;
    }

    NumberRange atMost(BigDecimal bound, boolean open) {
        int order = high == null ? -1 : bound.compareTo(high);
        return order < 0 || order == 0 && open ? new NumberRange(low, lowOpen, bound, open, multiples) : this;
    }

    NumberRange multiplesOf(BigDecimal divisor) {
        List<BigDecimal> more = new ArrayList<>(multiples);
        more.add(divisor);
        return new NumberRange(low, lowOpen, high, highOpen, List.copyOf(more));
    }

    boolean apart(NumberRange other) {
        return below(high, highOpen, other.low, other.lowOpen) || below(other.high, other.highOpen, low, lowOpen);
    }

    private static boolean below(
            @Nullable BigDecimal high, boolean highOpen, @Nullable BigDecimal low, boolean lowOpen) {
        if (high == null || low == null) {
            return false;
        }
        int order = high.compareTo(low);
        return order < 0 || order == 0 && (highOpen || lowOpen);
    }

    /** The words for the numbers in the range, at most two: without and with a minus sign. Empty if there are none. */
    List<Terminal> words(boolean integer, Work work) {
        if (isAll()) {
            return List.of(integer ? ANY_INTEGER : ANY_NUMBER);
        }
        List<Terminal> words = new ArrayList<>();
        magnitudes(integer, low, lowOpen, high, highOpen, work).ifPresent(words::add);
        magnitudes(integer, negated(high), highOpen, negated(low), lowOpen, work)
                .map(magnitudes -> withMinus(magnitudes, work))
                .ifPresent(words::add);
        return words;
    }

    private static @Nullable BigDecimal negated(@Nullable BigDecimal bound) {
        return bound == null ? null : bound.negate();
    }

    private static Dfa withMinus(Dfa magnitudes, Work work) {
        return Dfa.explore(
                        -1,
                        magnitudes.cuts('-'),
                        (state, b) -> {
                            int next = state < 0 ? b == '-' ? 0 : -1 : magnitudes.step(state, b);
                            return next < 0 ? Optional.empty() : Optional.of(next);
                        },
                        state -> state >= 0 && magnitudes.accepts(state),
                        work)
                .orElseThrow();
    }

    /** Numbers without a sign from {@code least} to {@code most}. */
    private Optional<Dfa> magnitudes(
            boolean integer,
            @Nullable BigDecimal least,
            boolean leastOpen,
            @Nullable BigDecimal most,
            boolean mostOpen,
            Work work) {
        if (most != null && (most.signum() < 0 || most.signum() == 0 && mostOpen)) {
            return Optional.empty();
        }
        Optional<Dfa> numbers = Optional.of(integer ? PLAIN_INTEGER : PLAIN_NUMBER);
        if (least != null && (least.signum() > 0 || least.signum() == 0 && leastOpen)) {
            numbers = both(numbers, words(compared(least, !leastOpen, true), work), work);
        }
        if (most != null) {
            numbers = both(numbers, words(compared(most, !mostOpen, false), work), work);
        }
        for (BigDecimal divisor : multiples) {
            numbers = both(numbers, multiplesDfa(divisor, work), work);
        }
        return numbers;
    }

    private static Optional<Dfa> words(Pattern pattern, Work work) {
        return PatternCompiler.compile(pattern, PatternCompiler.Form.TEXT, work);
    }

    private static Optional<Dfa> both(Optional<Dfa> a, Optional<Dfa> b, Work work) {
        return a.isEmpty() || b.isEmpty() ? Optional.empty() : a.get().and(b.get(), work);
    }

    /** Numbers above (or below) a bound that isn't negative, and the bound itself if {@code equal}. */
    private static Pattern compared(BigDecimal bound, boolean equal, boolean above) {
        String[] parts = bound.stripTrailingZeros().toPlainString().split("\\.");
        String whole = parts[0];
        String fraction = parts.length > 1 ? parts[1] : "";
        Pattern anyFraction = Pattern.optional(Pattern.sequence(Pattern.literal("."), Pattern.any(DIGIT)));
        List<Pattern> options = new ArrayList<>();
        for (Pattern other : otherWholes(whole, above)) {
            options.add(Pattern.sequence(other, anyFraction));
        }
        Pattern sameWhole = Pattern.literal(whole);
        if (above) {
            options.add(Pattern.sequence(sameWhole, fractionAbove(fraction, equal)));
        } else {
            fractionBelow(fraction, equal).forEach(each -> options.add(Pattern.sequence(sameWhole, each)));
        }
        return new Pattern.Choice(options);
    }

    /** Whole numbers greater (or less) than one. */
    private static List<Pattern> otherWholes(String whole, boolean above) {
        List<Pattern> options = new ArrayList<>();
        int length = whole.length();
        if (above) {
            options.add(new Pattern.Repeat(DIGIT, length + 1, Math.max(length + 1, GrammarLimits.INTEGER_DIGITS_MAX)));
        } else if (length > 1) {
            options.add(new Pattern.Repeat(DIGIT, 1, length - 1));
        }
        for (int i = 0; i < length; i++) {
            char digit = whole.charAt(i);
            int from = above ? digit + 1 : '0';
            int to = above ? '9' : digit - 1;
            if (from <= to) {
                options.add(Pattern.sequence(
                        Pattern.literal(whole.substring(0, i)),
                        Pattern.chars(from, to),
                        new Pattern.Repeat(DIGIT, length - i - 1, length - i - 1)));
            }
        }
        return options;
    }

    /** What may stand behind the same whole number. */
    private static Pattern fractionAbove(String fraction, boolean equal) {
        List<Pattern> options = new ArrayList<>();
        Pattern digits = Pattern.any(DIGIT);
        for (int i = 0; i < fraction.length(); i++) {
            if (fraction.charAt(i) < '9') {
                options.add(Pattern.sequence(
                        Pattern.literal("." + fraction.substring(0, i)),
                        Pattern.chars(fraction.charAt(i) + 1, '9'),
                        digits));
            }
        }
        Pattern same = fraction.isEmpty() ? Pattern.literal(".") : Pattern.literal("." + fraction);
        Pattern more = Pattern.sequence(Pattern.any(Pattern.literal("0")), Pattern.chars('1', '9'), digits);
        options.add(Pattern.sequence(same, more));
        if (equal) {
            options.add(Pattern.sequence(same, Pattern.any(Pattern.literal("0"))));
            if (fraction.isEmpty()) {
                options.add(Pattern.EMPTY);
            }
        }
        return new Pattern.Choice(options);
    }

    private static List<Pattern> fractionBelow(String fraction, boolean equal) {
        List<Pattern> options = new ArrayList<>();
        if (!fraction.isEmpty()) {
            options.add(Pattern.EMPTY);
        }
        for (int i = 0; i < fraction.length(); i++) {
            Pattern before = Pattern.literal("." + fraction.substring(0, i));
            if (i > 0) {
                options.add(before);
            }
            if (fraction.charAt(i) > '0') {
                options.add(Pattern.sequence(before, Pattern.chars('0', fraction.charAt(i) - 1), Pattern.any(DIGIT)));
            }
        }
        if (equal) {
            Pattern zeros = Pattern.any(Pattern.literal("0"));
            Pattern same = Pattern.sequence(Pattern.literal("." + fraction), zeros);
            options.add(fraction.isEmpty() ? Pattern.optional(same) : same);
        }
        return options;
    }

    /** Where a number stands: the remainder of its digits, and how many of them are behind the point; -1 before it. */
    private record Rest(int remainder, int behind, boolean any) {}

    private static Optional<Dfa> multiplesDfa(BigDecimal divisor, Work work) {
        BigDecimal stripped = divisor.stripTrailingZeros();
        int places = Math.max(0, stripped.scale());
        int modulus = stripped.movePointRight(places).intValueExact();
        return Dfa.explore(
                new Rest(0, -1, false),
                PLAIN_NUMBER.cuts('0', '1', '2', '3', '4', '5', '6', '7', '8', '9'),
                (rest, b) -> {
                    if (b == '.' && rest.any() && rest.behind() < 0 && places > 0) {
                        return Optional.of(new Rest(rest.remainder(), 0, true));
                    }
                    if (b < '0' || b > '9' || rest.behind() >= places) {
                        return Optional.empty();
                    }
                    int behind = rest.behind() < 0 ? -1 : rest.behind() + 1;
                    return Optional.of(new Rest((rest.remainder() * 10 + b - '0') % modulus, behind, true));
                },
                rest -> {
                    long value = rest.remainder();
                    for (int i = Math.max(0, rest.behind()); i < places; i++) {
                        value = value * 10 % modulus;
                    }
                    return rest.any() && rest.behind() != 0 && value % modulus == 0;
                },
                work);
    }
}
