package dev.stoa.engine.schedule;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;

/**
 * Decides how many rows each running request gets in a step. For the engine thread.
 *
 * <p>First come those that need one row to draw their next token, and in a small step what it may be guessed to be
 * followed by. Then prompts, in what room is left: all of it while
 * nobody reads a stream, else as much as {@link StepCost} says that the target for the time between tokens allows, but
 * never less than {@value #CHUNK_MIN} rows, or half of a step that is smaller than two of these, so that prompts always
 * get on. Half of the room is for the most important prompt, the rest for those that have least to go: a long prompt
 * doesn't hold up short ones, nor they it.
 */
final class StepPlanner {
    /** Rows of prompts in a step at least: with fewer, a step's fixed cost outweighs its work. */
    static final int CHUNK_MIN = 16;

    /** Every so many steps the oldest prompt goes first whatever its rank, so that none stands still. */
    private static final int OLDEST_FIRST_EVERY = 4;

    private final int maxRows;
    private final long targetNanos;
    private final int draftTokens;
    private final StepCost cost;
    private final Blocks blocks;
    private final List<Share> shares = new ArrayList<>();
    private int rows;
    private int turn;
    private int prefills;
    /** Whether the odd row of a small step is the prompts': in every other one. */
    private boolean oddForPrompts;

    /** A request's part of a step: so many rows, the last {@code guesses} of them for tokens that are only guessed. */
    record Share(Request request, int rows, int guesses) {
        /** Rows of tokens that it has. */
        int known() {
            return rows - guesses;
        }
    }

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

    StepPlanner(SchedulerLimits limits, StepCost cost, Blocks blocks) {
        this.maxRows = limits.maxRows();
        this.targetNanos = limits.interTokenNanos();
        this.draftTokens = limits.draftTokens();
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
        decode(decoding, maxRows - reserved(prompts));
        int room = rows == 0 ? maxRows : roomBeside(rows);
        if (!prompts.isEmpty() && room > 0) {
            prefill(prompts, room);
        }
        if (shares.isEmpty()) {
            // A step of one row was the prompts', and they had to make room themselves.
            decode(decoding, maxRows);
        }
        return shares;
    }

    /** Rows that prompts get in any case. */
    private int reserved(List<Request> prompts) {
        long wanted = prompts.stream().mapToLong(Request::remaining).sum();
        oddForPrompts = !oddForPrompts;
        int half = oddForPrompts ? (maxRows + 1) / 2 : maxRows / 2;
        return (int) Math.min(wanted, Math.min(CHUNK_MIN, half));
    }

    /** Drops the share of a request that had to make room after it was planned. */
    void forget(Request request) {
        shares.removeIf(share -> {
            boolean its = share.request() == request;
            rows -= its ? share.rows() : 0;
            return its;
        });
    }

    private void decode(List<Request> decoding, int most) {
        int count = decoding.size();
        // Where not all fit, those who had to wait come first in the next step.
        int first = count > most ? turn % count : 0;
        int spare = draftTokens == 0 ? 0 : Math.min(most, SchedulerLimits.DRAFT_ROWS_MAX) - count;
        for (int i = 0; i < count && rows < most; i++) {
            Request request = decoding.get((first + i) % count);
            int guesses = spare > 0 ? request.guess(Math.min(spare, draftTokens)) : 0;
            spare -= guesses;
            add(request, 1 + guesses, guesses);
        }
        turn = first + most;
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
        add(first, (int) Math.min(first.remaining(), Math.max(half, room - others)), 0);
        for (Request request : rest) {
            if (rows < end) {
                add(request, Math.min(request.remaining(), end - rows), 0);
            }
        }
    }

    private void add(Request request, int count, int guesses) {
        if (request.state() == Request.State.RUNNING && blocks.grow(request, request.computed() + count)) {
            shares.add(new Share(request, count, guesses));
            rows += count;
        }
    }
}
