package dev.stoa.engine.schedule;

import dev.stoa.engine.EngineRequest;
import dev.stoa.engine.Generation.Chunk;
import dev.stoa.engine.Generation.Finish;
import dev.stoa.engine.KvType;
import dev.stoa.engine.cache.BlockPool;
import dev.stoa.engine.cache.KvLayout;
import dev.stoa.engine.cache.KvSequence;
import dev.stoa.engine.cache.KvStorage;
import dev.stoa.engine.cache.PrefixCache;
import dev.stoa.engine.kernel.Kernels;
import dev.stoa.engine.kernel.Workers;
import dev.stoa.engine.model.Model;
import dev.stoa.engine.model.StepBatch;
import dev.stoa.engine.model.Transformer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Runs requests through the scheduler on a real forward pass, and keeps what came out: tokens, and the logits of each. */
final class Mix {
    private static final int VALUES_MAX = 1 << 16;

    private final Model model;
    private final Kernels kernels;

    /** What came out of one request: its tokens, and by position the logits they were drawn from. */
    record Output(List<Integer> tokens, Map<Integer, float[]> logits, Finish finish, int cached) {}

    /**
     * How a mix is run.
     *
     * @param blocks of the pool
     * @param draftTokens guesses of a step
     * @param stepsApart steps between the submissions of two requests
     */
    record Conditions(int blocks, int maxRunning, int maxRows, boolean prefixCache, int stepsApart, int draftTokens) {}

    private long preemptions;
    private long accepted;

    Mix(Model model, Kernels kernels) {
        this.model = model;
        this.kernels = kernels;
    }

    /** Preemptions of the last run. */
    long preemptions() {
        return preemptions;
    }

    /** Guesses of the last run that were right. */
    long accepted() {
        return accepted;
    }

    /** Runs the requests together; those of {@code cancelled} are cancelled on the way. */
    List<Output> run(List<EngineRequest> specs, Conditions how, Workers workers, List<Integer> cancelled) {
        long[] clock = {1};
        BlockPool pool = new BlockPool(how.blocks());
        KvStorage storage = new KvStorage(model.kvLayout(KvType.BF16), how.blocks());
        SchedulerLimits limits =
                new SchedulerLimits(how.maxRunning(), how.maxRows(), 1_000_000, 0, 1_000_000_000, how.draftTokens());
        Transformer transformer = new Transformer(model, kernels, workers, storage, how.maxRows(), limits.maxLogits());
        Watched watched = new Watched(new TransformerSteps(transformer, storage));
        PrefixCache cache = new PrefixCache(pool, new byte[] {1}, how.prefixCache());
        DrainRate drain = new DrainRate();
        Arrivals arrivals =
                new Arrivals(new Arrivals.QueueLimits(1_000, VALUES_MAX, how.maxRunning()), drain, () -> clock[0]);
        StepCounters counters = new StepCounters(arrivals, drain, () -> clock[0]);
        Scheduler scheduler = new Scheduler(
                new Scheduler.Parts(
                        watched,
                        new Draws(kernels, workers, watched.vocabulary()),
                        pool,
                        cache,
                        _ -> false,
                        arrivals,
                        counters),
                limits,
                () -> clock[0]++);
        int context = how.blocks() * KvLayout.TOKENS;
        List<GenerationStream> streams = new ArrayList<>();
        int next = 0;
        for (int step = 0; next < specs.size() || !ended(streams); step++) {
            if (next < specs.size() && step % (how.stepsApart() + 1) == 0) {
                EngineRequest spec = specs.get(next);
                GenerationStream stream = new GenerationStream(spec.prompt(), () -> {});
                Request request = new Request(spec, stream, new NoText(), cache.chain(""), context, clock[0]);
                streams.add(stream);
                watched.requests.add(request);
                arrivals.add(List.of(request));
                next++;
            }
            if (step == 7) {
                cancelled.stream()
                        .filter(index -> index < streams.size())
                        .forEach(index -> streams.get(index).cancel());
            }
            scheduler.step();
            if (step % 16 == 0) {
                scheduler.validate();
            }
            if (step > 100_000) {
                throw new AssertionError("the mix never ends");
            }
        }
        scheduler.validate();
        preemptions = counters.snapshot().preemptions();
        accepted = counters.snapshot().acceptedTokens();
        List<Output> outputs = new ArrayList<>();
        for (int i = 0; i < streams.size(); i++) {
            outputs.add(output(streams.get(i), watched.logits.getOrDefault(watched.requests.get(i), Map.of())));
        }
        return outputs;
    }

    private static boolean ended(List<GenerationStream> streams) {
        return streams.stream().allMatch(GenerationStream::ended);
    }

    private static Output output(GenerationStream stream, Map<Integer, float[]> logits) {
        List<Integer> tokens = new ArrayList<>();
        try {
            Chunk chunk;
            while ((chunk = stream.next(Duration.ZERO)) != null) {
                tokens.addAll(chunk.tokens());
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        Finish finish = stream.finish();
        if (finish == null) {
            throw new AssertionError("the request has not ended");
        }
        // Rows of wrong guesses behind the end have logits that nobody drew from.
        Map<Integer, float[]> drawn = new HashMap<>(logits);
        drawn.keySet().removeIf(position -> position >= stream.tokens().length - 1);
        return new Output(tokens, drawn, finish, stream.usage().cachedTokens());
    }

    /** Copies the logits of each request as they come. */
    private static final class Watched implements StepModel {
        private final TransformerSteps steps;
        private final List<Request> requests = new ArrayList<>();
        private final Map<Request, Map<Integer, float[]>> logits = new HashMap<>();

        private Watched(TransformerSteps steps) {
            this.steps = steps;
        }

        @Override
        public void forward(StepBatch batch) {
            steps.forward(batch);
            for (int row = 0; row < batch.rows(); row++) {
                int logitRow = batch.logitRow(row);
                if (logitRow >= 0) {
                    int at = logitRow * vocabulary();
                    logits.computeIfAbsent(owner(batch.sequence(row)), _ -> new HashMap<>())
                            .put(batch.position(row), Arrays.copyOfRange(logits(), at, at + vocabulary()));
                }
            }
        }

        private Request owner(KvSequence sequence) {
            return requests.stream()
                    .filter(request -> request.state() == Request.State.RUNNING && request.sequence() == sequence)
                    .findFirst()
                    .orElseThrow();
        }

        @Override
        public float[] logits() {
            return steps.logits();
        }

        @Override
        public float[] hidden() {
            return steps.hidden();
        }

        @Override
        public int width() {
            return steps.width();
        }

        @Override
        public int vocabulary() {
            return steps.vocabulary();
        }

        @Override
        public void copyBlock(int from, int to) {
            steps.copyBlock(from, to);
        }
    }

    /** Tokens without text. */
    static final class NoText implements TokenText {
        @Override
        public String append(int token) {
            return "";
        }

        @Override
        public String flush() {
            return "";
        }
    }
}
