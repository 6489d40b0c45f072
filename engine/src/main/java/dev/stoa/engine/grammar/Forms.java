package dev.stoa.engine.grammar;

import dev.stoa.engine.Constraint;
import dev.stoa.engine.ConstraintException;
import dev.stoa.engine.tokenizer.Tokenizer;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The forms that one model's requests have asked for, compiled; the last used ones are kept. Thread-safe. */
public final class Forms {
    /** Clients ask for the same few schemas again and again; each may remember some megabytes. */
    private static final int KEPT_MAX = 32;

    private final Tokenizer tokenizer;
    private final Map<Constraint, Automaton> kept = new LinkedHashMap<>(16, 0.75f, true);
    private @Nullable TokenTrie trie;

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
        Automaton made = FormCompiler.compile(form, trie());
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

    private TokenTrie trie() {
        synchronized (kept) {
            TokenTrie made = trie;
            if (made == null) {
                made = TokenTrie.of(tokenizer);
                trie = made;
            }
            return made;
        }
    }
}
