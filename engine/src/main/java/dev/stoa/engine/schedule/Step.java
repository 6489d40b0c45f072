package dev.stoa.engine.schedule;

import dev.stoa.engine.Generation.Finish;
import dev.stoa.engine.Generation.TokenLogprob;
import dev.stoa.engine.cache.PrefixCache;
import dev.stoa.engine.model.StepBatch;
import dev.stoa.engine.schedule.StepPlanner.Share;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Computes a planned step: fills the batch, runs the model, draws tokens and hands them out.
 *
 * <p>Guarantees: a failure in the model ends the requests of that step and no other; a failure in one request's numbers
 * or text ends that request alone. For the engine thread.
 */
final class Step {
    private static final Logger LOG = System.getLogger(Step.class.getName());

    private final StepModel model;
    private final Draws draws;
    private final PrefixCache cache;
    private final IntPredicate endsTurn;
    private final StepCounters counters;
    private final StepCost cost;
    private final LongSupplier nanoTime;
    private final Ender ender;
    private final StepBatch batch;

    /** Takes a request out of the scheduler's hands, wherever it is. */
    @FunctionalInterface
    interface Ender {
        void end(Request request, Finish finish, long now);
    }

    /** @param cost learns how long steps take */
    Step(Scheduler.Parts parts, int maxRows, StepCost cost, LongSupplier nanoTime, Ender ender) {
        this.model = parts.model();
        this.draws = parts.draws();
        this.cache = parts.cache();
        this.endsTurn = parts.endsTurn();
        this.counters = parts.counters();
        this.cost = cost;
        this.nanoTime = nanoTime;
        this.ender = ender;
        this.batch = new StepBatch(maxRows);
    }

    /** Computes what the plan says, and ends the requests that it finishes. */
    void run(List<Share> shares) {
        int[] logitRows = fillBatch(shares);
        long before = nanoTime.getAsLong();
        try {
            model.forward(batch);
        } catch (RuntimeException | Error e) {
            // Whatever went wrong in the model, these requests can't go on, and the others can.
            LOG.log(Level.ERROR, "A step failed; its " + shares.size() + " requests end", e);
            long now = nanoTime.getAsLong();
            shares.forEach(share -> ender.end(share.request(), Finish.FAILED, now));
            counters.step(0, 0, 0);
            return;
        }
        long now = nanoTime.getAsLong();
        cost.add(batch.rows(), now - before);
        draws.ahead(model.logits(), shares, logitRows);
        int prompt = 0;
        int drawn = 0;
        int firstRow = 0;
        for (int i = 0; i < shares.size(); i++) {
            Share share = shares.get(i);
            Pool pool = share.request().pool();
            if (pool != null) {
                pool.take(batch, model, firstRow, share.rows());
            }
            firstRow += share.rows();
            prompt += advance(share.request(), share.known());
            if (logitRows[i] >= 0) {
                drawn += draw(i, share, logitRows[i], now);
            } else if (pool != null && share.request().remaining() == 0) {
                ender.end(share.request(), Finish.END_OF_TURN, now);
            }
        }
        counters.step(batch.rows(), prompt, drawn);
    }

    /** The first row of logits of each share, or -1; those of its guesses follow. */
    private int[] fillBatch(List<Share> shares) {
        batch.clear();
        int[] logitRows = new int[shares.size()];
        for (int i = 0; i < logitRows.length; i++) {
            Request request = shares.get(i).request();
            int end = request.computed() + shares.get(i).rows();
            logitRows[i] = -1;
            Pool pool = request.pool();
            if (pool != null) {
                pool.fill(batch, request, end);
                continue;
            }
            for (int position = request.computed(); position < end; position++) {
                boolean drawn = position >= request.length() - 1;
                int row = batch.add(request.sequence(), position, request.token(position), drawn);
                logitRows[i] = logitRows[i] < 0 ? row : logitRows[i];
            }
        }
        return logitRows;
    }

    /** Returns how many tokens of a prompt were computed for the first time. */
    private int advance(Request request, int count) {
        int from = request.computed();
        request.advance(count);
        cache.record(request.sequence(), request.chain(), request.tokens(), from, request.computed());
        return request.reach(request.computed());
    }

    /**
     * Draws a request's next token, and the ones after that while the guesses are right: then their logits are the ones
     * that the next steps would have computed. Returns how many were drawn.
     */
    private int draw(int index, Share share, int logitRow, long now) {
        Request request = share.request();
        int drawn = 0;
        boolean ended;
        boolean right;
        do {
            ended = draw(drawn == 0 ? index : -1, request, logitRow + drawn, now);
            right = !ended && drawn < share.guesses() && request.guessed(drawn);
            drawn++;
            if (right) {
                int prompt = advance(request, 1);
                assert prompt == 0 : "a guess was part of the prompt";
            }
        } while (right);
        if (share.guesses() > 0) {
            counters.guessed(share.guesses(), drawn - 1);
        }
        return drawn;
    }

    /**
     * Returns whether the request ended with it.
     *
     * @param index of the share whose token was drawn ahead, or -1
     */
    private boolean draw(int index, Request request, int logitRow, long now) {
        Finish finish;
        try {
            int at = logitRow * model.vocabulary();
            float[] logits = model.logits();
            int token =
                    index >= 0 ? draws.token(index, logits, logitRow, request) : draws.next(logits, logitRow, request);
            finish = request.accept(token, endsTurn.test(token), logprob(request, at, token), now);
            request.tenant().charge(WaitingQueue.OUTPUT_WEIGHT);
        } catch (RuntimeException e) {
            // Bad numbers or a fault in one request's text must not end the others.
            LOG.log(Level.ERROR, "A request failed", e);
            finish = Finish.FAILED;
        }
        if (finish != null) {
            ender.end(request, finish, now);
        }
        return finish != null;
    }

    private @Nullable TokenLogprob logprob(Request request, int at, int token) {
        int top = request.spec().topLogprobs();
        return top < 0 ? null : draws.sampler().logprob(model.logits(), at, token, top);
    }
}
