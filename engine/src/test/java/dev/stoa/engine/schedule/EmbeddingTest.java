package dev.stoa.engine.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stoa.engine.EngineOptions;
import dev.stoa.engine.EngineRejectedException;
import dev.stoa.engine.EngineRequest;
import dev.stoa.engine.Generation;
import dev.stoa.engine.Pooling;
import dev.stoa.engine.Sampling;
import dev.stoa.engine.Scheduling;
import dev.stoa.engine.gguf.GgufFile;
import dev.stoa.engine.gguf.TensorInfo;
import dev.stoa.engine.gguf.TestModels;
import dev.stoa.engine.kernel.Dequantizer;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Vectors from the hidden states of a real model, in steps of 24 rows beside generations. */
class EmbeddingTest {
    private static final String TEXT = "The capital of France is";
    private static LocalEngine engine;

    @BeforeAll
    static void load() {
        engine =
                LocalEngine.open(TestModels.smollm2(), new EngineOptions(2, OptionalInt.of(160), 4, 32, 64L << 20, 24));
    }

    @AfterAll
    static void closeAndValidate() {
        engine.close();
        engine.validate();
    }

    /** The output matrix of this model is its embeddings, so the last state must point at the token that is drawn. */
    @Test
    void theLastStateIsWhatTheNextTokenIsDrawnFrom() throws InterruptedException {
        int[] tokens = engine.encode(TEXT, false);
        float[] last = embed(List.of(tokens), Pooling.LAST).getFirst();
        Generation generation = engine.submit(new EngineRequest(tokens, 1, Sampling.GREEDY));
        generation.forEach(_ -> {});
        assertThat(likeliest(last)).isEqualTo(generation.tokens()[tokens.length]);
    }

    @Test
    void aVectorIsTheSameAloneAndInAnyCompany() throws InterruptedException {
        List<int[]> texts = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            texts.add(engine.encode(TEXT + " number " + i + " and more".repeat(5 * i), false));
        }
        for (Pooling pooling : Pooling.values()) {
            Generation beside = engine.submit(new EngineRequest(texts.getFirst(), 60, Sampling.GREEDY));
            List<float[]> together = embed(texts, pooling);
            beside.cancel();
            for (int i = 0; i < texts.size(); i++) {
                assertThat(embed(List.of(texts.get(i)), pooling).getFirst())
                        .as("%s of text %d", pooling, i)
                        .isEqualTo(together.get(i));
            }
        }
    }

    @Test
    void aVectorHasLengthOneAndTheMeanOfOneTokenIsItsState() throws InterruptedException {
        int[] token = {engine.encode(TEXT, false)[0]};
        float[] mean = embed(List.of(token), Pooling.MEAN).getFirst();
        assertThat(mean).isEqualTo(embed(List.of(token), Pooling.LAST).getFirst());
        assertThat(dot(mean, mean)).isBetween(1 - 1e-5, 1 + 1e-5);
        float[] other = embed(List.of(engine.encode(TEXT, false)), Pooling.MEAN).getFirst();
        assertThat(other)
                .isNotEqualTo(
                        embed(List.of(engine.encode(TEXT, false)), Pooling.LAST).getFirst());
    }

    @Test
    void whatCanNeverFitIsRefusedAndNothingIsQueued() {
        List<int[]> texts = List.of(engine.encode(TEXT, false), engine.encode("far too long ".repeat(80), false));
        assertThatThrownBy(() -> embed(texts, Pooling.MEAN)).isInstanceOf(EngineRejectedException.class);
        assertThatThrownBy(() -> embed(List.of(new int[0]), Pooling.MEAN)).isInstanceOf(IllegalArgumentException.class);
        assertThat(engine.metrics().waiting()).isZero();
    }

    private static List<float[]> embed(List<int[]> texts, Pooling pooling) throws InterruptedException {
        return engine.embed(texts, pooling, Scheduling.DEFAULT);
    }

    private static int likeliest(float[] state) {
        try (GgufFile file = GgufFile.open(TestModels.smollm2())) {
            TensorInfo tensor = file.tensor("token_embd.weight");
            Dequantizer rows = new Dequantizer(tensor.type(), state.length);
            float[] row = new float[state.length];
            int best = -1;
            double most = Double.NEGATIVE_INFINITY;
            for (int token = 0; token < tensor.dimension(1); token++) {
                rows.row(file.data(tensor), token, row, 0);
                double score = dot(state, row);
                if (score > most) {
                    most = score;
                    best = token;
                }
            }
            return best;
        }
    }

    private static double dot(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (double) a[i] * b[i];
        }
        return sum;
    }
}
