package dev.stoa.engine.schedule;

import dev.stoa.engine.Generation.Finish;
import dev.stoa.engine.Generation.TokenLogprob;
import dev.stoa.engine.Sampling;
import dev.stoa.engine.cache.BlockPool;
import dev.stoa.engine.cache.KvSequence;
import dev.stoa.engine.kernel.Kernels;
import dev.stoa.engine.model.StepBatch;
import dev.stoa.engine.sample.Sampler;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Decides what each step computes, runs it, and hands out its tokens. The package description has the rule and an
 * example.
 *
 * <p>Guarantees: every request that was taken ends exactly once; its blocks are free from then on. A failure in a step
 * ends the requests of that step and no other. Owned by the engine thread; {@link Arrivals} is the way in.
 */
final class Scheduler {
    private static final Logger LOG = System.getLogger(Scheduler.class.getName());

    private final StepModel model;
    private final BlockPool pool;
    private final Sampler sampler;
    private final IntPredicate endsTurn;
    private final Arrivals arrivals;
    private final StepCounters counters;
    private final int maxRunning;
    private final StepBatch batch;
    private final List<Request> running = new ArrayList<>();
    private final List<Share> shares = new ArrayList<>();

    /** A request's part of a step: how many rows, and which row of logits, or -1. */
    private record Share(Request request, int rows, int logitRow) {}

    /**
     * @param endsTurn tells the tokens with which the model ends its answer
     * @param maxBatchTokens rows of a step at most
     */
    Scheduler(
            StepModel model,
            Kernels kernels,
            BlockPool pool,
            IntPredicate endsTurn,
            Arrivals arrivals,
            StepCounters counters,
            int maxRunning,
            int maxBatchTokens) {
        this.model = model;
        this.pool = pool;
        this.sampler = new Sampler(kernels, model.vocabulary());
        this.endsTurn = endsTurn;
        this.arrivals = arrivals;
        this.counters = counters;
        this.maxRunning = maxRunning;
        this.batch = new StepBatch(maxBatchTokens);
    }

    /**
     * Makes one step.
     *
     * @return false if there was nothing to compute
     */
    boolean step() {
        endCancelled();
        admit();
        formBatch();
        boolean work = batch.rows() > 0;
        if (work) {
            compute();
        }
        running.removeIf(request -> request.state() == Request.State.ENDED);
        counters.update(running.size(), pool);
        return work;
    }

    /** Ends all that runs or waits. */
    void cancelAll() {
        running.forEach(request -> request.end(Finish.CANCELLED));
        running.clear();
        arrivals.close().forEach(request -> request.end(Finish.CANCELLED));
        counters.update(0, pool);
    }

    /** @throws IllegalStateException if a block is lost or in two places */
    void validate() {
        List<KvSequence> sequences = running.stream().map(Request::sequence).toList();
        pool.validate(sequences);
    }

    private void endCancelled() {
        for (Request request : running) {
            if (request.stream().cancelled()) {
                request.end(Finish.CANCELLED);
            }
        }
        running.removeIf(request -> request.state() == Request.State.ENDED);
        arrivals.removeCancelled().forEach(request -> request.end(Finish.CANCELLED));
    }

    /** First come, first served: one that doesn't fit yet holds back those behind it, so that it can't starve. */
    private void admit() {
        while (running.size() < maxRunning) {
            Request first = arrivals.first();
            if (first == null) {
                return;
            }
            Optional<KvSequence> blocks = pool.reserve(first.lengthMax());
            if (blocks.isEmpty()) {
                return;
            }
            first.start(blocks.get());
            running.add(first);
            arrivals.removeFirst(running.size());
        }
    }

    private void formBatch() {
        batch.clear();
        shares.clear();
        addRows(true);
        if (batch.room() == 0) {
            // Not everyone had a row: who waited goes first next time.
            Collections.rotate(running, -shares.size());
        }
        addRows(false);
    }

    /** Lets requests catch up with their tokens, in order, while there is room. */
    private void addRows(boolean decoding) {
        for (Request request : running) {
            if (request.decoding() == decoding
                    && batch.room() > 0
                    && !request.stream().full()) {
                addRows(request, Math.min(batch.room(), request.length() - request.computed()));
            }
        }
    }

    private void addRows(Request request, int rows) {
        int from = request.computed();
        int end = from + rows;
        request.sequence().grow(end);
        int logitRow = -1;
        for (int position = from; position < end; position++) {
            boolean last = position == request.length() - 1;
            logitRow = batch.add(request.sequence(), position, request.token(position), last);
        }
        shares.add(new Share(request, rows, logitRow));
    }

    private void compute() {
        try {
            model.forward(batch);
        } catch (RuntimeException | Error e) {
            // Whatever went wrong in the model, these requests can't go on, and the others can.
            LOG.log(Level.ERROR, "A step failed; its " + shares.size() + " requests end", e);
            shares.forEach(share -> share.request().end(Finish.FAILED));
            counters.step(0, 0);
            return;
        }
        int prompt = 0;
        int drawn = 0;
        for (Share share : shares) {
            boolean prefill = !share.request().decoding();
            share.request().advance(share.rows());
            prompt += prefill ? share.rows() : 0;
            if (share.logitRow() >= 0) {
                draw(share.request(), share.logitRow());
                drawn++;
            }
        }
        counters.step(prompt, drawn);
    }

    private void draw(Request request, int logitRow) {
        try {
            int at = logitRow * model.vocabulary();
            Sampling sampling = request.spec().sampling();
            int token = sampler.draw(model.logits(), at, sampling, request.counts(), request.length());
            request.accept(token, endsTurn.test(token), logprob(request, at, token));
        } catch (RuntimeException e) {
            // Bad numbers or a fault in one request's text must not end the others.
            LOG.log(Level.ERROR, "A request failed", e);
            if (request.state() != Request.State.ENDED) {
                request.end(Finish.FAILED);
            }
        }
    }

    private @Nullable TokenLogprob logprob(Request request, int at, int token) {
        int top = request.spec().topLogprobs();
        return top < 0 ? null : sampler.logprob(model.logits(), at, token, top);
    }
}
