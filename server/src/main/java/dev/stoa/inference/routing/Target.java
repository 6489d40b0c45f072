package dev.stoa.inference.routing;

import dev.stoa.inference.Worker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A deployment as this server reaches it, with what it has learnt of it: a circuit breaker over the last calls, and until
 * when it has asked to be left alone. One in this process has neither: its own queue says how full it is. Every
 * {@link #tryCall} that is granted ends in one of the four ends. Thread-safe.
 */
final class Target {
    /** Breakers want to know one; which failures count is decided before. */
    private static final Exception FAILURE = new Exception("a failed attempt", null, false, false) {
        private static final long serialVersionUID = 1;
    };

    private final String name;
    private final Worker worker;
    private final String model;
    private final int weight;
    private final Clock clock;
    private final @Nullable CircuitBreaker breaker;
    private final Duration openFor;
    private volatile long restUntilMillis;
    private volatile long openedMillis;

    /**
     * @param name of version and deployment, for metrics
     * @param model its name at the worker
     * @param journal hears of the breaker
     */
    Target(
            String name,
            Worker worker,
            String model,
            int weight,
            RoutingSettings settings,
            Clock clock,
            BreakerJournal journal) {
        this.name = name;
        this.worker = worker;
        this.model = model;
        this.weight = weight;
        this.clock = clock;
        this.openFor = settings.breakerOpen();
        this.breaker = worker.remote() ? breaker(name, settings, clock) : null;
        if (breaker != null) {
            breaker.getEventPublisher().onStateTransition(event -> {
                openedMillis = clock.millis();
                tell(journal, event.getStateTransition().getToState());
            });
        }
    }

    private void tell(BreakerJournal journal, CircuitBreaker.State state) {
        float failures = breaker == null ? -1 : breaker.getMetrics().getFailureRate();
        switch (state) {
            case OPEN -> journal.changed(name, UpstreamIncidents.State.OPEN, failures);
            case HALF_OPEN -> journal.changed(name, UpstreamIncidents.State.HALF_OPEN, -1);
            case CLOSED -> journal.changed(name, UpstreamIncidents.State.CLOSED, -1);
            case DISABLED, METRICS_ONLY, FORCED_OPEN -> {}
        }
    }

    private static CircuitBreaker breaker(String name, RoutingSettings settings, Clock clock) {
        return CircuitBreaker.of(
                name,
                CircuitBreakerConfig.custom()
                        .currentTimestampFunction(_ -> clock.millis(), TimeUnit.MILLISECONDS)
                        .clock(clock)
                        .slidingWindowType(CircuitBreakerConfig.SlidingWindowType.COUNT_BASED)
                        .slidingWindowSize(settings.breakerWindow())
                        .minimumNumberOfCalls(settings.breakerMinCalls())
                        .failureRateThreshold(settings.breakerFailures())
                        .waitDurationInOpenState(settings.breakerOpen())
                        .permittedNumberOfCallsInHalfOpenState(settings.breakerTrials())
                        .build());
    }

    String name() {
        return name;
    }

    Worker worker() {
        return worker;
    }

    String model() {
        return model;
    }

    int weight() {
        return weight;
    }

    /** Asks for a call; false while the breaker is open or the deployment rests. */
    boolean tryCall() {
        return clock.millis() >= restUntilMillis && tryAgain();
    }

    /** As {@link #tryCall}, for a caller who waits out its rest. */
    boolean tryAgain() {
        return breaker == null || breaker.tryAcquirePermission();
    }

    /** How long until {@link #tryCall} may say yes, as far as that is known. */
    Duration untilCall() {
        long until = restUntilMillis;
        if (breaker != null && breaker.getState() == CircuitBreaker.State.OPEN) {
            until = Math.max(until, openedMillis + openFor.toMillis());
        }
        return Duration.ofMillis(Math.max(0, until - clock.millis()));
    }

    /** The first token came. */
    void answered(Duration after) {
        if (breaker != null) {
            breaker.onSuccess(after.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    /** It failed, before the first token or, a second end of the same call, after it. */
    void failed(Duration after) {
        if (breaker != null) {
            breaker.onError(Math.max(0, after.toMillis()), TimeUnit.MILLISECONDS, FAILURE);
        }
    }

    /** It did what it should, with a request that it could not take, or the caller has gone. */
    void released() {
        if (breaker != null) {
            breaker.releasePermission();
        }
    }

    /** It asks to be left alone. */
    void rest(Duration time) {
        restUntilMillis = Math.max(restUntilMillis, clock.millis() + time.toMillis());
    }
}
