package dev.stoa.inference.upstream;

import dev.stoa.shared.LongWaits;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.ResponseInfo;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * What came of one HTTP response, between the client's threads, which put, and one reader, who takes with a time limit.
 * At most {@link #AHEAD} buffers wait; the connection's own flow control holds the rest back.
 */
final class Inbox implements BodyHandler<Void>, BodySubscriber<Void> {
    /** Enough that the reader need not wait for the socket, little enough that a slow reader costs nothing. */
    private static final int AHEAD = 4;
    /** After the answer's end only the end of the body is awaited, so that the connection can serve again. */
    private static final int TRAILERS_MAX = 2;

    private static final Duration TRAILERS_WAIT = Duration.ofSeconds(2);

    /** Something that came. */
    sealed interface Item {}

    /** Status and headers; first, unless there is no response. */
    record Head(int status, HttpHeaders headers) implements Item {}

    record Bytes(List<ByteBuffer> buffers) implements Item {}

    /** The body's end; last. */
    record End() implements Item {}

    /** The connection failed; last. */
    record Broken(Throwable cause) implements Item {}

    /** The reader's own side closed it. */
    record Closed() implements Item {}

    private final Queue<Item> items = new ConcurrentLinkedQueue<>();
    /** The reader, while it waits or is about to. */
    private volatile @Nullable Thread waiting;

    private final CompletableFuture<@Nullable Void> body = new CompletableFuture<>();
    /** Buffers that may still come after the answer's end; negative before it. */
    private final AtomicInteger trailers = new AtomicInteger(-1);

    private Flow.@Nullable Subscription subscription;
    private boolean cancelled;

    @Override
    public BodySubscriber<Void> apply(ResponseInfo info) {
        put(new Head(info.statusCode(), info.headers()));
        return this;
    }

    @Override
    @SuppressWarnings("NullAway") // the body has no value
    public CompletionStage<Void> getBody() {
        return body;
    }

    @Override
    public synchronized void onSubscribe(Flow.Subscription begun) {
        subscription = begun;
        if (cancelled) {
            begun.cancel();
        } else {
            begun.request(AHEAD);
        }
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        if (trailers.get() < 0) {
            put(new Bytes(buffers));
        } else if (trailers.getAndDecrement() <= 0) {
            cancel();
        }
    }

    @Override
    public void onError(Throwable cause) {
        put(new Broken(cause));
        body.complete(null);
    }

    @Override
    public void onComplete() {
        put(new End());
        body.complete(null);
    }

    /** There is no response. */
    void failed(Throwable cause) {
        put(new Broken(cause));
    }

    /**
     * The next thing.
     *
     * @return null when nothing came in time
     */
    @Nullable Item poll(long nanos) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        Item item = items.poll();
        if (item == null && nanos > 0) {
            item = await(nanos);
        }
        if (item instanceof Bytes) {
            request(1);
        }
        return item;
    }

    private @Nullable Item await(long nanos) throws InterruptedException {
        long until = System.nanoTime() + nanos;
        waiting = Thread.currentThread();
        try {
            Item item = items.poll();
            for (long left = nanos; item == null && left > 0; left = until - System.nanoTime()) {
                LongWaits.park(this, left);
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
                item = items.poll();
            }
            return item;
        } finally {
            waiting = null;
        }
    }

    private void put(Item item) {
        items.add(item);
        LockSupport.unpark(waiting);
    }

    private synchronized void request(int buffers) {
        if (subscription != null && !cancelled) {
            subscription.request(buffers);
        }
    }

    /** The answer is whole: lets the body end by itself, but not for long, and forgets what still comes. */
    void letEnd() {
        trailers.set(TRAILERS_MAX);
        request(TRAILERS_MAX);
        body.completeOnTimeout(null, TRAILERS_WAIT.toMillis(), TimeUnit.MILLISECONDS)
                .whenComplete((_, _) -> cancel());
    }

    /** Ends the exchange; a connection that is still in use is closed. Wakes the reader. */
    synchronized void cancel() {
        if (!cancelled) {
            cancelled = true;
            put(new Closed());
            if (subscription != null) {
                subscription.cancel();
            }
        }
    }
}
