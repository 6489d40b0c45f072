package dev.stoa.engine.grammar;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A form, compiled: a context-free grammar whose words are {@link Terminal}s. Two nodes are equal only if they are the
 * same.
 */
abstract sealed class Node {
    /** Depth of a node that can never be completed. */
    static final int NEVER = Integer.MAX_VALUE / 2;

    /** The least number of parts that are open at once while this is completed; see {@link Depths}. */
    private int depth = NEVER;

    int depth() {
        return depth;
    }

    void depth(int least) {
        depth = least;
    }

    /** A word. */
    static final class Word extends Node {
        private final Terminal terminal;

        Word(Terminal terminal) {
            this.terminal = terminal;
        }

        Terminal terminal() {
            return terminal;
        }
    }

    /** One after the other; of no parts, the empty text. */
    static final class Sequence extends Node {
        private final List<Node> parts;

        Sequence(Node... parts) {
            this(List.of(parts));
        }

        Sequence(List<Node> parts) {
            this.parts = List.copyOf(parts);
        }

        List<Node> parts() {
            return parts;
        }
    }

    /** One of them; of no options, nothing at all. */
    static final class Choice extends Node {
        private final List<Node> options;

        Choice(List<? extends Node> options) {
            this.options = List.copyOf(options);
        }

        List<Node> options() {
            return options;
        }
    }

    /** Many one after the other; the body is never empty. */
    static final class Repeat extends Node {
        private final Node body;
        private final int min;
        private final int max;

        Repeat(Node body, int min, int max) {
            assert min >= 0 && min <= max;
            this.body = body;
            this.min = min;
            this.max = max;
        }

        Node body() {
            return body;
        }

        int min() {
            return min;
        }

        /** {@link Pattern#UNBOUNDED} for no bound. */
        int max() {
            return max;
        }
    }

    /** A node by its name: what it stands for is set once, later, as it may contain itself. */
    static final class Rule extends Node {
        private @Nullable Node body;

        Node body() {
            return Objects.requireNonNull(body, "a rule without a body");
        }

        void body(Node node) {
            assert body == null : "a rule has one body";
            body = node;
        }
    }
}
