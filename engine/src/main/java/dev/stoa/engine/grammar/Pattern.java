package dev.stoa.engine.grammar;

import java.util.ArrayList;
import java.util.List;

/** A regular expression, taken apart. */
sealed interface Pattern {
    /** As often as it likes. */
    int UNBOUNDED = Integer.MAX_VALUE;

    Pattern EMPTY = new Sequence(List.of());

    /** One of these characters. */
    record OneOf(CodePoints set) implements Pattern {}

    record Sequence(List<Pattern> parts) implements Pattern {}

    record Choice(List<Pattern> options) implements Pattern {}

    record Repeat(Pattern body, int min, int max) implements Pattern {}

    /** The beginning or the end of the text; gone once {@link RegexParser} is done. */
    enum Anchor implements Pattern {
        BEGIN,
        END
    }

    static Pattern sequence(Pattern... parts) {
        return new Sequence(List.of(parts));
    }

    static Pattern choice(Pattern... options) {
        return new Choice(List.of(options));
    }

    static Pattern optional(Pattern body) {
        return new Repeat(body, 0, 1);
    }

    static Pattern any(Pattern body) {
        return new Repeat(body, 0, UNBOUNDED);
    }

    static Pattern chars(int... ranges) {
        return new OneOf(CodePoints.of(ranges));
    }

    static Pattern literal(String text) {
        List<Pattern> parts = new ArrayList<>();
        text.codePoints().forEach(c -> parts.add(new OneOf(CodePoints.single(c))));
        return new Sequence(parts);
    }
}
