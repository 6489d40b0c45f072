package dev.stoa.engine.sample;

import dev.stoa.engine.Sampling;
import java.util.HashMap;
import java.util.Map;

/** What penalties need to know: which tokens a request has seen, and how often it generated each. Not thread-safe. */
public final class TokenCounts {
    private final Sampling sampling;
    private final boolean needed;
    private final Map<Integer, Float> bias;
    /** Occurrences in the output by token; 0 for tokens of the prompt alone. */
    private final Map<Integer, Integer> generated = new HashMap<>();

    public TokenCounts(Sampling sampling, int[] prompt) {
        this(sampling, prompt, Map.of());
    }

    /** @param bias added to the logits of these tokens before the penalties */
    public TokenCounts(Sampling sampling, int[] prompt, Map<Integer, Float> bias) {
        this.sampling = sampling;
        this.bias = bias;
        this.needed = sampling.repetitionPenalty() != 1
                || sampling.presencePenalty() != 0
                || sampling.frequencyPenalty() != 0;
        if (needed) {
            for (int token : prompt) {
                generated.putIfAbsent(token, 0);
            }
        }
    }

    /** Counts a generated token. */
    public void add(int token) {
        if (needed) {
            generated.merge(token, 1, Integer::sum);
        }
    }

    /** Whether {@link #penalize} leaves all logits as they are. */
    boolean neutral() {
        return bias.isEmpty() && generated.isEmpty();
    }

    /** Applies bias and penalties to {@code logits[0 … vocabulary)}. */
    void penalize(float[] logits) {
        bias.forEach((token, value) -> logits[token] += value);
        generated.forEach((token, count) -> {
            float logit = logits[token];
            logit = logit > 0 ? logit / sampling.repetitionPenalty() : logit * sampling.repetitionPenalty();
            if (count > 0) {
                logit -= sampling.presencePenalty() + count * sampling.frequencyPenalty();
            }
            logits[token] = logit;
        });
    }
}
