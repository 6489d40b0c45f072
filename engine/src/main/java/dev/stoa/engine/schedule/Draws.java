package dev.stoa.engine.schedule;

import dev.stoa.engine.kernel.Kernels;
import dev.stoa.engine.kernel.Workers;
import dev.stoa.engine.sample.InvalidLogitsException;
import dev.stoa.engine.sample.Sampler;
import dev.stoa.engine.schedule.StepPlanner.Share;
import java.util.Arrays;
import java.util.List;

/**
 * Draws the next tokens of a step's requests, on all threads at once: with a large vocabulary a draw reads as much memory as
 * a small matrix, and the other threads would wait for it. For the engine thread.
 */
final class Draws {
    private static final int NONE = -1;

    private final Workers workers;
    private final Sampler[] samplers;
    private final int vocabulary;
    /** By share: a token, or {@link #NONE} where it is left to {@link #token}. */
    private int[] tokens = {};

    Draws(Kernels kernels, Workers workers, int vocabulary) {
        this.workers = workers;
        this.vocabulary = vocabulary;
        this.samplers = new Sampler[workers.count()];
        Arrays.setAll(samplers, i -> new Sampler(kernels, vocabulary));
    }

    /** For what the engine thread draws alone. */
    Sampler sampler() {
        return samplers[0];
    }

    /**
     * Draws the first token of each share that has logits. A request in a form is left out: its automaton is the engine
     * thread's.
     *
     * @param logitRows of each share, or -1
     */
    void ahead(float[] logits, List<Share> shares, int[] logitRows) {
        if (tokens.length < shares.size()) {
            tokens = new int[Math.max(shares.size(), 2 * tokens.length)];
        }
        Arrays.fill(tokens, 0, shares.size(), NONE);
        workers.run(shares.size(), (i, worker) -> {
            Request request = shares.get(i).request();
            if (logitRows[i] >= 0 && !request.hasForm()) {
                tokens[i] = draw(samplers[worker], request, logits, logitRows[i]);
            }
        });
    }

    private int draw(Sampler sampler, Request request, float[] logits, int row) {
        try {
            return sampler.draw(
                    logits, row * vocabulary, request.spec().sampling(), request.counts(), request.length());
        } catch (InvalidLogitsException e) {
            // Drawn once more where its request can end with the reason.
            return NONE;
        }
    }

    /**
     * The first token of a share.
     *
     * @throws InvalidLogitsException if its logits are no numbers
     */
    int token(int share, float[] logits, int row, Request request) {
        return tokens[share] == NONE ? next(logits, row, request) : tokens[share];
    }

    /** Draws another token of a request, with the same failure. */
    int next(float[] logits, int row, Request request) {
        return sampler()
                .draw(
                        logits,
                        row * vocabulary,
                        request.spec().sampling(),
                        request.counts(),
                        request.length(),
                        request.allowed());
    }
}
