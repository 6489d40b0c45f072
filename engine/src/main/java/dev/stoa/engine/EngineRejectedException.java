package dev.stoa.engine;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A request that the engine did not take, with the reason. Nothing was computed for it. */
public final class EngineRejectedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** Why a request was refused. */
    public enum Reason {
        /** It can never be served: longer than the context, or than all of the memory for keys and values. */
        TOO_LONG,
        /** The queue is full, or this tenant's part of it; a later try may succeed. */
        QUEUE_FULL,
        /** The engine is closing. */
        CLOSED
    }

    private final Reason reason;
    private final transient @Nullable Duration retryAfter;

    public EngineRejectedException(Reason reason, String message) {
        this(reason, message, null);
    }

    /** @param retryAfter when a later try is likely to succeed, by the rate at which the queue drains now */
    public EngineRejectedException(Reason reason, String message, @Nullable Duration retryAfter) {
        super(message);
        this.reason = reason;
        this.retryAfter = retryAfter;
    }

    public Reason reason() {
        return reason;
    }

    /** When a later try is likely to succeed, by the rate at which requests end now; empty if that isn't known. */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }
}
