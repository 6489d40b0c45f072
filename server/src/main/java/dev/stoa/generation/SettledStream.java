package dev.stoa.generation;

import dev.stoa.inference.ForwardingStream;
import dev.stoa.inference.Outcome;
import dev.stoa.inference.StopReason;
import dev.stoa.inference.TokenStream;
import dev.stoa.inference.TokenUsage;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A stream that settles its request when it ends, whichever end comes first, and whose model never goes on after that.
 * Where the model goes on though its reader has left ({@link TokenStream#leave}), the end is the model's; it is read for
 * on a thread of its own. One reader; {@link #close} and {@link #abort} from any thread.
 */
final class SettledStream extends ForwardingStream {
    /** How long the rest of an answer that nobody reads is waited for at once; it bounds nothing but the loop. */
    private static final Duration POLL = Duration.ofSeconds(1);

    private static final Logger log = LoggerFactory.getLogger(SettledStream.class);

    private final Settlement.Part settlement;
    private final Duration timeMax;
    private final Runnable onEnd;
    /** Why somebody other than the reader ended it. */
    private final AtomicReference<@Nullable Abort> aborted = new AtomicReference<>();

    private record Abort(StoaException cause, Outcome outcome) {}

    private volatile boolean ended;
    private volatile boolean closed;
    private final AtomicBoolean left = new AtomicBoolean();
    /** Held by whoever reads: it is one at a time. */
    private final ReentrantLock reading = new ReentrantLock();

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
        reading.lock();
        try {
            return read(timeout);
        } finally {
            reading.unlock();
        }
    }

    private @Nullable Event read(Duration timeout) throws InterruptedException {
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
        Duration rest = requireTime();
        return rest.compareTo(timeout) < 0 ? rest : timeout;
    }

    /** @return what is left of it */
    private Duration requireTime() {
        Abort abort = aborted.get();
        if (abort != null) {
            throw abort.cause();
        }
        Duration rest = timeMax.minus(settlement.elapsed());
        if (!rest.isPositive()) {
            throw new StoaException(
                    ErrorKind.TIMEOUT, "The request was not done within " + timeMax.toSeconds() + " seconds.");
        }
        return rest;
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
        if (left.get()) {
            return;
        }
        if (!ended && aborted.get() == null && inner.leave()) {
            if (left.compareAndSet(false, true)) {
                Thread.ofVirtual().name("stoa-unread").start(this::readOut);
            }
        } else {
            drop();
        }
    }

    /** Reads on for the worker's count alone, within the time of any request. */
    private void readOut() {
        reading.lock();
        try {
            while (!ended) {
                if (inner.next(withinTime(POLL)) instanceof Finished finished) {
                    ended = true;
                    settle(Outcome.CANCELLED, null, finished.usage(), inner.charged());
                }
            }
        } catch (RuntimeException | Error | InterruptedException e) {
            Abort abort = aborted.get();
            if (abort == null && !(e instanceof StoaException)) {
                log.error("An answer that nobody reads could not be read to its end", e);
            }
            end(abort == null ? Outcome.CANCELLED : abort.outcome());
        } finally {
            reading.unlock();
        }
    }

    /** Closes it, and its model ends at once. */
    void drop() {
        closed = true;
        inner.close();
        settle(Outcome.CANCELLED, null, inner.usage(), inner.charged());
    }
}
