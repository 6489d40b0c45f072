package dev.stoa.safety;

import dev.stoa.inference.Refusal;
import dev.stoa.inference.StopReason;
import dev.stoa.inference.TokenStream;
import dev.stoa.inference.TokenUsage;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A model's stream of which only judged text gets out. On a match the model is stopped, the text up to the match leaves,
 * and the stream ends with {@link StopReason#REFUSAL}; what was held back is never sent.
 */
final class GuardedStream implements TokenStream {
    private final TokenStream inner;
    private final Scanner scanner;
    private final Verdicts verdicts;
    /** The event that follows the last text; set when the end is known. */
    private @Nullable Finished ending;

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
        if (ending != null) {
            ended = true;
            return ending;
        }
        long begin = System.nanoTime();
        Duration left = timeout;
        while (true) {
            Event event = inner.next(left);
            Event out = switch (event) {
                case null -> null;
                case Started started -> started;
                case TextDelta(String text) -> judge(scanner.accept(text), null);
                case Finished finished -> judge(scanner.end(), finished);
            };
            if (event == null || out != null) {
                return out;
            }
            Duration rest = timeout.minusNanos(System.nanoTime() - begin);
            left = rest.isNegative() ? Duration.ZERO : rest;
        }
    }

    /** What to hand out; null if all of it is held back. */
    private @Nullable Event judge(Scanner.Result result, @Nullable Finished finished) {
        String text = switch (result) {
            case Scanner.Released(String free) -> {
                if (finished != null) {
                    ending = finished;
                    verdicts.passed();
                }
                yield free;
            }
            case Scanner.Hit(String before, Rule rule) -> {
                inner.close();
                refusal = verdicts.refused(rule);
                ending = new Finished(StopReason.REFUSAL, null, inner.usage());
                yield before;
            }
        };
        if (!text.isEmpty()) {
            return new TextDelta(text);
        }
        ended = ending != null;
        return ending;
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
