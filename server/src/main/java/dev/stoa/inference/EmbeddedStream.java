package dev.stoa.inference;

import dev.stoa.engine.Generation;
import dev.stoa.engine.OutputParser;
import dev.stoa.engine.OutputPart;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A generation of the embedded engine as a {@link TokenStream}. One reader; {@link #close} from any thread. */
final class EmbeddedStream implements TokenStream {
    private static final int INITIAL_TOKENS = 64;

    private final Generation generation;
    private final OutputParser parser;
    private final int promptTokens;
    /** Whether the context, not the caller, set the token limit. */
    private final boolean clamped;

    private final boolean remembers;

    private final WorkerMeters.Reading reading;
    private int[] tokens = new int[INITIAL_TOKENS];
    private int tokenCount;
    private final Function<Integer, byte[]> bytesOfToken;
    private final ArrayDeque<Event> ahead = new ArrayDeque<>(1);
    /** Log probabilities and number of the tokens whose text the parser still holds back. */
    private final List<TokenLogprob> heldLogprobs = new ArrayList<>();

    private int heldTokens;
    /** Written by the reader only. */
    private volatile int thinkingTokens;

    private boolean called;
    private boolean parsed;
    private boolean started;
    private boolean ended;
    private volatile boolean closed;

    /**
     * @param parser tells text, thinking and calls apart
     * @param remembers whether the engine keeps what it computes of the prompt, which it has done at the first token
     * @param bytesOfToken the UTF-8 bytes that a token id stands for
     */
    EmbeddedStream(
            Generation generation,
            OutputParser parser,
            int promptTokens,
            boolean clamped,
            boolean remembers,
            WorkerMeters.Requests meters,
            Function<Integer, byte[]> bytesOfToken) {
        this.generation = generation;
        this.parser = parser;
        this.promptTokens = promptTokens;
        this.clamped = clamped;
        this.remembers = remembers;
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
            read(chunk);
            if (!ahead.isEmpty()) {
                return ahead.poll();
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
    public @Nullable Duration queued() {
        return ended || closed ? generation.timing().queued() : null;
    }

    @Override
    public int[] tokensFrom(int from) {
        return Arrays.copyOfRange(tokens, Math.min(from, tokenCount), tokenCount);
    }

    private void read(Generation.Chunk chunk) {
        heldTokens += chunk.tokens().size();
        chunk.logprobs().forEach(token -> heldLogprobs.add(logprob(token)));
        if (!chunk.text().isEmpty()) {
            take(parser.append(chunk.text()));
        }
    }

    private void take(List<OutputPart> parts) {
        boolean text = false;
        for (OutputPart part : parts) {
            ahead.add(
                    switch (part) {
                        case OutputPart.Text(String said) -> {
                            text = true;
                            yield new TextDelta(said);
                        }
                        case OutputPart.Thinking(String thought) -> {
                            thinkingTokens = thinkingTokens + heldTokens;
                            heldTokens = 0;
                            yield new ThinkingDelta(thought);
                        }
                        case OutputPart.CallStart(int call, String name) -> new CallStart(call, null, name);
                        case OutputPart.CallArguments(int call, String json) -> new CallArguments(call, json);
                        case OutputPart.CallEnd(int call, boolean complete) -> {
                            called |= complete;
                            yield new CallEnd(call, complete);
                        }
                    });
        }
        if (text && !heldLogprobs.isEmpty()) {
            ahead.add(new Logprobs(heldLogprobs));
        }
        if (!parts.isEmpty()) {
            // Thoughts and calls are not told token by token.
            heldLogprobs.clear();
            heldTokens = 0;
        }
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

    /** The next event of the end: what was held back comes before {@link Finished}. */
    private @Nullable Event end(Generation.Finish finish) {
        if (!parsed) {
            parsed = true;
            take(parser.finish());
            if (!heldLogprobs.isEmpty()) {
                ahead.add(new Logprobs(heldLogprobs));
            }
        }
        return ahead.isEmpty() ? finished(finish) : ahead.poll();
    }

    private Finished finished(Generation.Finish finish) {
        ended = true;
        reading.end(generation.timing());
        StopReason reason = switch (finish) {
            case END_OF_TURN -> called ? StopReason.TOOL_USE : StopReason.END_TURN;
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
        int written = remembers && usage.outputTokens() > 0 ? promptTokens - usage.cachedTokens() : 0;
        return new TokenUsage(promptTokens, usage.cachedTokens(), written, usage.outputTokens(), thinkingTokens);
    }

    @Override
    public void close() {
        closed = true;
        generation.cancel();
    }
}
