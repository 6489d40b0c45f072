package dev.stoa.inference;

import dev.stoa.engine.Generation;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A generation of the embedded engine as a {@link TokenStream}. One reader; {@link #close} from any thread. */
final class EmbeddedStream implements TokenStream {
    private static final int INITIAL_TOKENS = 64;

    private final Generation generation;
    private final int promptTokens;
    /** Whether the context, not the caller, set the token limit. */
    private final boolean clamped;

    private final WorkerMeters.Reading reading;
    private int[] tokens = new int[INITIAL_TOKENS];
    private int tokenCount;
    private final Function<Integer, byte[]> bytesOfToken;
    private final ArrayDeque<Event> ahead = new ArrayDeque<>(1);
    private boolean started;
    private boolean ended;
    private volatile boolean closed;

    /** @param bytesOfToken the UTF-8 bytes that a token id stands for */
    EmbeddedStream(
            Generation generation,
            int promptTokens,
            boolean clamped,
            WorkerMeters.Requests meters,
            Function<Integer, byte[]> bytesOfToken) {
        this.generation = generation;
        this.promptTokens = promptTokens;
        this.clamped = clamped;
        this.reading = meters.begin();
        this.bytesOfToken = bytesOfToken;
    }

    @Override
    public @Nullable Event next(Duration timeout) throws InterruptedException {
        if (ended || closed) {
            throw new IllegalStateException("the stream has ended");
        }
        if (!started) {
            started = true;
            return new Started(promptTokens, generation.usage().cachedTokens());
        }
        if (!ahead.isEmpty()) {
            return ahead.poll();
        }
        long begin = System.nanoTime();
        Duration left = timeout;
        while (true) {
            Generation.Chunk chunk = generation.next(left);
            if (chunk == null) {
                Generation.Finish finish = generation.finish();
                return finish == null ? null : end(finish);
            }
            reading.tokens(chunk.tokens().size());
            chunk.tokens().forEach(this::remember);
            Event event = event(chunk);
            if (event != null) {
                return event;
            }
            Duration rest = timeout.minusNanos(System.nanoTime() - begin);
            left = rest.isNegative() ? Duration.ZERO : rest;
        }
    }

    private void remember(int token) {
        if (tokenCount == tokens.length) {
            tokens = Arrays.copyOf(tokens, 2 * tokens.length);
        }
        tokens[tokenCount] = token;
        tokenCount++;
    }

    @Override
    public int[] tokensFrom(int from) {
        return Arrays.copyOfRange(tokens, Math.min(from, tokenCount), tokenCount);
    }

    /** What a chunk says; a second event waits in {@code ahead}. */
    private @Nullable Event event(Generation.Chunk chunk) {
        Event text = chunk.text().isEmpty() ? null : new TextDelta(chunk.text());
        if (chunk.logprobs().isEmpty()) {
            return text;
        }
        Logprobs logprobs =
                new Logprobs(chunk.logprobs().stream().map(this::logprob).toList());
        if (text == null) {
            return logprobs;
        }
        ahead.add(logprobs);
        return text;
    }

    private TokenLogprob logprob(Generation.TokenLogprob token) {
        return new TokenLogprob(
                piece(token.token(), token.logprob()),
                token.top().stream()
                        .map(other -> piece(other.token(), other.logprob()))
                        .toList());
    }

    private TokenLogprob.Piece piece(int token, double logprob) {
        return new TokenLogprob.Piece(bytesOfToken.apply(token), logprob);
    }

    private Finished end(Generation.Finish finish) {
        ended = true;
        reading.end(generation.timing());
        StopReason reason = switch (finish) {
            case END_OF_TURN -> StopReason.END_TURN;
            case MAX_TOKENS -> clamped ? StopReason.CONTEXT_FULL : StopReason.MAX_TOKENS;
            case CONTEXT_FULL -> StopReason.CONTEXT_FULL;
            case STOP_SEQUENCE -> StopReason.STOP_SEQUENCE;
            case CANCELLED -> throw new StoaException(ErrorKind.OVERLOADED, "The server is shutting down.");
            case EXPIRED -> throw new StoaException(ErrorKind.TIMEOUT, "The request's time was up.");
            case FAILED -> throw new StoaException(ErrorKind.INTERNAL, "The model failed on this request.");
        };
        return new Finished(
                reason, finish == Generation.Finish.STOP_SEQUENCE ? generation.stopSequence() : null, usage());
    }

    @Override
    public TokenUsage usage() {
        Generation.Usage usage = generation.usage();
        return new TokenUsage(promptTokens, usage.cachedTokens(), usage.outputTokens());
    }

    @Override
    public void close() {
        closed = true;
        generation.cancel();
    }
}
