package dev.stoa.engine.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stoa.engine.EngineRequest;
import dev.stoa.engine.Generation.Finish;
import dev.stoa.engine.Priority;
import dev.stoa.engine.Sampling;
import dev.stoa.engine.Scheduling;
import dev.stoa.engine.gguf.GgufFile;
import dev.stoa.engine.gguf.TensorType;
import dev.stoa.engine.gguf.TestModels;
import dev.stoa.engine.gguf.TinyModel;
import dev.stoa.engine.kernel.KernelChoice;
import dev.stoa.engine.kernel.Kernels;
import dev.stoa.engine.kernel.Workers;
import dev.stoa.engine.model.Model;
import dev.stoa.engine.schedule.Mix.Conditions;
import dev.stoa.engine.schedule.Mix.Output;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A request's output, token by token and logits bit by bit, is the same alone and in any company: whatever the batch,
 * the chunks of the prompt, what was preempted, what was found in the cache, what was guessed, and how many threads
 * compute.
 * {@code -Dstoa.test.seed} repeats a run.
 */
class SameBytesTest {
    private static final int MIXES = 1_000;
    private static final int REQUESTS_MAX = 6;
    private static final Conditions ALONE = new Conditions(TinyModel.CONTEXT / 16, 1, 64, false, 0, 0);

    private final long seed = Long.getLong("stoa.test.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final Kernels kernels = KernelChoice.make().kernels();
    private int vocabulary = TinyModel.VOCABULARY;
    private long preemptions;
    private long cached;
    private long accepted;
    private int compared;

    @Test
    void aThousandMixesOfATinyModel(@TempDir Path folder) {
        System.out.println("same bytes: -Dstoa.test.seed=" + seed);
        for (TensorType type : List.of(TensorType.Q4_1, TensorType.Q8_0)) {
            Path path = TinyModel.write(folder.resolve(type + ".gguf"), type, random.nextLong());
            try (GgufFile file = GgufFile.open(path);
                    Workers one = new Workers(1);
                    Workers two = new Workers(2);
                    Workers three = new Workers(3)) {
                Mix mix = new Mix(Model.load(file, one), kernels);
                List<Workers> threads = List.of(one, two, three);
                for (int i = 0; i < MIXES / 2; i++) {
                    compare(mix, requests(60, 12), threads, one);
                }
            }
        }
        System.out.println("same bytes: " + compared + " outputs, " + preemptions + " preemptions, " + cached
                + " tokens from the cache, " + accepted + " guesses right");
        assertThat(accepted).isPositive();
        assertThat(preemptions).isPositive();
        assertThat(cached).isPositive();
    }

    @Test
    void aFewMixesOfARealModel() {
        try (GgufFile file = GgufFile.open(TestModels.smollm2());
                Workers one = new Workers(1);
                Workers two = new Workers(2)) {
            Model model = Model.load(file, two);
            vocabulary = model.config().vocabulary();
            Mix mix = new Mix(model, kernels);
            for (int i = 0; i < 3; i++) {
                compare(mix, requests(40, 5), List.of(one, two), two);
            }
        }
    }

    private void compare(Mix mix, List<EngineRequest> requests, List<Workers> threads, Workers alone) {
        int longest = requests.stream()
                .mapToInt(request -> request.prompt().length + request.maxTokens())
                .max()
                .orElseThrow();
        int least = (longest + 15) / 16;
        Conditions how = new Conditions(
                least + random.nextInt(2 * least),
                1 + random.nextInt(REQUESTS_MAX),
                1 + random.nextInt(40),
                random.nextInt(4) > 0,
                random.nextInt(8),
                random.nextInt(2) * random.nextInt(9));
        List<Integer> cancelled = random.nextInt(4) == 0 ? List.of(random.nextInt(requests.size())) : List.of();
        Workers workers = threads.get(random.nextInt(threads.size()));
        List<Output> together = mix.run(requests, how, workers, cancelled);
        preemptions += mix.preemptions();
        accepted += mix.accepted();
        for (int i = 0; i < requests.size(); i++) {
            Output expected =
                    mix.run(List.of(requests.get(i)), ALONE, alone, List.of()).getFirst();
            String name = "request " + i + " of " + requests.size() + ", " + how + ", seed " + seed;
            Output output = together.get(i);
            cached += output.cached();
            compared++;
            if (output.finish() == Finish.CANCELLED) {
                int said = output.tokens().size();
                assertThat(output.tokens()).as(name).isEqualTo(expected.tokens().subList(0, said));
            } else {
                assertThat(output.tokens()).as(name).isEqualTo(expected.tokens());
                assertThat(output.finish()).as(name).isEqualTo(expected.finish());
                assertThat(output.logits()).as(name).hasSameSizeAs(expected.logits());
            }
            output.logits()
                    .forEach((position, logits) -> assertThat(
                                    Arrays.equals(logits, expected.logits().get(position)))
                            .as("logits of position %d, %s", position, name)
                            .isTrue());
        }
    }

    /** Requests of which some begin alike, some are the same but for the seed, and some go on from another's tokens. */
    private List<EngineRequest> requests(int promptMax, int outputMax) {
        List<EngineRequest> requests = new ArrayList<>();
        int[] beginning = tokens(random.nextInt(promptMax));
        int count = 1 + random.nextInt(REQUESTS_MAX);
        for (int i = 0; i < count; i++) {
            int[] prompt = switch (random.nextInt(4)) {
                case 0 -> tokens(1 + random.nextInt(promptMax));
                case 1 ->
                    requests.isEmpty()
                            ? tokens(1 + random.nextInt(promptMax))
                            : requests.get(random.nextInt(requests.size())).prompt();
                default -> joined(beginning, tokens(1 + random.nextInt(20)));
            };
            int maxTokens = 1 + random.nextInt(outputMax);
            int[] begun =
                    maxTokens > 1 && random.nextInt(6) == 0 ? tokens(1 + random.nextInt(maxTokens - 1)) : new int[0];
            requests.add(new EngineRequest(prompt, maxTokens, sampling(), List.of(), -1, begun)
                    .withScheduling(Scheduling.DEFAULT.withPriority(Priority.values()[random.nextInt(3)])));
        }
        return requests;
    }

    private Sampling sampling() {
        if (random.nextBoolean()) {
            return Sampling.GREEDY;
        }
        return new Sampling(
                0.5f + random.nextFloat(),
                random.nextInt(3) * 20,
                random.nextBoolean() ? 1 : 0.9f,
                0,
                random.nextBoolean() ? 1 : 1.2f,
                random.nextInt(2) * 0.5f,
                random.nextInt(2) * 0.5f,
                random.nextLong());
    }

    private int[] tokens(int count) {
        return random.ints(count, 0, vocabulary).toArray();
    }

    private static int[] joined(int[] first, int[] second) {
        int[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }
}
