package dev.stoa.engine.grammar;

import dev.stoa.engine.Constraint;
import dev.stoa.engine.ConstraintException;
import dev.stoa.engine.tokenizer.Tokenizer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** The forms that one model's requests have asked for, compiled; the last used ones are kept. Thread-safe. */
public final class Forms {
    /** Clients ask for the same few schemas again and again; each may remember some megabytes. */
    private static final int KEPT_MAX = 32;

    private final Tokenizer tokenizer;
    private final Map<Constraint, Automaton> kept = new LinkedHashMap<>(16, 0.75f, true);
    /** By the control tokens that their forms name; a model has one or two of these. */
    private final Map<Set<Integer>, TokenTrie> tries = new HashMap<>();

    public Forms(Tokenizer tokenizer) {
        this.tokenizer = tokenizer;
    }

    /**
     * A new output of this form. Compiles it at its first use, on the calling thread.
     *
     * @throws ConstraintException if it can't be compiled
     */
    public TokenMatcher matcher(Constraint form) {
        synchronized (kept) {
            Automaton known = kept.get(form);
            if (known != null) {
                return known.matcher();
            }
        }
        Automaton made = FormCompiler.compile(form, trie(form));
        synchronized (kept) {
            kept.put(form, made);
            if (kept.size() > KEPT_MAX) {
                kept.remove(kept.keySet().iterator().next());
            }
        }
        TokenMatcher matcher = made.matcher();
        // The first tokens, and the words that most forms hold, are found here and not on the engine's thread.
        matcher.allowed();
        return matcher;
    }

    private TokenTrie trie(Constraint form) {
        Set<Integer> named = new HashSet<>();
        addNamed(form, named);
        synchronized (kept) {
            return tries.computeIfAbsent(named, controls -> TokenTrie.of(tokenizer, controls));
        }
    }

    /** Control tokens that are markers of the form: a model begins a call with one of them. */
    private void addNamed(Constraint form, Set<Integer> named) {
        switch (form) {
            case Constraint.Until(String marker) -> addNamed(marker, named);
            case Constraint.Without(String marker) -> addNamed(marker, named);
            case Constraint.Sequence sequence -> sequence.parts().forEach(part -> addNamed(part, named));
            case Constraint.Choice choice -> choice.options().forEach(option -> addNamed(option, named));
            case Constraint.Repeat repeat -> addNamed(repeat.part(), named);
            // A literal that is a control token's spelling, no more.
            case Constraint.Literal(String text) -> addNamed(text, named);
            case Constraint.JsonSchema _, Constraint.Regex _ -> {}
        }
    }

    private void addNamed(String marker, Set<Integer> named) {
        int id = tokenizer.id(marker);
        if (id >= 0 && tokenizer.isControl(id) && !tokenizer.isEndOfGeneration(id)) {
            named.add(id);
        }
    }
}
