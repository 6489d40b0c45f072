package dev.stoa.engine.schedule;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;

/**
 * Decides how many rows each running request gets in a step. For the engine thread.
 *
 * <p>First come those that need one row to draw their next token. Then prompts, in what room is left: all of it while
 * nobody reads a stream, else as much as {@link StepCost} says that the target for the time between tokens allows, but
 * never less than {@value #CHUNK_MIN} rows, so that prompts always get on. Half of the room is for the most important
 * prompt, the rest for those that have least to go: a long prompt doesn't hold up short ones, nor they it.
 */
final class StepPlanner {
    /** Rows of prompts in a step at least: with fewer, a step's fixed cost outweighs its work. */
    static final int CHUNK_MIN = 16;

    /** Every so many steps the oldest prompt goes first whatever its rank, so that none stands still. */
    private static final int OLDEST_FIRST_EVERY = 4;

    private final int maxRows;
    private final long targetNanos;
    private final StepCost cost;
    private final Blocks blocks;
    private final List<Share> shares = new ArrayList<>();
    private int rows;
    private int turn;
    private int prefills;

    /** A request's part of a step. */
    record Share(Request request, int rows) {}

    /** Where requests get their blocks. */
    interface Blocks {
        /**
         * Makes sure that the request has blocks for its tokens below {@code end}, if need be at the cost of less
         * important ones.
         *
         * @return false if the request itself had to make room
         */
        boolean grow(Request request, int end);
    }

    StepPlanner(int maxRows, long targetNanos, StepCost cost, Blocks blocks) {
        this.maxRows = maxRows;
        this.targetNanos = targetNanos;
        this.cost = cost;
        this.blocks = blocks;
    }

    /** Plans a step. Those of {@code running} that have a share don't change until the next plan. */
    List<Share> plan(RunningSet running) {
        shares.clear();
        rows = 0;
        List<Request> decoding = new ArrayList<>();
        List<Request> prompts = new ArrayList<>();
        for (Request request : running) {
            if (!request.stream().full()) {
                (request.remaining() == 1 ? decoding : prompts).add(request);
            }
        }
        decode(decoding);
        int decoded = rows;
        if (!prompts.isEmpty()) {
            prefill(prompts, decoded == 0 ? maxRows : roomBeside(decoded));
        }
        return shares;
    }

    /** Drops the share of a request that had to make room after it was planned. */
    void forget(Request request) {
        shares.removeIf(share -> {
            boolean its = share.request() == request;
            rows -= its ? share.rows() : 0;
            return its;
        });
    }

    private void decode(List<Request> decoding) {
        int count = decoding.size();
        // Where not all fit, those who had to wait come first in the next step.
        int first = count > maxRows ? turn % count : 0;
        for (int i = 0; i < count && rows < maxRows; i++) {
            add(decoding.get((first + i) % count), 1);
        }
        turn = first + maxRows;
    }

    private int roomBeside(int decoding) {
        int allowed = cost.rowsWithin(targetNanos) - decoding;
        return Math.min(maxRows - decoding, Math.max(CHUNK_MIN, allowed));
    }

    private void prefill(List<Request> prompts, int room) {
        int end = rows + room;
        prefills++;
        Request first = prefills % OLDEST_FIRST_EVERY == 0
                ? Collections.min(prompts, Comparator.comparingLong(Request::order))
                : prompts.getFirst();
        List<Request> rest = new ArrayList<>(prompts);
        rest.remove(first);
        rest.sort(Comparator.comparing(Request::rank).thenComparingInt(Request::remaining));
        long others = rest.stream().mapToLong(Request::remaining).sum();
        int half = (room + 1) / 2;
        add(first, (int) Math.min(first.remaining(), Math.max(half, room - others)));
        for (Request request : rest) {
            if (rows < end) {
                add(request, Math.min(request.remaining(), end - rows));
            }
        }
    }

    private void add(Request request, int count) {
        if (request.state() == Request.State.RUNNING && blocks.grow(request, request.computed() + count)) {
            shares.add(new Share(request, count));
            rows += count;
        }
    }
}
