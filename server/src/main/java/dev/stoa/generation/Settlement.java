package dev.stoa.generation;

import dev.stoa.admission.Permit;
import dev.stoa.identity.Caller;
import dev.stoa.inference.GenerationRequest;
import dev.stoa.inference.Outcome;
import dev.stoa.inference.StopReason;
import dev.stoa.inference.TokenUsage;
import dev.stoa.shared.ErrorKind;
import dev.stoa.usage.UsageEvent;
import dev.stoa.usage.UsageRecorder;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The end of one request, which happens exactly once whoever comes first: its reader at the end or at an error, a client
 * that left, a deadline, a stop of the server. Gives the permit back and records the request. Thread-safe.
 */
final class Settlement {
    private final Caller caller;
    private final GenerationRequest request;
    private final UsageRecorder recorder;
    private final LongSupplier nanoClock;
    private final Instant at;
    private final long startNanos;
    private final AtomicBoolean settled = new AtomicBoolean();
    private volatile String model = UsageEvent.UNKNOWN_MODEL;
    private volatile @Nullable Permit permit;
    private volatile @Nullable Duration accepted;
    private volatile @Nullable Duration firstToken;

    Settlement(Caller caller, GenerationRequest request, UsageRecorder recorder, Instant at, LongSupplier nanoClock) {
        this.caller = caller;
        this.request = request;
        this.recorder = recorder;
        this.nanoClock = nanoClock;
        this.at = at;
        this.startNanos = nanoClock.getAsLong();
    }

    /** The request holds a place, given back when it settles. */
    void holds(Permit place) {
        permit = place;
    }

    /** The model's own name, once it is known that there is one. */
    void named(String name) {
        model = name;
    }

    void acceptedNow() {
        accepted = elapsed();
    }

    void firstTokenNow() {
        if (firstToken == null) {
            firstToken = elapsed();
        }
    }

    Duration elapsed() {
        return Duration.ofNanos(nanoClock.getAsLong() - startNanos);
    }

    /** Ends the request; false if it has ended before. */
    boolean settle(Outcome outcome, @Nullable StopReason reason, TokenUsage tokens) {
        if (!settled.compareAndSet(false, true)) {
            return false;
        }
        Permit place = permit;
        try {
            recorder.record(new UsageEvent(
                    request.id(),
                    at,
                    caller,
                    request.surface(),
                    model,
                    outcome,
                    reason,
                    tokens,
                    accepted,
                    firstToken,
                    elapsed()));
        } finally {
            if (place != null) {
                place.close();
            }
        }
        return true;
    }

    /** The outcome of a request that an error ended. */
    static Outcome outcome(ErrorKind kind) {
        return switch (kind) {
            case INVALID_REQUEST,
                    AUTHENTICATION,
                    PERMISSION,
                    NOT_FOUND,
                    METHOD_NOT_ALLOWED,
                    CONFLICT,
                    TOO_LARGE,
                    UNSUPPORTED_MEDIA_TYPE -> Outcome.REJECTED_INVALID;
            case BILLING, RATE_LIMITED -> Outcome.REJECTED_LIMIT;
            case OVERLOADED -> Outcome.REJECTED_OVERLOADED;
            case TIMEOUT -> Outcome.EXPIRED;
            case INTERNAL -> Outcome.FAILED;
        };
    }
}
