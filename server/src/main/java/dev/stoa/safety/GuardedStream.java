package dev.stoa.safety;

import dev.stoa.inference.Refusal;
import dev.stoa.inference.StopReason;
import dev.stoa.inference.TokenLogprob;
import dev.stoa.inference.TokenStream;
import dev.stoa.inference.TokenUsage;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A model's stream of which only judged text gets out. On a match the model is stopped, the text up to the match leaves,
 * and the stream ends with {@link StopReason#REFUSAL}; what was held back is never sent. A token's log probabilities
 * leave once its whole text has: they spell it.
 */
final class GuardedStream implements TokenStream {
    private final TokenStream inner;
    private final Scanner scanner;
    private final Verdicts verdicts;
    private final HeldLogprobs logprobs = new HeldLogprobs();
    /** What is judged and waits for its reader. */
    private final ArrayDeque<Event> ready = new ArrayDeque<>();

    private boolean judged;
    private boolean ended;
    private volatile @Nullable Refusal refusal;

    /** Hears the one verdict on the whole answer; none if the stream breaks off. */
    interface Verdicts {
        void passed();

        Refusal refused(Rule rule);
    }

    GuardedStream(TokenStream inner, Scanner scanner, Verdicts verdicts) {
        this.inner = inner;
        this.scanner = scanner;
        this.verdicts = verdicts;
    }

    @Override
    public @Nullable Event next(Duration timeout) throws InterruptedException {
        if (ended) {
            throw new IllegalStateException("the stream has ended");
        }
        long begin = System.nanoTime();
        Duration left = timeout;
        while (ready.isEmpty()) {
            if (judged) {
                throw new IllegalStateException("the stream has ended");
            }
            Event event = inner.next(left);
            if (event == null) {
                return null;
            }
            take(event);
            Duration rest = timeout.minusNanos(System.nanoTime() - begin);
            left = rest.isNegative() ? Duration.ZERO : rest;
        }
        Event event = ready.remove();
        ended = event instanceof Finished;
        return event;
    }

    private void take(Event event) {
        switch (event) {
            case Started started -> ready.add(started);
            case TextDelta(String text) -> judge(scanner.accept(text), null);
            case Logprobs(List<TokenLogprob> tokens) -> {
                logprobs.add(tokens);
                release(logprobs.free());
            }
            case Finished finished -> judge(scanner.end(), finished);
        }
    }

    private void judge(Scanner.Result result, @Nullable Finished finished) {
        switch (result) {
            case Scanner.Released(String free) -> {
                release(free);
                if (finished != null) {
                    judged = true;
                    release(logprobs.rest());
                    verdicts.passed();
                    ready.add(finished);
                }
            }
            case Scanner.Hit(String before, Rule rule) -> {
                judged = true;
                inner.close();
                refusal = verdicts.refused(rule);
                release(before);
                ready.add(new Finished(StopReason.REFUSAL, null, inner.usage()));
            }
        }
    }

    private void release(String text) {
        if (!text.isEmpty()) {
            ready.add(new TextDelta(text));
            logprobs.left(text);
            release(logprobs.free());
        }
    }

    private void release(List<TokenLogprob> tokens) {
        if (!tokens.isEmpty()) {
            ready.add(new Logprobs(tokens));
        }
    }

    @Override
    public TokenUsage usage() {
        return inner.usage();
    }

    @Override
    public int[] tokensFrom(int from) {
        return inner.tokensFrom(from);
    }

    @Override
    public @Nullable Refusal refusal() {
        return refusal;
    }

    @Override
    public void close() {
        inner.close();
    }
}
