package dev.stoa.engine.schedule;

import dev.stoa.engine.EngineRequest;
import dev.stoa.engine.Generation.Chunk;
import dev.stoa.engine.Generation.Finish;
import dev.stoa.engine.Generation.TokenLogprob;
import dev.stoa.engine.cache.KvSequence;
import dev.stoa.engine.sample.TokenCounts;
import dev.stoa.engine.tokenizer.StreamDecoder;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request on its way: {@code QUEUED → RUNNING → ENDED}, or straight from the queue to its end. It holds key and value
 * blocks exactly while it runs. Belongs to the engine thread once submitted.
 */
final class Request {
    /** A request's life. */
    enum State {
        QUEUED,
        RUNNING,
        ENDED
    }

    private final EngineRequest spec;
    private final GenerationStream stream;
    private final TextAssembler text;
    private final TokenCounts counts;
    private final int lengthMax;
    private final Finish endOfLength;
    private int[] tokens;
    private int length;
    private int computed;
    private State state = State.QUEUED;
    private @Nullable KvSequence sequence;

    /** @param contextLength longer outputs are cut there */
    Request(EngineRequest spec, GenerationStream stream, StreamDecoder decoder, int contextLength) {
        this.spec = spec;
        this.stream = stream;
        this.text = new TextAssembler(decoder, spec.stopSequences());
        this.counts =
                new TokenCounts(spec.sampling(), spec.prompt(), spec.control().logitBias());
        this.tokens = spec.prompt();
        this.length = tokens.length;
        long wanted = (long) tokens.length + spec.maxTokens();
        this.lengthMax = (int) Math.min(wanted, contextLength);
        this.endOfLength = wanted > contextLength ? Finish.CONTEXT_FULL : Finish.MAX_TOKENS;
        if (spec.begun().length > 0) {
            takeUp(spec.begun());
        }
    }

    /** Puts the beginning that is given back into the output, as one piece. */
    private void takeUp(int[] begun) {
        StringBuilder released = new StringBuilder();
        for (int token : begun) {
            append(token);
            released.append(text.append(token));
        }
        if (text.met() != null) {
            throw new IllegalArgumentException("begun holds the stop sequence that ends the output");
        }
        stream.put(new Chunk(Arrays.stream(begun).boxed().toList(), released.toString(), List.of()), generated());
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

    State state() {
        return state;
    }

    /** The most tokens that prompt and output can come to. */
    int lengthMax() {
        return lengthMax;
    }

    /** Tokens of prompt and output so far. */
    int length() {
        return length;
    }

    int token(int position) {
        return tokens[position];
    }

    /** Tokens whose keys and values are in the cache. */
    int computed() {
        return computed;
    }

    void advance(int count) {
        computed += count;
        assert computed <= length : "computed more than there is";
    }

    boolean decoding() {
        return computed >= spec.prompt().length + spec.begun().length;
    }

    KvSequence sequence() {
        if (sequence == null) {
            throw new IllegalStateException("a request that is " + state + " holds no blocks");
        }
        return sequence;
    }

    void start(KvSequence blocks) {
        assert state == State.QUEUED : state;
        state = State.RUNNING;
        sequence = blocks;
    }

    /** Ends the request and frees its blocks. */
    void end(Finish finish) {
        assert state != State.ENDED : "a request ended twice";
        state = State.ENDED;
        if (sequence != null) {
            sequence.close();
            sequence = null;
        }
        if (finish != Finish.STOP_SEQUENCE) {
            String rest = text.flush();
            if (!rest.isEmpty()) {
                stream.put(new Chunk(List.of(), rest, List.of()), generated());
            }
        }
        stream.end(finish, text.met(), generated());
    }

    private int generated() {
        return length - spec.prompt().length;
    }

    /**
     * Takes a drawn token; ends the request if it was the last.
     *
     * @param endsTurn whether the model ends its answer with this token; it is counted but not shown
     */
    void accept(int token, boolean endsTurn, @Nullable TokenLogprob logprob) {
        append(token);
        if (endsTurn) {
            end(Finish.END_OF_TURN);
            return;
        }
        String released = text.append(token);
        stream.put(new Chunk(List.of(token), released, logprob == null ? List.of() : List.of(logprob)), generated());
        if (text.met() != null) {
            end(Finish.STOP_SEQUENCE);
        } else if (length >= lengthMax) {
            end(endOfLength);
        }
    }

    private void append(int token) {
        if (length == tokens.length || length == spec.prompt().length) {
            tokens = Arrays.copyOf(tokens, Math.min(lengthMax, length + Math.max(16, length / 2)));
        }
        tokens[length] = token;
        length++;
        counts.add(token);
    }
}
