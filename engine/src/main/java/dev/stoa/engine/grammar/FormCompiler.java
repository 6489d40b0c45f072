package dev.stoa.engine.grammar;

import dev.stoa.engine.Constraint;
import dev.stoa.engine.ConstraintException;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.Optional;

/** Makes an {@link Automaton} of a {@link Constraint}. */
public final class FormCompiler {
    private FormCompiler() {}

    /**
     * Compiles a form for a vocabulary. Takes milliseconds; a large schema, tens of them; none, more than {@link
     * GrammarLimits#WORK_MAX} allows.
     *
     * @throws ConstraintException if it isn't valid, not supported, or beyond a limit
     */
    public static Automaton compile(Constraint form, TokenTrie vocabulary) {
        try {
            return compiled(form, vocabulary);
        } catch (Dfa.TooLarge e) {
            ConstraintException refusal = new ConstraintException("", "the form takes too much work to compile");
            refusal.initCause(e);
            throw refusal;
        }
    }

    private static Automaton compiled(Constraint form, TokenTrie vocabulary) {
        Work work = new Work();
        Node root = node(form, 0, work);
        int nodes = Depths.find(root, work);
        if (nodes > GrammarLimits.NODES_MAX) {
            throw new ConstraintException("", "the form takes more than " + GrammarLimits.NODES_MAX + " parts");
        }
        if (root.depth() > GrammarLimits.OUTPUT_DEPTH_MAX) {
            throw new ConstraintException("", "no text can have this form");
        }
        return new Automaton(root, vocabulary);
    }

    private static Node node(Constraint form, int depth, Work work) {
        if (depth > GrammarLimits.NESTING_MAX) {
            throw new ConstraintException("", "the form is nested deeper than " + GrammarLimits.NESTING_MAX);
        }
        return switch (form) {
            case Constraint.JsonSchema(String schema) -> SchemaCompiler.compile(schema, work);
            case Constraint.Regex(String source) -> word(RegexParser.whole(source, "", work), work);
            case Constraint.Literal(String text) ->
                text.isEmpty() ? new Node.Sequence() : word(Pattern.literal(text), work);
            case Constraint.Until(String marker) -> new Node.Word(search(marker, true, work));
            case Constraint.Without(String marker) -> new Node.Word(search(marker, false, work));
            case Constraint.Sequence sequence ->
                new Node.Sequence(sequence.parts().stream()
                        .map(part -> node(part, depth + 1, work))
                        .toList());
            case Constraint.Choice choice ->
                new Node.Choice(choice.options().stream()
                        .map(option -> node(option, depth + 1, work))
                        .toList());
            case Constraint.Repeat(Constraint part, int min, int max) -> repeat(node(part, depth + 1, work), min, max);
        };
    }

    private static Node repeat(Node body, int min, int max) {
        if (min < 0 || max < min) {
            throw new ConstraintException("", "a repetition from " + min + " to " + max);
        }
        if (Emptiness.mayBeEmpty(body)) {
            throw new ConstraintException("", "what may be empty can't be repeated");
        }
        return max == 0 ? new Node.Sequence() : new Node.Repeat(body, min, max);
    }

    private static Node word(Pattern pattern, Work work) {
        Optional<Dfa> dfa = PatternCompiler.compile(pattern, PatternCompiler.Form.TEXT, work);
        return new Node.Word(dfa.orElseThrow(() -> new ConstraintException("", "no text can have this form")));
    }

    /** Text up to the end of the first marker, or without one: the automaton of Knuth, Morris and Pratt (1977). */
    private static Dfa search(String marker, boolean until, Work work) {
        byte[] bytes = marker.getBytes(StandardCharsets.UTF_8);
        if (bytes.length == 0) {
            throw new ConstraintException("", "a marker must not be empty");
        }
        int[] fallback = new int[bytes.length];
        for (int i = 1, k = 0; i < bytes.length; i++) {
            while (k > 0 && bytes[k] != bytes[i]) {
                k = fallback[k - 1];
            }
            k += bytes[k] == bytes[i] ? 1 : 0;
            fallback[i] = k;
        }
        // The text around must be UTF-8 too, so that it ends between characters.
        Dfa characters = PatternCompiler.dfa(Pattern.any(new Pattern.OneOf(CodePoints.ALL)), PatternCompiler.Form.TEXT);
        BitSet cuts = characters.cuts();
        for (byte b : bytes) {
            cuts.set(b & 0xff, (b & 0xff) + 2);
        }
        return Dfa.explore(
                        0L,
                        cuts,
                        (pair, b) -> {
                            int matched = pair.intValue();
                            int character = characters.step((int) (pair >> 32), b);
                            if (matched == bytes.length || character < 0) {
                                return Optional.empty();
                            }
                            while (matched > 0 && (bytes[matched] & 0xff) != b) {
                                matched = fallback[matched - 1];
                            }
                            matched += (bytes[matched] & 0xff) == b ? 1 : 0;
                            boolean gone = matched == bytes.length && !until;
                            return gone ? Optional.empty() : Optional.of((long) character << 32 | matched);
                        },
                        pair -> until ? pair.intValue() == bytes.length : characters.accepts(pair >> 32),
                        work)
                .orElseThrow();
    }
}
