package dev.stoa.engine;

/**
 * How urgent a request is. A class goes before those below it, but each class that waits gets a turn once in every
 * {@link EngineOptions#agingInterval()} per class above it, so none starves.
 */
public enum Priority {
    /** Somebody waits in front of a screen. */
    INTERACTIVE,
    /** A program waits. */
    STANDARD,
    /** Nobody waits: jobs, evaluations. */
    BATCH
}
