package dev.stoa.inference;

import dev.stoa.inference.source.Citation;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The answer as it is made: {@link Started}, then thinking, text and calls in the order in which the model makes them,
 * then {@link Finished}. Words between two calls are a part of their own, as are those before and behind thinking. A
 * call is {@link CallStart}, any number of {@link CallArguments}, {@link CallEnd}, with nothing else between; calls are
 * numbered from 0. Whoever makes a stream keeps to this order; the gate and the surfaces rely on it. One reader thread;
 * {@link #close} may come from any thread, cancels what still runs, and is safe to call twice.
 */
public interface TokenStream extends AutoCloseable {

    /** Something that happened in the stream. The last one is always {@link Finished}. */
    sealed interface Event {}

    /** The worker has taken the request; the prompt counts {@code inputTokens}. Always first. */
    record Started(int inputTokens, int cachedTokens) implements Event {}

    /** More text; never empty. */
    record TextDelta(String text) implements Event {}

    /** More of what the model thinks before it answers; never empty. */
    record ThinkingDelta(String text) implements Event {}

    /**
     * A call of a tool begins.
     *
     * @param id as the worker names it; null where it doesn't, and the surface finds one
     * @param name a tool of the request, unless a model made one up
     */
    record CallStart(int call, @Nullable String id, String name) implements Event {}

    /** More of the JSON text of a call's arguments; never empty. */
    record CallArguments(int call, String json) implements Event {}

    /**
     * A call ends.
     *
     * @param complete false if the answer was cut off in its midst; the arguments of a whole call are what the model made
     *     of them, which need not be JSON
     */
    record CallEnd(int call, boolean complete) implements Event {}

    /** The tokens behind the text that came just before, where they were asked for; never empty. None for calls. */
    record Logprobs(List<TokenLogprob> tokens) implements Event {
        public Logprobs {
            tokens = List.copyOf(tokens);
        }
    }

    /**
     * What an upstream has sent, as it stands: whole events of a stream, or the whole body. Only for a {@link
     * Prompt.Original}, and then all of it. Comes behind the events of which it tells, but before {@link Finished}.
     *
     * @param bytes not to be changed
     * @param untold the texts in them of which no event tells, by where they stand; one goes on with what the bytes just
     *     before have at its place
     */
    record Passed(byte[] bytes, Map<String, String> untold) implements Event {
        public Passed {
            untold = Map.copyOf(untold);
        }

        /** Bytes all of whose texts are told. */
        public Passed(byte[] bytes) {
            this(bytes, Map.of());
        }
    }

    /**
     * On what the text rests that came since the last of these, or since the part began.
     *
     * @param citations empty if it rests on nothing that was to be cited
     */
    record Cited(List<Citation> citations) implements Event {
        public Cited {
            citations = List.copyOf(citations);
        }
    }

    /** The end; {@link StopReason#TOOL_USE} if the model stopped by itself and has called a tool. */
    record Finished(StopReason reason, @Nullable String stopSequence, TokenUsage usage) implements Event {}

    /**
     * Waits for the next event.
     *
     * @return null when {@code timeout} has passed and the stream goes on
     * @throws dev.stoa.shared.StoaException if the request fails after it was taken
     * @throws IllegalStateException after {@link Finished} or {@link #close}
     */
    @Nullable Event next(Duration timeout) throws InterruptedException;

    /** Tokens so far, also after a cancel. */
    TokenUsage usage();

    /**
     * Ids of the output's tokens so far, from the {@code from}th on: those of a {@link GenerationRequest#begun} first.
     * They may be ahead of the text. Empty where the worker does not tell, so that the request can't be taken up again.
     * For the reader thread.
     */
    default int[] tokensFrom(int from) {
        return new int[0];
    }

    /**
     * Name of the model that answers, where a choice was made: it stands once the first event has come. Empty where the
     * stream doesn't know.
     */
    default String model() {
        return "";
    }

    /** How long the request waited in its worker's queue; null where that is not told, or not yet. */
    default @Nullable Duration queued() {
        return null;
    }

    /** Whether the answer was there already, or is made for others too. Stands from the beginning. */
    default Reuse reuse() {
        return Reuse.NONE;
    }

    /**
     * What of {@link #usage} this request pays for: all of it, but for answers that others had made. Stands once the
     * stream has finished or was closed.
     */
    default TokenUsage charged() {
        return usage();
    }

    /** Why safety ended it; null unless the stop reason is {@link StopReason#REFUSAL}. */
    default @Nullable Refusal refusal() {
        return null;
    }

    /**
     * Whoever asked has left.
     *
     * @return whether somebody is to read the answer to its end nevertheless, as the worker's own count of it is wanted;
     *     nothing is tried anew then. Otherwise it is to be closed.
     */
    default boolean leave() {
        return false;
    }

    @Override
    void close();
}
