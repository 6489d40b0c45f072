package dev.stoa.store;

import java.io.IOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A response's body, read with a limit on the wait for each next piece. One piece is asked of the connection at a time,
 * so no more than that is held in memory. One reader; {@link #close} drops the connection if the body is not read out.
 */
final class TimedBody implements BodySubscriber<TimedBody>, AutoCloseable {
    /** What the connection told. */
    private sealed interface Signal {}

    private record Data(List<ByteBuffer> pieces) implements Signal {}

    private record Failed(Throwable cause) implements Signal {}

    private record Complete() implements Signal {}

    private final BlockingQueue<Signal> signals = new LinkedBlockingQueue<>();
    private final AtomicReference<Flow.@Nullable Subscription> subscription = new AtomicReference<>();

    @Override
    public CompletionStage<TimedBody> getBody() {
        return CompletableFuture.completedStage(this);
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
        if (!subscription.compareAndSet(null, given)) {
            given.cancel();
            return;
        }
        given.request(1);
    }

    @Override
    public void onNext(List<ByteBuffer> pieces) {
        signals.add(new Data(pieces));
    }

    @Override
    public void onError(Throwable cause) {
        signals.add(new Failed(cause));
    }

    @Override
    public void onComplete() {
        signals.add(new Complete());
    }

    /**
     * Waits for the next pieces.
     *
     * @return null at the end
     * @throws HttpTimeoutException if none comes in time
     */
    @Nullable List<ByteBuffer> next(Duration timeout) throws IOException, InterruptedException {
        Signal signal = signals.poll(timeout.toNanos(), TimeUnit.NANOSECONDS);
        return switch (signal) {
            case null -> throw new HttpTimeoutException("no data for " + timeout.toSeconds() + " s");
            case Complete() -> null;
            case Failed(IOException cause) -> throw new IOException(cause.getMessage(), cause);
            case Failed(Throwable cause) -> throw new IOException(cause);
            case Data(List<ByteBuffer> pieces) -> {
                Flow.Subscription open = subscription.get();
                if (open != null) {
                    open.request(1);
                }
                yield pieces;
            }
        };
    }

    @Override
    public void close() {
        Flow.Subscription open = subscription.get();
        if (open != null) {
            open.cancel();
        }
    }
}
