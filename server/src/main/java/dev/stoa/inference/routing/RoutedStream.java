package dev.stoa.inference.routing;

import dev.stoa.inference.GenerationRequest;
import dev.stoa.inference.TokenStream;
import dev.stoa.inference.TokenUsage;
import dev.stoa.inference.routing.Attempts.Next;
import dev.stoa.inference.upstream.UpstreamException;
import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.StoaException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One request's way through its attempts, as one stream. Until the first token has come, a failure that another try may
 * mend is not the reader's: the next attempt takes the place of the failed one. After it nothing is tried again, as what
 * was said can't be taken back.
 *
 * <p>A remote answer's begin is held back for its first token, but no longer than {@link RoutingSettings#hold}; once it
 * has left, only the same version may still take over. Every attempt ends once towards its {@link Target} and its
 * {@link Ledger}. One reader; {@link #close} from any thread.
 */
final class RoutedStream implements TokenStream {
    /** How an attempt ended. */
    enum Result {
        /** With its end, or its reader left after the first token. */
        ANSWERED,
        FAILED,
        /** The request itself was at fault, or the caller went before the first token. */
        DROPPED
    }

    /** Hears once how each attempt that was made ended, on any thread. */
    interface Ledger {
        /** @param firstToken from the attempt's begin to its first token; null if none came */
        void ended(Attempt attempt, Result result, @Nullable Duration firstToken);
    }

    /**
     * A try of one place.
     *
     * @param unheard whether its target has yet to hear of an answer or of an end
     */
    record Attempt(String version, Target target, long beganNanos, AtomicBoolean unheard) {
        Attempt(String version, Target target, long beganNanos) {
            this(version, target, beganNanos, new AtomicBoolean(true));
        }

        /** The first token came; of no effect where the attempt was dropped meanwhile. */
        void answered(Duration after) {
            if (unheard.getAndSet(false)) {
                target.answered(after);
            }
        }

        void failed(Duration after) {
            unheard.set(false);
            target.failed(after);
        }

        /** Nobody waits for it any more; of no effect where the first token came before, if by no more than a moment. */
        void released() {
            if (unheard.getAndSet(false)) {
                target.released();
            }
        }
    }

    private final GenerationRequest request;
    private final Attempts attempts;
    private final Ledger ledger;
    private final Duration hold;
    private final LongSupplier nanoClock;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final ArrayDeque<Event> ready = new ArrayDeque<>();

    /** The attempt whose end was not told yet. */
    private final AtomicReference<@Nullable Attempt> open = new AtomicReference<>();

    private volatile @Nullable TokenStream inner;
    private volatile @Nullable Duration firstToken;
    /** What runs or is due. */
    private volatile Attempt attempt;

    /** Whether {@link #attempt} was made, not only planned. */
    private volatile boolean made;

    private @Nullable Started held;
    /** What an upstream sent before its first token; another one would send it anew. */
    private final List<Passed> heldBytes = new ArrayList<>();

    private boolean begun;
    private boolean ended;
    /** Whether it is read for the worker's count alone. */
    private volatile boolean unread;

    /** Makes the first attempts, so that a request that nobody takes is refused here. */
    RoutedStream(GenerationRequest request, Attempts attempts, Ledger ledger, Duration hold, LongSupplier nanoClock) {
        this.request = request;
        this.attempts = attempts;
        this.ledger = ledger;
        this.hold = hold;
        this.nanoClock = nanoClock;
        this.attempt = plan(attempts.first());
        while (inner == null && isDue()) {
            begin();
        }
    }

    private Attempt plan(Next next) {
        Attempt planned = new Attempt(
                next.version(),
                next.target(),
                nanoClock.getAsLong() + next.delay().toNanos());
        made = false;
        open.set(planned);
        if (closing.getCount() == 0) {
            end(Result.DROPPED);
        }
        return planned;
    }

    private boolean isDue() {
        return nanoClock.getAsLong() - attempt.beganNanos() >= 0;
    }

    /** Asks the place that is due; when it refuses at once, plans what comes then. */
    private void begin() {
        Target target = attempt.target();
        made = true;
        try {
            TokenStream started = target.worker().start(request.withModel(target.model()));
            inner = started;
            if (closing.getCount() == 0) {
                started.close();
            }
        } catch (StoaException e) {
            failed(e);
        } catch (RuntimeException | Error e) {
            end(Result.DROPPED);
            throw e;
        }
    }

    @Override
    public @Nullable Event next(Duration timeout) throws InterruptedException {
        if (ended) {
            throw new IllegalStateException("the stream has ended");
        }
        TokenStream answering = inner;
        if (firstToken != null && answering != null && ready.isEmpty()) {
            return pass(answering, timeout);
        }
        long deadline = nanoClock.getAsLong() + timeout.toNanos();
        while (ready.isEmpty()) {
            TokenStream source = inner;
            if (source == null) {
                if (!waitUntilDue(deadline)) {
                    return null;
                }
                begin();
            } else if (!step(source, deadline)) {
                return null;
            }
        }
        Event event = ready.remove();
        ended = event instanceof Finished;
        return event;
    }

    /** Behind the first token nothing is held, and nothing tried again. */
    private @Nullable Event pass(TokenStream source, Duration timeout) throws InterruptedException {
        try {
            Event event = source.next(timeout);
            if (event instanceof Finished) {
                ended = true;
                end(Result.ANSWERED);
            }
            return event;
        } catch (StoaException e) {
            source.close();
            failed(e);
            throw e;
        }
    }

    /** False when the caller's time is over first. */
    private boolean waitUntilDue(long deadline) throws InterruptedException {
        long now = nanoClock.getAsLong();
        long wait = Math.min(attempt.beganNanos() - now, deadline - now);
        if (closing.await(Math.max(0, wait), TimeUnit.NANOSECONDS)) {
            ended = true;
            throw new IllegalStateException("the stream was closed");
        }
        return isDue();
    }

    /** Takes what comes next; false when nothing did in time. */
    private boolean step(TokenStream source, long deadline) throws InterruptedException {
        long now = nanoClock.getAsLong();
        long release = attempt.beganNanos() + hold.toNanos();
        boolean holds = held != null;
        long until = holds && release - deadline < 0 ? release : deadline;
        Event event;
        try {
            event = source.next(Duration.ofNanos(Math.max(0, until - now)));
        } catch (StoaException e) {
            source.close();
            failed(e);
            return true;
        }
        if (event == null) {
            if (holds && nanoClock.getAsLong() - release >= 0) {
                releaseStarted();
                return true;
            }
            return nanoClock.getAsLong() - deadline < 0;
        }
        take(event);
        return true;
    }

    private void take(Event event) {
        if (event instanceof Started started) {
            if (!begun) {
                held = started;
                if (!attempt.target().worker().remote()) {
                    releaseStarted();
                }
            }
            return;
        }
        if (event instanceof Passed passed && firstToken == null) {
            heldBytes.add(passed);
            return;
        }
        if (firstToken == null) {
            Duration after = Duration.ofNanos(nanoClock.getAsLong() - attempt.beganNanos());
            firstToken = after;
            attempt.answered(after);
            releaseStarted();
            ready.addAll(heldBytes);
            heldBytes.clear();
        }
        ready.add(event);
        if (event instanceof Finished) {
            end(Result.ANSWERED);
        }
    }

    private void releaseStarted() {
        if (held != null) {
            begun = true;
            ready.add(held);
            held = null;
        }
    }

    /** Ends the attempt, and plans the next or throws what ended this one. */
    private void failed(StoaException why) {
        Target failed = attempt.target();
        boolean mayPass = Attempts.mayPass(why.kind());
        end(mayPass ? Result.FAILED : Result.DROPPED);
        held = null;
        heldBytes.clear();
        Next then = firstToken != null || unread ? null : attempts.after(failed, why, asked(why), begun);
        if (then == null) {
            ended = true;
            throw why;
        }
        inner = null;
        attempt = plan(then);
    }

    private static @Nullable Duration asked(StoaException why) {
        return why.kind() == ErrorKind.OVERLOADED && why.getCause() instanceof UpstreamException told
                ? told.asked()
                : null;
    }

    /** Tells how the attempt ended, if nobody has. */
    private void end(Result result) {
        Attempt over = open.getAndSet(null);
        if (over == null) {
            return;
        }
        Duration token = firstToken;
        if (result == Result.FAILED) {
            over.failed(token == null ? Duration.ofNanos(nanoClock.getAsLong() - over.beganNanos()) : token);
        } else {
            over.released();
        }
        if (made) {
            ledger.ended(over, result, token);
        }
    }

    @Override
    public String model() {
        return attempt.version();
    }

    @Override
    public TokenUsage usage() {
        TokenStream source = inner;
        return source == null ? TokenUsage.NONE : source.usage();
    }

    @Override
    public int[] tokensFrom(int from) {
        TokenStream source = inner;
        return source == null ? new int[0] : source.tokensFrom(from);
    }

    @Override
    public @Nullable Duration queued() {
        TokenStream source = inner;
        return source == null ? null : source.queued();
    }

    @Override
    public boolean leave() {
        TokenStream source = inner;
        if (source == null || !source.leave()) {
            return false;
        }
        unread = true;
        return true;
    }

    @Override
    public void close() {
        closing.countDown();
        TokenStream source = inner;
        if (source != null) {
            source.close();
        }
        end(firstToken == null ? Result.DROPPED : Result.ANSWERED);
    }
}
