package dev.stoa.engine;

import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What an output may be, beyond how it is drawn.
 *
 * @param constraint the form of the whole text; the model can end its turn only where the form is complete
 * @param logitBias added to the logits of these tokens before all else; -100 bans and 100 forces in practice
 * @param shownTokens control tokens whose spelling is part of the text; all others are not shown
 */
public record OutputControl(Optional<Constraint> constraint, Map<Integer, Float> logitBias, Set<Integer> shownTokens) {
    /** No bounds. */
    public static final OutputControl NONE = new OutputControl(Optional.empty(), Map.of(), Set.of());

    private static final float BIAS_MAX = 100;

    /** @throws IllegalArgumentException if a bias is out of range */
    public OutputControl {
        logitBias = Map.copyOf(logitBias);
        shownTokens = Set.copyOf(shownTokens);
        if (!logitBias.values().stream().allMatch(bias -> Math.abs(bias) <= BIAS_MAX)) {
            throw new IllegalArgumentException("a logit bias must be between -100 and 100");
        }
    }

    public OutputControl withConstraint(Constraint form) {
        return new OutputControl(Optional.of(form), logitBias, shownTokens);
    }

    public OutputControl withLogitBias(Map<Integer, Float> bias) {
        return new OutputControl(constraint, bias, shownTokens);
    }

    public OutputControl withShownTokens(Set<Integer> tokens) {
        return new OutputControl(constraint, logitBias, tokens);
    }
}
