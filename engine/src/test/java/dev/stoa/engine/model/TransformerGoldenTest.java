package dev.stoa.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stoa.engine.KvType;
import dev.stoa.engine.cache.BlockPool;
import dev.stoa.engine.cache.KvSequence;
import dev.stoa.engine.cache.KvStorage;
import dev.stoa.engine.gguf.GgufFile;
import dev.stoa.engine.gguf.TestModels;
import dev.stoa.engine.golden.Golden;
import dev.stoa.engine.kernel.KernelChoice;
import dev.stoa.engine.kernel.Workers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Against llama.cpp's outputs, every step on llama.cpp's own tokens.
 *
 * <p>Both engines round activations to 8 bits before they meet quantised weights, each in its own way, so both differ
 * from what the file's weights say exactly: llama.cpp by up to 1.2 in a log probability. The exact answer is known too
 * ({@link Golden}), and at a few steps it is not llama.cpp's token (docs/decisions/0007). So two things hold. Up to
 * llama.cpp's first close step the id is the exact one wherever its margin is 0.1 or more, which is llama.cpp's own id but
 * for the one step that {@link #thereAreFewStepsWhereTheReferenceIsNotExact} names. And log probabilities are about as
 * close to the exact ones as llama.cpp's are.
 */
class TransformerGoldenTest {
    /** Below this distance between the two best, engines legitimately differ. */
    private static final double CLOSE = 0.1;

    /** The same after the reference's first close step, where the golden files' rule asks for nothing any more. */
    private static final double CLOSE_LATER = 0.2;

    /** How much farther from the exact answer than llama.cpp, on average over a model's prompts: room for chance. */
    private static final double ERROR_RATIO_MAX = 1.1;

    @Test
    void smollm2FollowsTheReference() {
        check(TestModels.smollm2(), Golden.smollm2());
    }

    @Test
    void gemma3FollowsTheReference() {
        check(TestModels.gemma3(), Golden.gemma3());
    }

    private static void check(Path path, List<Golden> prompts) {
        try (GgufFile file = GgufFile.open(path);
                Workers workers = new Workers(2)) {
            Model model = Model.load(file, workers);
            KvStorage storage = new KvStorage(model.kvLayout(KvType.BF16), 16);
            Transformer transformer = new Transformer(model, KernelChoice.make().kernels(), workers, storage, 128, 1);
            BlockPool pool = new BlockPool(16);
            Errors errors = new Errors();
            prompts.forEach(golden -> check(transformer, pool, golden, errors));
            pool.validate(List.of());
            assertThat(errors.ours / errors.theirs)
                    .as(
                            "%s: mean error %s, llama.cpp's %s",
                            path, errors.ours / errors.count, errors.theirs / errors.count)
                    .isLessThan(ERROR_RATIO_MAX);
        }
    }

    /** Sums of distances from the exact log probabilities. */
    private static final class Errors {
        double ours;
        double theirs;
        int count;

        void add(List<Golden.Candidate> top5, Map<Integer, Double> exact, float[] logits) {
            double total = Math.log(total(logits));
            for (Golden.Candidate each : top5) {
                double truth = Objects.requireNonNull(exact.get(each.id()));
                ours += Math.abs(logits[each.id()] - total - truth);
                theirs += Math.abs(each.logprob() - truth);
                count++;
            }
        }
    }

    private static void check(Transformer transformer, BlockPool pool, Golden golden, Errors errors) {
        int[] prompt = golden.promptIds();
        int[] output = golden.greedyIds();
        try (KvSequence sequence = new KvSequence(pool)) {
            assertThat(sequence.grow(prompt.length + output.length)).isTrue();
            StepBatch batch = new StepBatch(128);
            for (int i = 0; i < prompt.length; i++) {
                batch.add(sequence, i, prompt[i], i == prompt.length - 1);
            }
            for (int step = 0; step < output.length; step++) {
                transformer.forward(batch);
                float[] logits =
                        Arrays.copyOf(transformer.logits(), transformer.config().vocabulary());
                List<Golden.Exact> exact = golden.exact().get(step);
                if (margin(exact) >= (step < golden.firstCloseStep() ? CLOSE : CLOSE_LATER)) {
                    assertThat(highest(logits))
                            .as("%s, step %d", golden, step)
                            .isEqualTo(exact.get(0).id());
                }
                Map<Integer, Double> exactById =
                        exact.stream().collect(Collectors.toMap(Golden.Exact::id, Golden.Exact::logprob));
                errors.add(golden.top5().get(step), exactById, logits);
                batch.clear();
                batch.add(sequence, prompt.length + step, output[step], true);
            }
        }
    }

    @Test
    void thereAreFewStepsWhereTheReferenceIsNotExact() {
        List<String> steps = new ArrayList<>();
        Stream.of(Golden.smollm2(), Golden.gemma3()).flatMap(List::stream).forEach(golden -> {
            for (int step = 0; step < golden.greedyIds().length; step++) {
                List<Golden.Exact> exact = golden.exact().get(step);
                if (exact.get(0).id() != golden.greedyIds()[step] && margin(exact) >= CLOSE) {
                    steps.add(golden + ", step " + step);
                }
            }
        });
        assertThat(steps).containsExactly("gemma3-270m-q4_k_m.gguf chat, step 2");
    }

    private static double margin(List<Golden.Exact> best) {
        return best.get(0).logprob() - best.get(1).logprob();
    }

    private static double total(float[] logits) {
        double total = 0;
        for (float logit : logits) {
            total += Math.exp(logit);
        }
        return total;
    }

    private static int highest(float[] logits) {
        int best = 0;
        for (int id = 1; id < logits.length; id++) {
            best = logits[id] > logits[best] ? id : best;
        }
        return best;
    }

    @ParameterizedTest
    @EnumSource(KvType.class)
    void logitsAreTheSameBitsAloneTogetherChunkedAndOnAnyNumberOfThreads(KvType type) {
        int[] prompt = longPrompt();
        float[] alone = run(type, 1, prompt, List.of(prompt.length), false);
        Stream.of(List.of(1, 4, prompt.length), List.of(7, 40, prompt.length))
                .forEach(cuts -> assertThat(run(type, 2, prompt, cuts, false)).isEqualTo(alone));
        assertThat(run(type, 3, prompt, List.of(prompt.length), true)).isEqualTo(alone);
    }

    /** All prompts, one after the other: several pages. */
    private static int[] longPrompt() {
        return Golden.smollm2().stream()
                .flatMapToInt(golden -> Arrays.stream(golden.promptIds()))
                .limit(100)
                .toArray();
    }

    @Test
    void keysAndValuesInFewerBitsChangeLogitsLittle() {
        int[] prompt = longPrompt();
        float[] exact = run(KvType.F32, 2, prompt, List.of(prompt.length), false);
        // Measured: a root mean square of 0.11 (bfloat16) and 0.19 (8 bits); logits have a deviation of about 3.
        assertThat(distance(exact, run(KvType.BF16, 2, prompt, List.of(prompt.length), false)))
                .isBetween(1e-6, 0.3);
        assertThat(distance(exact, run(KvType.INT8, 2, prompt, List.of(prompt.length), false)))
                .isBetween(1e-6, 0.5);
    }

    private static double distance(float[] x, float[] y) {
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += ((double) x[i] - y[i]) * (x[i] - y[i]);
        }
        return Math.sqrt(sum / x.length);
    }

    /** Logits after the prompt, computed up to each cut in turn, with or without another sequence in the batch. */
    private static float[] run(KvType type, int threads, int[] prompt, List<Integer> cuts, boolean company) {
        try (GgufFile file = GgufFile.open(TestModels.smollm2());
                Workers workers = new Workers(threads)) {
            Model model = Model.load(file, workers);
            KvStorage storage = new KvStorage(model.kvLayout(type), 10);
            Transformer transformer = new Transformer(model, KernelChoice.make().kernels(), workers, storage, 128, 2);
            BlockPool pool = new BlockPool(10);
            KvSequence sequence = new KvSequence(pool);
            KvSequence other = new KvSequence(pool);
            assertThat(sequence.grow(prompt.length) && other.grow(20)).isTrue();
            StepBatch batch = new StepBatch(128);
            int from = 0;
            int logitRow = 0;
            for (int cut : cuts) {
                batch.clear();
                for (int i = 0; company && i < 20; i++) {
                    batch.add(other, i, 1000 + i, i == 19);
                }
                for (int i = from; i < cut; i++) {
                    logitRow = batch.add(sequence, i, prompt[i], i == prompt.length - 1);
                }
                transformer.forward(batch);
                from = cut;
            }
            int vocabulary = model.config().vocabulary();
            return Arrays.copyOfRange(transformer.logits(), logitRow * vocabulary, (logitRow + 1) * vocabulary);
        }
    }
}
