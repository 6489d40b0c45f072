package dev.stoa.engine.grammar;

import java.util.Optional;

/** Where one output stands in its form. For one thread at a time. */
public final class TokenMatcher {
    private final Automaton automaton;
    private Automaton.Place place;

    TokenMatcher(Automaton automaton) {
        this.automaton = automaton;
        this.place = automaton.start();
    }

    /** The tokens that may be next; those that end an answer are among them where the output is complete. */
    public TokenSet allowed() {
        return automaton.tokens(place);
    }

    /** Whether the output may end here. */
    public boolean complete() {
        return automaton.complete(place);
    }

    /** Whether the output is complete and nothing can follow. */
    public boolean finished() {
        return automaton.finished(place);
    }

    /**
     * Moves on by a token that doesn't end the answer.
     *
     * @return false if it isn't allowed; the matcher then stays where it was
     */
    public boolean accept(int token) {
        Optional<Automaton.Place> next = automaton.after(place, token);
        next.ifPresent(found -> place = found);
        return next.isPresent();
    }
}
