package dev.stoa.bench;

import dev.stoa.engine.Engine;
import dev.stoa.engine.EngineRejectedException;
import dev.stoa.engine.EngineRequest;
import dev.stoa.engine.Generation;
import dev.stoa.engine.OutputControl;
import dev.stoa.engine.Sampling;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Requests of one shape: random prompts, and answers of a fixed length, as tokens that end a turn are banned. */
final class ServingLoad {
    private static final List<String> END_TOKENS =
            List.of("<|im_end|>", "<|endoftext|>", "<|eot_id|>", "<|end_of_text|>", "<end_of_turn>", "<eos>", "</s>");
    private static final float BANNED = -100;

    private final Engine engine;
    private final OutputControl endless;
    private final Random random = new Random(42);

    ServingLoad(Engine engine) {
        this.engine = engine;
        Map<Integer, Float> bias = new HashMap<>();
        for (String text : END_TOKENS) {
            int[] ids = engine.encode(text, true);
            if (ids.length == 1) {
                bias.put(ids[0], BANNED);
            }
        }
        this.endless = OutputControl.NONE.withLogitBias(bias);
    }

    Random random() {
        return random;
    }

    /** Random ids from the middle of the vocabulary, where no model keeps its control tokens. */
    int[] prompt(int length) {
        int vocabulary = engine.info().vocabularySize();
        return random.ints(length, vocabulary / 8, vocabulary / 2).toArray();
    }

    List<int[]> prompts(int count, int length) {
        List<int[]> prompts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            prompts.add(prompt(length));
        }
        return prompts;
    }

    EngineRequest request(int[] prompt, int tokens) {
        return new EngineRequest(prompt, tokens, Sampling.GREEDY).withControl(endless);
    }

    /**
     * Submits and reads on another thread.
     *
     * @throws EngineRejectedException if the queue is full
     */
    TimedRun submit(EngineRequest request) {
        long now = System.nanoTime();
        return TimedRun.of(engine.submit(request), now);
    }

    /** Seconds until all prompts, submitted at once, have {@code tokens} answer tokens each. */
    double answerAll(List<int[]> prompts, int tokens) {
        long begin = System.nanoTime();
        List<TimedRun> runs =
                prompts.stream().map(prompt -> submit(request(prompt, tokens))).toList();
        runs.forEach(TimedRun::join);
        double seconds = (System.nanoTime() - begin) / 1e9;
        for (TimedRun run : runs) {
            Generation.Usage usage = run.generation().usage();
            if (usage.outputTokens() != tokens) {
                throw new IllegalStateException("the engine answered " + usage + ", not " + tokens + " tokens");
            }
        }
        return seconds;
    }

    static int[] joined(int[] first, int[] second) {
        int[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }
}
