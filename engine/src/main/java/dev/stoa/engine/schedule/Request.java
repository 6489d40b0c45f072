package dev.stoa.engine.schedule;

import dev.stoa.engine.EngineRequest;
import dev.stoa.engine.Generation.Chunk;
import dev.stoa.engine.Generation.Finish;
import dev.stoa.engine.Generation.Timing;
import dev.stoa.engine.Generation.TokenLogprob;
import dev.stoa.engine.Priority;
import dev.stoa.engine.cache.KvLayout;
import dev.stoa.engine.cache.KvSequence;
import dev.stoa.engine.cache.PrefixChain;
import dev.stoa.engine.grammar.TokenMatcher;
import dev.stoa.engine.grammar.TokenSet;
import dev.stoa.engine.sample.TokenCounts;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request on its way. It holds key and value blocks exactly while it runs, and ends exactly once. Belongs to the engine
 * thread once submitted.
 */
final class Request {
    /** A request's life. */
    enum State {
        QUEUED,
        RUNNING,
        /** Had to make room: waits again, its tokens kept and its blocks given back. */
        PREEMPTED,
        ENDED;

        boolean mayBecome(State next) {
            return switch (this) {
                case QUEUED, PREEMPTED -> next == RUNNING || next == ENDED;
                case RUNNING -> next == PREEMPTED || next == ENDED;
                case ENDED -> false;
            };
        }
    }

    private static final long NEVER = Long.MAX_VALUE;

    private final EngineRequest spec;
    private final GenerationStream stream;
    private final TextAssembler text;
    private final TokenCounts counts;
    private final @Nullable TokenMatcher form;
    private final PrefixChain chain;
    private final @Nullable Pool pool;
    private final int lengthMax;
    private final Finish endOfLength;
    private final long submittedNanos;
    private final long deadlineNanos;
    private long order;
    private long startedNanos = NEVER;
    private long firstTokenNanos = NEVER;
    /** What its next tokens may be, as the last plan guessed. */
    private int[] guesses = {};

    private int[] tokens;
    private int length;
    private int computed;
    private int reached;
    private State state = State.QUEUED;
    private Priority rank;
    private @Nullable KvSequence sequence;
    private @Nullable Tenant tenant;

    /**
     * @param contextLength longer outputs are cut there
     * @param now the time of its submission, as are all times here in nanoseconds of the engine's clock
     */
    Request(
            EngineRequest spec,
            GenerationStream stream,
            TokenText text,
            PrefixChain chain,
            int contextLength,
            long now) {
        this(spec, stream, text, null, null, chain, contextLength, now);
    }

    /**
     * @param form what the output is held to; null if it may be anything
     * @param pool where the hidden states of the prompt go, for a request that draws no token; null for one that does
     */
    Request(
            EngineRequest spec,
            GenerationStream stream,
            TokenText text,
            @Nullable TokenMatcher form,
            @Nullable Pool pool,
            PrefixChain chain,
            int contextLength,
            long now) {
        this.spec = spec;
        this.form = form;
        this.pool = pool;
        this.stream = stream;
        this.text = new TextAssembler(text, spec.stopSequences());
        this.counts =
                new TokenCounts(spec.sampling(), spec.prompt(), spec.control().logitBias());
        this.chain = chain;
        this.tokens = spec.prompt();
        this.length = tokens.length;
        long wanted = (long) tokens.length + spec.maxTokens();
        this.lengthMax = (int) Math.min(wanted, contextLength);
        this.endOfLength = wanted > contextLength ? Finish.CONTEXT_FULL : Finish.MAX_TOKENS;
        this.submittedNanos = now;
        this.deadlineNanos = spec.scheduling()
                .timeLimit()
                .map(limit -> now + limit.toNanos())
                .orElse(NEVER);
        this.rank = spec.scheduling().priority();
        if (spec.begun().length > 0) {
            takeUp(spec.begun());
        }
    }

    /** Puts the beginning that is given back into the output, as one piece. */
    private void takeUp(int[] begun) {
        StringBuilder released = new StringBuilder();
        for (int token : begun) {
            if (form != null && !form.accept(token)) {
                throw new IllegalArgumentException("begun holds a token that the output's form doesn't allow");
            }
            append(token);
            released.append(text.append(token));
        }
        if (text.met() != null) {
            throw new IllegalArgumentException("begun holds the stop sequence that ends the output");
        }
        stream.put(new Chunk(Arrays.stream(begun).boxed().toList(), released.toString(), List.of()));
    }

    EngineRequest spec() {
        return spec;
    }

    GenerationStream stream() {
        return stream;
    }

    TokenCounts counts() {
        return counts;
    }

    /** The tokens that may be drawn next; null for all. */
    @Nullable TokenSet allowed() {
        return form == null ? null : form.allowed();
    }

    /** Whether an automaton says which tokens may come. */
    boolean hasForm() {
        return form != null;
    }

    /** Where its hidden states go; null for a request that draws tokens. */
    @Nullable Pool pool() {
        return pool;
    }

    /** Tokens at its beginning that need not be computed if the cache has them. */
    int reusable() {
        return pool == null ? length - 1 : pool.reusable(length);
    }

    PrefixChain chain() {
        return chain;
    }

    State state() {
        return state;
    }

    /** Its place in the order of submission. */
    long order() {
        return order;
    }

    void order(long place) {
        order = place;
    }

    /** What it counts as against others while it runs: its priority, or a higher one whose turn it got by aging. */
    Priority rank() {
        return rank;
    }

    /** The account of its tenant, once it is in the queue. */
    Tenant tenant() {
        if (tenant == null) {
            throw new IllegalStateException("the request was never queued");
        }
        return tenant;
    }

    void tenant(Tenant account) {
        tenant = account;
    }

    long submittedNanos() {
        return submittedNanos;
    }

    long deadlineNanos() {
        return deadlineNanos;
    }

    boolean expired(long now) {
        return deadlineNanos != NEVER && now - deadlineNanos >= 0;
    }

    /** The most tokens that prompt and output can come to. */
    int lengthMax() {
        return lengthMax;
    }

    /** Tokens of prompt and output so far. */
    int length() {
        return length;
    }

    /** Prompt and output; {@link #length} of them are valid. Not to be changed. */
    int[] tokens() {
        return tokens;
    }

    /**
     * Guesses the tokens after the one that is to be drawn next, no more than it has blocks for:
     * a guess takes no room from others.
     *
     * @return how many
     */
    int guess(int most) {
        if (sequence == null) {
            return 0;
        }
        int room = sequence.blocks() * KvLayout.TOKENS - length;
        int count = Math.min(most, Math.min(room, lengthMax - length - 1));
        if (count <= 0) {
            return 0;
        }
        if (guesses.length < count) {
            guesses = new int[count];
        }
        return PromptLookup.find(tokens, length, count, guesses);
    }

    /** The token at a position: of prompt or output, or guessed. */
    int token(int position) {
        return position < length ? tokens[position] : guesses[position - length];
    }

    /** Whether guess {@code index} of the last plan was the last token. */
    boolean guessed(int index) {
        return guesses[index] == tokens[length - 1];
    }

    /** Tokens whose keys and values are in the cache. */
    int computed() {
        return computed;
    }

    /** Tokens still to be computed before the next can be drawn; at least one while it runs. */
    int remaining() {
        return length - computed;
    }

    void advance(int count) {
        computed += count;
        assert computed <= length : "computed more than there is";
    }

    /** Notes that the first {@code count} tokens are in the cache; returns how many of the prompt never were before. */
    int reach(int count) {
        int prompt = Math.min(count, spec.prompt().length);
        int more = Math.max(0, prompt - reached);
        reached += more;
        return more;
    }

    /** Tokens of output so far. */
    int generated() {
        return length - spec.prompt().length;
    }

    boolean started() {
        return startedNanos != NEVER;
    }

    KvSequence sequence() {
        if (sequence == null) {
            throw new IllegalStateException("a request that is " + state + " holds no blocks");
        }
        return sequence;
    }

    private void become(State next) {
        if (!state.mayBecome(next)) {
            throw new IllegalStateException("a request that is " + state + " can't become " + next);
        }
        state = next;
    }

    /** @param found tokens at the beginning that need not be computed */
    void start(KvSequence blocks, int found, Priority countsAs, long now) {
        become(State.RUNNING);
        sequence = blocks;
        computed = found;
        rank = countsAs;
        if (!started()) {
            startedNanos = now;
            // What it had begun can be found too, but isn't the prompt's.
            stream.started(Math.min(found, spec.prompt().length));
        }
    }

    /** Gives up its place; returns the blocks that it held. */
    KvSequence preempt() {
        become(State.PREEMPTED);
        computed = 0;
        if (pool != null) {
            pool.clear();
        }
        return giveBlocks();
    }

    private KvSequence giveBlocks() {
        KvSequence held = sequence();
        sequence = null;
        return held;
    }

    /** Ends the request; returns the blocks that it held, or null if it held none. */
    @Nullable KvSequence end(Finish finish, long now) {
        boolean ran = state == State.RUNNING;
        become(State.ENDED);
        if (finish != Finish.STOP_SEQUENCE) {
            String rest = text.flush();
            if (!rest.isEmpty()) {
                stream.put(new Chunk(List.of(), rest, List.of()));
            }
        }
        stream.end(finish, text.met(), timing(now));
        return ran ? giveBlocks() : null;
    }

    private Timing timing(long now) {
        long started = Math.min(startedNanos, now);
        long first = Math.min(firstTokenNanos, now);
        return new Timing(
                Duration.ofNanos(started - submittedNanos),
                Duration.ofNanos(first - started),
                Duration.ofNanos(now - first));
    }

    /**
     * Takes a drawn token.
     *
     * @param endsTurn whether the model ends its answer with this token; it is counted but not shown
     * @return how the request ends with it, or null if it goes on
     */
    @Nullable Finish accept(int token, boolean endsTurn, @Nullable TokenLogprob logprob, long now) {
        if (firstTokenNanos == NEVER) {
            firstTokenNanos = now;
        }
        append(token);
        if (endsTurn) {
            return Finish.END_OF_TURN;
        }
        String released = text.append(token);
        stream.put(new Chunk(List.of(token), released, logprob == null ? List.of() : List.of(logprob)));
        if (text.met() != null) {
            return Finish.STOP_SEQUENCE;
        }
        if (form != null) {
            if (!form.accept(token)) {
                throw new IllegalStateException("drew token " + token + ", which the form doesn't allow");
            }
            if (form.finished()) {
                return Finish.END_OF_TURN;
            }
        }
        return length >= lengthMax ? endOfLength : null;
    }

    private void append(int token) {
        if (length == tokens.length || length == spec.prompt().length) {
            tokens = Arrays.copyOf(tokens, Math.min(lengthMax, length + Math.max(16, length / 2)));
        }
        tokens[length] = token;
        length++;
        counts.add(token);
        stream.token(token);
    }
}
