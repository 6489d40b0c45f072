package dev.stoa.engine;

/** A request that the engine did not take, with the reason. Nothing was computed for it. */
public final class EngineRejectedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** Why a request was refused. */
    public enum Reason {
        /** Prompt plus output can never fit the context. */
        TOO_LONG,
        /** The queue is full; a later try may succeed. */
        QUEUE_FULL,
        /** The engine is closing. */
        CLOSED
    }

    private final Reason reason;

    public EngineRejectedException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
