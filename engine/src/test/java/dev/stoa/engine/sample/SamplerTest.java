package dev.stoa.engine.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.stoa.engine.Generation.TokenLogprob;
import dev.stoa.engine.Sampling;
import dev.stoa.engine.kernel.ScalarKernels;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SamplerTest {
    private static final int DRAWS = 20_000;
    /** Probabilities 0.5, 0.3, 0.15, 0.05 at ids 2, 0, 3, 1. */
    private final float[] logits = {log(0.3), log(0.05), log(0.5), log(0.15)};

    private final Sampler sampler = new Sampler(new ScalarKernels(), 4);

    @Test
    void greedyTakesTheHighestAndTheLowestIdOnATie() {
        assertThat(draw(logits, Sampling.GREEDY, 0)).isEqualTo(2);
        assertThat(draw(new float[] {1, 3, 3, 3}, Sampling.GREEDY, 0)).isEqualTo(1);
    }

    @Test
    void aTemperatureNextToNothingIsGreedy() {
        for (float temperature : new float[] {Float.MIN_VALUE, 2e-39f, 1e-6f, 1e-4f}) {
            assertThat(draw(logits, sampling(temperature, 0, 1, 0), 0))
                    .as("%s", temperature)
                    .isEqualTo(2);
        }
        assertThat(sampling(2e-39f, 0, 1, 0).temperature()).isZero();
    }

    @Test
    void noRepetitionPenaltyMakesALogitInfinite() {
        for (float penalty : new float[] {0.1f, 10}) {
            Sampling repetition = new Sampling(1, 0, 1, 0, penalty, 0, 0, 0);
            float[] large = {-1e30f, 1e30f, 1, -1};
            assertThat(sampler.draw(large, 0, repetition, new TokenCounts(repetition, new int[] {0, 1}), 0))
                    .isEqualTo(1);
        }
        assertThatThrownBy(() -> new Sampling(1, 0, 1, 0, 1e-39f, 0, 0, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("repetition_penalty must be between 0.1 and 10");
    }

    @Test
    void drawsFollowTheProbabilities() {
        assertThat(shares(sampling(1, 0, 1, 0))).containsExactly(new double[] {0.3, 0.05, 0.5, 0.15}, within(0.015));
    }

    @Test
    void filtersKeepWhatTheyShould() {
        assertThat(shares(sampling(1, 2, 1, 0))).containsExactly(new double[] {0.375, 0, 0.625, 0}, within(0.015));
        assertThat(shares(sampling(1, 0, 0.9f, 0)))
                .containsExactly(new double[] {0.3 / 0.95, 0, 0.5 / 0.95, 0.15 / 0.95}, within(0.015));
        assertThat(shares(sampling(1, 0, 1, 0.5f))).containsExactly(new double[] {0.375, 0, 0.625, 0}, within(0.015));
        assertThat(shares(sampling(1, 2, 0.6f, 0))).containsExactly(new double[] {0, 0, 1, 0}, within(0.0));
    }

    @Test
    void sameSeedAndPositionGiveTheSameToken() {
        Sampling sampling = sampling(1, 0, 1, 0);
        for (int position = 0; position < 50; position++) {
            assertThat(draw(logits, sampling, position)).isEqualTo(draw(logits, sampling, position));
        }
    }

    @Test
    void penaltiesCountPromptAndOutput() {
        Sampling repetition = new Sampling(0, 0, 1, 0, 2, 0, 0, 0);
        float[] positive = {4, 3, 5, 1};
        assertThat(sampler.draw(positive, 0, repetition, new TokenCounts(repetition, new int[] {2}), 0))
                .isZero();
        Sampling presence = new Sampling(0, 0, 1, 0, 1, 1.5f, 0, 0);
        TokenCounts counts = new TokenCounts(presence, new int[] {0});
        counts.add(2);
        assertThat(sampler.draw(positive, 0, presence, counts, 0)).isZero();
    }

    @Test
    void aBiasMovesTheDrawAndNotTheLogprob() {
        TokenCounts banned = new TokenCounts(Sampling.GREEDY, new int[] {0}, Map.of(2, -100f));
        assertThat(sampler.draw(logits, 0, Sampling.GREEDY, banned, 0)).isZero();
        TokenCounts forced = new TokenCounts(Sampling.GREEDY, new int[] {0}, Map.of(1, 100f));
        assertThat(sampler.draw(logits, 0, sampling(1, 0, 1, 0), forced, 0)).isEqualTo(1);
        assertThat(sampler.logprob(logits, 0, 1, 0).logprob()).isCloseTo(Math.log(0.05), within(1e-5));
    }

    @Test
    void frequencyCountsEveryOccurrence() {
        Sampling frequency = new Sampling(0, 0, 1, 0, 1, 0, 0.6f, 0);
        TokenCounts counts = new TokenCounts(frequency, new int[] {2, 2, 2});
        float[] close = {4, 3, 5, 1};
        counts.add(2);
        assertThat(sampler.draw(close, 0, frequency, counts, 0)).isEqualTo(2);
        counts.add(2);
        assertThat(sampler.draw(close, 0, frequency, counts, 0)).isZero();
    }

    @Test
    void minPIsRelativeToTheMostLikely() {
        // The bound is 0.5 · 0.2 = 0.1: 0.15 stays, 0.05 goes.
        assertThat(shares(sampling(1, 0, 1, 0.2f)))
                .containsExactly(new double[] {0.3 / 0.95, 0, 0.5 / 0.95, 0.15 / 0.95}, within(0.015));
    }

    @Test
    void logprobsAreOfTheWholeDistribution() {
        TokenLogprob logprob = sampler.logprob(logits, 0, 3, 2);
        assertThat(logprob.logprob()).isCloseTo(Math.log(0.15), within(1e-5));
        assertThat(logprob.top()).extracting(each -> each.token()).containsExactly(2, 0);
        assertThat(logprob.top().get(0).logprob()).isCloseTo(Math.log(0.5), within(1e-5));
    }

    @Test
    void numbersThatAreNoDistributionAreRefused() {
        for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
            float[] broken = {1, bad, 0, 0};
            assertThatThrownBy(() -> draw(broken, Sampling.GREEDY, 0)).isInstanceOf(InvalidLogitsException.class);
            assertThatThrownBy(() -> draw(broken, sampling(1, 0, 1, 0), 0)).isInstanceOf(InvalidLogitsException.class);
        }
    }

    private static Sampling sampling(float temperature, int topK, float topP, float minP) {
        return new Sampling(temperature, topK, topP, minP, 1, 0, 0, 42);
    }

    private static float log(double p) {
        return (float) Math.log(p);
    }

    private int draw(float[] from, Sampling sampling, long position) {
        return sampler.draw(from, 0, sampling, new TokenCounts(sampling, new int[] {0}), position);
    }

    private double[] shares(Sampling sampling) {
        double[] counts = new double[4];
        for (int position = 0; position < DRAWS; position++) {
            counts[draw(logits, sampling, position)]++;
        }
        return Arrays.stream(counts).map(count -> count / DRAWS).toArray();
    }
}
