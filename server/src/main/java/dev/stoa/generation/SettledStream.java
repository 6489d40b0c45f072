package dev.stoa.generation;

import dev.stoa.inference.ForwardingStream;
import dev.stoa.inference.Outcome;
import dev.stoa.inference.StopReason;
import dev.stoa.inference.TokenStream;
import dev.stoa.inference.TokenUsage;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A stream that settles its request when it ends, whichever end comes first, and whose model never goes on after that.
 * One reader; {@link #close} and {@link #abort} from any thread.
 */
final class SettledStream extends ForwardingStream {
    private final Settlement.Part settlement;
    private final Duration timeMax;
    private final Runnable onEnd;
    /** Why somebody other than the reader ended it. */
    private final AtomicReference<@Nullable Abort> aborted = new AtomicReference<>();

    private record Abort(StoaException cause, Outcome outcome) {}

    private boolean ended;
    private volatile boolean closed;

    /** @param onEnd called once, when this part has settled */
    SettledStream(TokenStream inner, Settlement.Part settlement, Duration timeMax, Runnable onEnd) {
        super(inner);
        this.settlement = settlement;
        this.timeMax = timeMax;
        this.onEnd = onEnd;
        settlement.runs(this);
    }

    @Override
    public @Nullable Event next(Duration timeout) throws InterruptedException {
        if (ended || closed) {
            throw new IllegalStateException("the stream has ended");
        }
        try {
            Event event = inner.next(withinTime(timeout));
            switch (event) {
                case null -> requireTime();
                case Started _ -> settlement.acceptedNow();
                case TextDelta _,
                        ThinkingDelta _,
                        CallStart _,
                        CallArguments _,
                        CallEnd _,
                        Logprobs _,
                        Cited _,
                        Passed _ -> settlement.firstTokenNow();
                case Finished finished -> {
                    ended = true;
                    StopReason reason = finished.reason();
                    Outcome outcome = reason == StopReason.REFUSAL ? Outcome.REFUSED : Outcome.COMPLETED;
                    settle(outcome, reason, finished.usage(), inner.charged());
                }
            }
            return event;
        } catch (StoaException e) {
            Abort abort = aborted.get();
            end(abort == null ? Outcome.of(e.kind()) : abort.outcome());
            throw abort == null ? e : abort.cause();
        } catch (InterruptedException e) {
            end(Outcome.CANCELLED);
            throw e;
        } catch (RuntimeException | Error e) {
            // Whatever broke below, the request must not stay open: it settles, then the fault goes on as it is. After
            // a
            // close or an abort from outside, the fault is only the inner stream's way to say that it is closed.
            Abort abort = aborted.get();
            if (abort != null) {
                end(abort.outcome());
                throw abort.cause();
            }
            end(closed ? Outcome.CANCELLED : Outcome.FAILED);
            throw e;
        }
    }

    private Duration withinTime(Duration timeout) {
        requireTime();
        Duration left = timeMax.minus(settlement.elapsed());
        return left.compareTo(timeout) < 0 ? (left.isNegative() ? Duration.ZERO : left) : timeout;
    }

    private void requireTime() {
        Abort abort = aborted.get();
        if (abort != null) {
            throw abort.cause();
        }
        if (settlement.elapsed().compareTo(timeMax) >= 0) {
            throw new StoaException(
                    ErrorKind.TIMEOUT, "The request was not done within " + timeMax.toSeconds() + " seconds.");
        }
    }

    private void end(Outcome outcome) {
        ended = true;
        inner.close();
        settle(outcome, null, inner.usage(), inner.charged());
    }

    private void settle(Outcome outcome, @Nullable StopReason reason, TokenUsage usage, TokenUsage charged) {
        Settlement.Used used = Settlement.Used.of(inner.reuse(), usage, charged);
        if (settlement.settle(outcome, reason, used, model(), inner.queued())) {
            onEnd.run();
        }
    }

    /** Ends it for a reason that the reader then gets from {@link #next}. */
    void abort(StoaException cause) {
        abort(cause, Outcome.of(cause.kind()));
    }

    /** The same, where the reason's kind is not what happened to the request. */
    void abort(StoaException cause, Outcome outcome) {
        if (aborted.compareAndSet(null, new Abort(cause, outcome))) {
            inner.close();
        }
    }

    /** The one that was chosen, until the stream itself knows which answers. */
    @Override
    public String model() {
        String answering = inner.model();
        return answering.isEmpty() ? settlement.model() : answering;
    }

    @Override
    public void close() {
        closed = true;
        inner.close();
        settle(Outcome.CANCELLED, null, inner.usage(), inner.charged());
    }
}
