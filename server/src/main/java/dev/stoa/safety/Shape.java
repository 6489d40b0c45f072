package dev.stoa.safety;

import java.util.List;
import java.util.function.IntPredicate;

/** What a regular expression is made of, as far as {@link PrefixAutomaton} must know. */
sealed interface Shape {

    /** One of Java's characters. */
    record OneOf(IntPredicate is) implements Shape {}

    /** Parts behind each other; none: the empty text. */
    record Sequence(List<Shape> parts) implements Shape {}

    /** One of the options. */
    record Choice(List<Shape> options) implements Shape {}

    /** @param most {@link #NO_END} for any number */
    record Repeat(Shape part, int least, int most) implements Shape {
        static final int NO_END = -1;
    }
}
