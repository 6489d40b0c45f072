package dev.stoa.engine;

import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The reader's end of a running request. It ends exactly once, with one {@link Finish}.
 *
 * <p>{@link #next} is for one reader thread; {@link #cancel} may come from any thread. A reader that stops reading
 * pauses its own request and no other.
 */
public interface Generation extends AutoCloseable, Iterable<Generation.Chunk> {

    /**
     * A piece of the output.
     *
     * @param tokens the ids it covers, in order; may be empty where held-back text is released at the end
     * @param text whole characters only; empty while a character or a possible stop sequence is incomplete
     * @param logprobs one for each of {@code tokens}; empty unless asked for
     */
    record Chunk(List<Integer> tokens, String text, List<TokenLogprob> logprobs) {}

    /** A token's log probability (natural logarithm, of the unfiltered distribution) and its best alternatives. */
    record TokenLogprob(int token, double logprob, List<Alternative> top) {}

    /** A token that could have stood in the same place. */
    record Alternative(int token, double logprob) {}

    /** Why a generation ended. */
    enum Finish {
        /** The model ended its turn. */
        END_OF_TURN,
        /** {@code maxTokens} were generated. */
        MAX_TOKENS,
        /** The model's context is full. */
        CONTEXT_FULL,
        /** A stop sequence was met. */
        STOP_SEQUENCE,
        /** {@link #cancel} or {@link Engine#close}. */
        CANCELLED,
        /** Its {@link Scheduling#timeLimit time} was up. */
        EXPIRED,
        /** A fault in the engine; the cause is in its log. */
        FAILED
    }

    /** What a generation has used so far. {@code cachedTokens} of the prompt were not computed again. */
    record Usage(int promptTokens, int cachedTokens, int outputTokens) {}

    /**
     * Where a generation's time went.
     *
     * @param queued from submission until it first ran
     * @param prefill from then until its first token
     * @param decode from its first token until its end, pauses included
     */
    record Timing(Duration queued, Duration prefill, Duration decode) {}

    /**
     * Waits for the next piece.
     *
     * @return null when {@code timeout} has passed or the generation has ended: {@link #finish} tells which
     */
    @Nullable Chunk next(Duration timeout) throws InterruptedException;

    /**
     * The pieces to the end, each waited for. Takes what {@link #next} would, so only one of the two should be used.
     *
     * @throws IllegalStateException from {@code hasNext} if the generation {@link Finish#FAILED failed}
     * @throws java.util.concurrent.CancellationException from {@code hasNext} if the reading thread is interrupted; the
     *     generation is cancelled then
     */
    @Override
    default Iterator<Chunk> iterator() {
        return new ChunkIterator(this);
    }

    /** Why it ended, or null while pieces may still come from {@link #next}. */
    @Nullable Finish finish();

    /** The stop sequence that was met, where {@link #finish} is {@code STOP_SEQUENCE}. */
    @Nullable String stopSequence();

    /** Tokens used so far; final once {@link #finish} is not null. */
    Usage usage();

    /** Times so far; final once {@link #finish} is not null. */
    Timing timing();

    /**
     * The prompt and all tokens generated so far, read or not. A request that begins with them finds their keys and
     * values in the cache, so this is how to go on from here.
     */
    int[] tokens();

    /** Ends the generation at the engine's next step; does nothing if it has ended. */
    void cancel();

    /** Same as {@link #cancel}. */
    @Override
    default void close() {
        cancel();
    }
}
