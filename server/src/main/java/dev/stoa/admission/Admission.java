package dev.stoa.admission;

import dev.stoa.shared.ErrorKind;
import dev.stoa.shared.Limits;
import dev.stoa.shared.StoaException;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The door: so many requests at once for all, so many at once and a minute for each key. What is counted is reserved
 * here, before any work, and never later. Counts are this server's own. Thread-safe.
 *
 * <p>A key's state lives while it matters: a key with nothing on its way and its whole allowance is forgotten at the next
 * sweep, so the table holds no more keys than were used within a minute.
 */
public final class Admission {
    /** A place comes free when any request of the key ends; a second is a fair guess. */
    private static final Duration PLACE_RETRY = Duration.ofSeconds(1);

    private static final long MINUTE_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final long SWEEP_INTERVAL_NANOS = MINUTE_NANOS;

    /**
     * A key's counts. The rate is kept as one instant (GCRA): each request moves {@code emptyUntil} on by its share of a
     * minute, and may not move it more than a minute ahead of now.
     */
    private static final class Key {
        private int inFlight;
        private long emptyUntilNanos;

        private Key(long now) {
            this.emptyUntilNanos = now;
        }
    }

    private final Limits limits;
    private final LongSupplier nanoClock;
    private final long nanosPerRequest;
    private final AtomicInteger inFlight = new AtomicInteger();
    private final ConcurrentHashMap<UUID, Key> keys = new ConcurrentHashMap<>();
    private long sweptNanos;

    public Admission(Limits limits, LongSupplier nanoClock) {
        this.limits = limits;
        this.nanoClock = nanoClock;
        this.nanosPerRequest = MINUTE_NANOS / limits.requestsPerMinute();
        this.sweptNanos = nanoClock.getAsLong();
    }

    /**
     * Reserves a place.
     *
     * @param credential the API key or session that asks
     * @throws StoaException RATE_LIMITED with the time to wait; OVERLOADED if the whole server is full
     */
    public Permit acquire(UUID credential) {
        sweep();
        if (inFlight.incrementAndGet() > limits.inFlight()) {
            inFlight.decrementAndGet();
            throw new StoaException(
                    ErrorKind.OVERLOADED,
                    "The server has as many requests as it can hold; try again soon.",
                    PLACE_RETRY,
                    null);
        }
        @Nullable StoaException[] refused = new @Nullable StoaException[1];
        keys.compute(credential, (_, known) -> {
            Key key = known == null ? new Key(nanoClock.getAsLong()) : known;
            refused[0] = reserve(key);
            return key;
        });
        StoaException refusal = refused[0];
        if (refusal != null) {
            inFlight.decrementAndGet();
            throw refusal;
        }
        return new Permit(() -> release(credential));
    }

    /** Counts a request in, or says why not. Only within {@code keys.compute}. */
    private @Nullable StoaException reserve(Key key) {
        if (key.inFlight >= limits.inFlightPerKey()) {
            return new StoaException(
                    ErrorKind.RATE_LIMITED,
                    "This key has " + key.inFlight + " requests on their way, as many as it may have at once.",
                    PLACE_RETRY,
                    null);
        }
        long now = nanoClock.getAsLong();
        long emptyUntil = (key.emptyUntilNanos - now > 0 ? key.emptyUntilNanos : now) + nanosPerRequest;
        long ahead = emptyUntil - now - nanosPerRequest * limits.requestsPerMinute();
        if (ahead > 0) {
            return new StoaException(
                    ErrorKind.RATE_LIMITED,
                    "This key has begun " + limits.requestsPerMinute() + " requests in a minute, as many as it may.",
                    Duration.ofNanos(ahead),
                    null);
        }
        key.emptyUntilNanos = emptyUntil;
        key.inFlight++;
        return null;
    }

    private void release(UUID credential) {
        keys.computeIfPresent(credential, (_, key) -> {
            key.inFlight--;
            return key;
        });
        inFlight.decrementAndGet();
    }

    /** What the key may still ask now. */
    public RequestAllowance allowance(UUID credential) {
        long[] ahead = new long[1];
        keys.computeIfPresent(credential, (_, key) -> {
            ahead[0] = Math.max(0, key.emptyUntilNanos - nanoClock.getAsLong());
            return key;
        });
        int used = (int) Math.ceilDiv(ahead[0], nanosPerRequest);
        return new RequestAllowance(
                limits.requestsPerMinute(), Math.max(0, limits.requestsPerMinute() - used), Duration.ofNanos(ahead[0]));
    }

    /** Requests on their way. */
    public int inFlight() {
        return inFlight.get();
    }

    /** Keys that are remembered. */
    int remembered() {
        return keys.size();
    }

    private void sweep() {
        long now = nanoClock.getAsLong();
        synchronized (this) {
            if (now - sweptNanos < SWEEP_INTERVAL_NANOS) {
                return;
            }
            sweptNanos = now;
        }
        for (UUID credential : keys.keySet()) {
            keys.computeIfPresent(
                    credential, (_, key) -> key.inFlight == 0 && key.emptyUntilNanos - now <= 0 ? null : key);
        }
    }
}
