package dev.stoa.generation;

import dev.stoa.admission.Permit;
import dev.stoa.admission.Spending;
import dev.stoa.identity.Caller;
import dev.stoa.inference.GenerationRequest;
import dev.stoa.inference.Outcome;
import dev.stoa.inference.Prices;
import dev.stoa.inference.Prompt;
import dev.stoa.inference.Reuse;
import dev.stoa.inference.StopReason;
import dev.stoa.inference.TokenStream;
import dev.stoa.inference.TokenUsage;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import dev.stoa.usage.OpenRequest;
import dev.stoa.usage.Operation;
import dev.stoa.usage.UsageEvent;
import dev.stoa.usage.UsageRecorder;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The end of one request, which happens exactly once, when the last of its parts has ended. A part ends once whoever
 * comes first: its reader at the end or at an error, a client that left, a deadline, a stop of the server. Then the
 * permit is given back and the request recorded: its tokens are the sum of the parts', a shared prompt's counted once,
 * its outcome the gravest of theirs. Thread-safe.
 */
final class Settlement implements OpenRequest {
    private final Caller caller;
    private final List<GenerationRequest> requests;
    private final UsageRecorder recorder;
    private final Function<String, Prices> prices;
    private final LongSupplier nanoClock;
    private final Instant at;
    private final long startNanos;
    private final List<Part> parts = new ArrayList<>();
    private volatile String model = UsageEvent.UNKNOWN_MODEL;
    /** Whether the name that the caller gave is one of ours, so that labels stay bounded. */
    private volatile boolean known;

    private volatile @Nullable Permit permit;
    private volatile @Nullable Duration accepted;
    private volatile @Nullable Duration firstToken;

    // Guarded by this:
    private int open;
    private Outcome outcome = Outcome.COMPLETED;
    private @Nullable StopReason stopReason;
    private TokenUsage tokens = TokenUsage.NONE;
    private Reuse reuse = Reuse.NONE;
    private int reusedTokens;
    private @Nullable Duration queued;

    /**
     * @param requests the parts, at least one; the first names the whole
     * @param prices of a model
     */
    Settlement(
            Caller caller,
            List<GenerationRequest> requests,
            UsageRecorder recorder,
            Function<String, Prices> prices,
            Instant at,
            LongSupplier nanoClock) {
        this.caller = caller;
        this.requests = List.copyOf(requests);
        this.recorder = recorder;
        this.prices = prices;
        this.nanoClock = nanoClock;
        this.at = at;
        this.startNanos = nanoClock.getAsLong();
        this.open = requests.size();
        for (boolean countsPrompt : GenerationRequest.countsPrompt(requests)) {
            parts.add(new Part(countsPrompt));
        }
    }

    /** The request holds a place, given back when it settles. */
    void holds(Permit place) {
        permit = place;
    }

    /** The model's own name, once it is known that there is one. */
    void named(String name) {
        model = name;
        known = true;
    }

    Part part(int index) {
        return parts.get(index);
    }

    /** Ends the parts from {@code from} on, which never began. */
    void settleRest(int from, Outcome how) {
        parts.subList(from, parts.size()).forEach(part -> part.settle(how, null, Used.NOTHING, model, null));
    }

    @Override
    public String requestId() {
        return requests.getFirst().id();
    }

    @Override
    public Instant at() {
        return at;
    }

    @Override
    public Caller caller() {
        return caller;
    }

    @Override
    public String surface() {
        return requests.getFirst().surface();
    }

    @Override
    public String model() {
        return model;
    }

    @Override
    public synchronized TokenUsage tokens() {
        TokenUsage sum = tokens;
        for (Part part : parts) {
            TokenStream running = part.stream;
            if (!part.settled && running != null) {
                sum = sum.plus(
                        part.countsPrompt
                                ? running.charged()
                                : running.charged().outputOnly());
            }
        }
        return sum;
    }

    @Override
    public long cost() {
        return prices.apply(model).cost(tokens());
    }

    @Override
    public synchronized boolean ended() {
        return open == 0;
    }

    /**
     * What a part has used.
     *
     * @param charged what was computed for it
     * @param reusedTokens of its answer that were not
     */
    record Used(TokenUsage charged, Reuse reuse, int reusedTokens) {
        static final Used NOTHING = new Used(TokenUsage.NONE, Reuse.NONE, 0);

        static Used of(Reuse reuse, TokenUsage usage, TokenUsage charged) {
            return reuse == Reuse.NONE
                    ? new Used(usage, reuse, 0)
                    : new Used(charged, reuse, Math.max(0, total(usage) - total(charged)));
        }

        private static int total(TokenUsage usage) {
            return usage.inputTokens() + usage.outputTokens();
        }
    }

    /** A status that clients don't try again by themselves. */
    @Override
    public void stop() {
        for (Part part : parts) {
            SettledStream running = part.stream;
            if (running != null) {
                running.abort(
                        new StoaException(ErrorKind.PERMISSION, "An administrator stopped this request."),
                        Outcome.CANCELLED);
            }
        }
    }

    /** One part's share in the end. */
    final class Part {
        private final boolean countsPrompt;
        private boolean settled;
        private volatile @Nullable SettledStream stream;

        private Part(boolean countsPrompt) {
            this.countsPrompt = countsPrompt;
        }

        void acceptedNow() {
            if (accepted == null) {
                accepted = elapsed();
            }
        }

        void firstTokenNow() {
            if (firstToken == null) {
                firstToken = elapsed();
            }
        }

        /** It runs; so far it has used what the stream says. */
        void runs(SettledStream running) {
            stream = running;
        }

        String model() {
            return model;
        }

        Duration elapsed() {
            return Duration.ofNanos(nanoClock.getAsLong() - startNanos);
        }

        /**
         * Ends the part; false if it has ended before.
         *
         * @param answering name of the model that did
         * @param queuedFor as {@link dev.stoa.inference.TokenStream#queued}
         */
        boolean settle(
                Outcome how, @Nullable StopReason reason, Used used, String answering, @Nullable Duration queuedFor) {
            synchronized (Settlement.this) {
                if (settled) {
                    return false;
                }
                settled = true;
                model = answering;
                if (queuedFor != null && (queued == null || queuedFor.compareTo(queued) > 0)) {
                    queued = queuedFor;
                }
                add(how, reason, countsPrompt ? used.charged() : used.charged().outputOnly());
                reuse = reuse.and(used.reuse());
                // A reader who left did not have all of it.
                reusedTokens += how == Outcome.COMPLETED ? used.reusedTokens() : 0;
                if (--open > 0) {
                    return true;
                }
            }
            record(elapsed());
            return true;
        }
    }

    private void add(Outcome how, @Nullable StopReason reason, TokenUsage used) {
        if (gravity(how) >= gravity(outcome)) {
            outcome = how;
            stopReason = reason;
        }
        tokens = tokens.plus(used);
    }

    private static int gravity(Outcome outcome) {
        return switch (outcome) {
            case COMPLETED -> 0;
            case REFUSED -> 1;
            case CANCELLED -> 2;
            case REJECTED_INVALID, REJECTED_LIMIT, REJECTED_OVERLOADED -> 3;
            case EXPIRED -> 4;
            case FAILED, INTERRUPTED -> 5;
        };
    }

    private static Operation operation(Prompt prompt) {
        boolean text = prompt instanceof Prompt.Text
                || (prompt instanceof Prompt.Original original
                        && original.path().equals("/completions"));
        return text ? Operation.TEXT_COMPLETION : Operation.CHAT;
    }

    /** Called once, when nothing changes any more. */
    private void record(Duration total) {
        Permit place = permit;
        long cost = prices.apply(model).cost(tokens);
        GenerationRequest first = requests.getFirst();
        try {
            recorder.record(new UsageEvent(
                    first.id(),
                    at,
                    caller,
                    first.surface(),
                    operation(first.prompt()),
                    known ? first.model() : UsageEvent.UNKNOWN_MODEL,
                    model,
                    outcome,
                    stopReason,
                    tokens,
                    reuse,
                    reusedTokens,
                    cost,
                    queued,
                    accepted,
                    firstToken,
                    total));
        } finally {
            if (place != null) {
                place.settle(new Spending(tokens.inputTokens(), tokens.outputTokens(), cost));
            }
        }
    }
}
