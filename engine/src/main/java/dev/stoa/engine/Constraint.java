package dev.stoa.engine;

import java.util.List;

/**
 * A form that an output must have, from its first character to its last. Forms are compiled when a request is submitted;
 * one that can't be is refused with a {@link ConstraintException}.
 */
public sealed interface Constraint {
    /** As many times as a {@link Repeat} likes. */
    int UNBOUNDED = Integer.MAX_VALUE;

    /** One JSON value that a schema (draft 2020-12) allows; what is supported: {@code dev.stoa.engine.grammar}. */
    record JsonSchema(String schema) implements Constraint {
        /** Any JSON object. */
        public static final JsonSchema ANY_OBJECT = new JsonSchema("{\"type\":\"object\"}");
    }

    /** A text that the whole regular expression matches; the dialect: {@code dev.stoa.engine.grammar}. */
    record Regex(String pattern) implements Constraint {}

    /** Exactly this text. */
    record Literal(String text) implements Constraint {}

    /** Any text up to the first {@code marker}, and the marker. */
    record Until(String marker) implements Constraint {}

    /** Any text that the marker is no part of. */
    record Without(String marker) implements Constraint {}

    /** One after the other. */
    record Sequence(List<Constraint> parts) implements Constraint {
        public Sequence {
            parts = List.copyOf(parts);
        }

        public Sequence(Constraint... parts) {
            this(List.of(parts));
        }
    }

    /** One of them. */
    record Choice(List<Constraint> options) implements Constraint {
        public Choice {
            options = List.copyOf(options);
        }
    }

    /** From {@code min} to {@code max} times one after the other. */
    record Repeat(Constraint part, int min, int max) implements Constraint {}
}
