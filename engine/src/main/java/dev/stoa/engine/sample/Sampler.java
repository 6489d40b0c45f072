package dev.stoa.engine.sample;

import dev.stoa.engine.Generation.Alternative;
import dev.stoa.engine.Generation.TokenLogprob;
import dev.stoa.engine.Sampling;
import dev.stoa.engine.grammar.TokenSet;
import dev.stoa.engine.kernel.Kernels;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Draws tokens. Holds buffers of the vocabulary's size: one for the engine thread. */
public final class Sampler {
    private final Kernels kernels;
    private final int vocabulary;
    /** Logits, then unnormalised probabilities: shape {@code [vocabulary]}, padded to whole kernel pages. */
    private final float[] weights;

    private final float[] partial = new float[Kernels.PARTIAL_SUMS];

    private final TopHeap heap;
    /** The ids that passed the filters, heaviest first. */
    private final int[] kept;

    public Sampler(Kernels kernels, int vocabulary) {
        this.kernels = kernels;
        this.vocabulary = vocabulary;
        this.weights = new float[padded(vocabulary)];
        this.heap = new TopHeap(vocabulary);
        this.kept = new int[vocabulary];
    }

    private static int padded(int vocabulary) {
        return (vocabulary + Kernels.PAGE - 1) / Kernels.PAGE * Kernels.PAGE;
    }

    /**
     * Draws a token.
     *
     * @param logits shape {@code [vocabulary]} from {@code at}; not changed
     * @param position of the token to draw in its sequence
     * @throws InvalidLogitsException if a logit is NaN or +∞
     */
    public int draw(float[] logits, int at, Sampling sampling, TokenCounts counts, long position) {
        return draw(logits, at, sampling, counts, position, null);
    }

    /**
     * As above, of some tokens only: the others have no share of the probability.
     *
     * @param allowed not empty; null for all
     */
    public int draw(
            float[] logits, int at, Sampling sampling, TokenCounts counts, long position, @Nullable TokenSet allowed) {
        if (sampling.temperature() == 0 && allowed == null && counts.neutral()) {
            return highest(logits, at);
        }
        System.arraycopy(logits, at, weights, 0, vocabulary);
        counts.penalize(weights);
        if (allowed != null) {
            allowed.replaceOthers(weights, Float.NEGATIVE_INFINITY);
        }
        if (sampling.temperature() == 0) {
            return highest(weights, 0);
        }
        double total = toWeights(sampling.temperature());
        if (allowed != null) {
            allowed.replaceOthers(weights, 0);
        }
        double draw = CounterRandom.uniform(sampling.seed(), position);
        boolean filtered = sampling.topK() > 0 || sampling.topP() < 1 || sampling.minP() > 0;
        return filtered ? drawFiltered(sampling, total, draw) : drawAny(total * draw);
    }

    /**
     * The natural logarithm of a token's probability, with the {@code top} most likely tokens.
     *
     * @throws InvalidLogitsException if a logit is NaN or +∞
     */
    public TokenLogprob logprob(float[] logits, int at, int token, int top) {
        System.arraycopy(logits, at, weights, 0, vocabulary);
        float max = weights[highest(weights, 0)];
        double logTotal = StrictMath.log(toWeights(1));
        List<Alternative> alternatives = new ArrayList<>(top);
        if (top > 0) {
            heap.fill(weights, vocabulary, 0);
            while (alternatives.size() < top && !heap.isEmpty()) {
                int id = heap.poll();
                alternatives.add(new Alternative(id, logits[at + id] - max - logTotal));
            }
        }
        return new TokenLogprob(token, logits[at + token] - max - logTotal, alternatives);
    }

    private int highest(float[] values, int at) {
        int best = kernels.argmax(values, at, vocabulary);
        if (best < 0) {
            throw new InvalidLogitsException();
        }
        return best;
    }

    /** Turns logits into {@code e^((logit − max) / temperature)} and returns their sum. */
    private float toWeights(float temperature) {
        float sum = kernels.softmax(weights, 0, 0, vocabulary, weights.length, 1 / temperature, partial);
        if (!(sum >= 1 && sum < Float.POSITIVE_INFINITY)) {
            throw new InvalidLogitsException();
        }
        return sum;
    }

    private int drawAny(double target) {
        double sum = 0;
        int last = 0;
        for (int id = 0; id < vocabulary; id++) {
            sum += weights[id];
            if (weights[id] > 0) {
                last = id;
                if (sum > target) {
                    return id;
                }
            }
        }
        return last;
    }

    private int drawFiltered(Sampling sampling, double total, double draw) {
        // The most likely token has weight 1, so min-p is a plain bound on weights; applied early it changes nothing.
        boolean onlyMinP = sampling.topK() == 0 && sampling.topP() == 1;
        heap.fill(weights, vocabulary, onlyMinP ? Math.max(sampling.minP(), Float.MIN_VALUE) : Float.MIN_VALUE);
        int count = 0;
        int limit = sampling.topK() == 0 ? vocabulary : Math.min(sampling.topK(), vocabulary);
        double sum = 0;
        double enough = sampling.topK() == 0 && sampling.topP() < 1 ? sampling.topP() * total : Double.MAX_VALUE;
        while (count < limit && sum < enough && !heap.isEmpty()) {
            kept[count] = heap.poll();
            sum += weights[kept[count]];
            count++;
        }
        if (sampling.topK() > 0 && sampling.topP() < 1) {
            count = smallestSet(count, sampling.topP() * sum);
        }
        while (count > 1 && weights[kept[count - 1]] < sampling.minP()) {
            count--;
        }
        return drawKept(count, draw);
    }

    /** How many of the first ids it takes to reach {@code enough}. */
    private int smallestSet(int count, double enough) {
        double sum = 0;
        for (int i = 0; i < count; i++) {
            sum += weights[kept[i]];
            if (sum >= enough) {
                return i + 1;
            }
        }
        return count;
    }

    private int drawKept(int count, double draw) {
        double total = 0;
        for (int i = 0; i < count; i++) {
            total += weights[kept[i]];
        }
        double target = total * draw;
        double sum = 0;
        for (int i = 0; i < count; i++) {
            sum += weights[kept[i]];
            if (sum > target) {
                return kept[i];
            }
        }
        return kept[count - 1];
    }
}
