package dev.stoa.usage;

import dev.stoa.identity.Caller;
import dev.stoa.inference.TokenUsage;
import java.time.Instant;

/** A request that runs, as far as its event could be written now. Its parts may be asked for from any thread. */
public interface OpenRequest {
    String requestId();

    Instant at();

    Caller caller();

    String surface();

    String model();

    /** So far. */
    TokenUsage tokens();

    /** So far, in billionths of a dollar. */
    long cost();

    /** Ends it for an administrator, unless it has ended; its client gets an error that says so. Does not wait. */
    void stop();

    /** Whether it has ended, so that its event is on its way. */
    boolean ended();
}
