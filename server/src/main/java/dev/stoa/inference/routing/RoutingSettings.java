package dev.stoa.inference.routing;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How hard a request is tried, {@code stoa.routing.*}.
 *
 * @param attempts of one request in all, the first and those of fallbacks included: a caller waits for them one after
 *     the other
 * @param retryBudget retries that each first attempt earns: when everything fails, the load on what is left grows by no
 *     more than this share
 * @param retryReserve retries that may be made though none were earned, so that a quiet server can retry at all
 * @param backoff the most that the first retry on the same deployment waits; doubles with each
 * @param backoffMax the most that any waits. An upstream that asks for more time than this is not asked again
 * @param hold how long the begin of a remote answer is kept back for its first token, so that another model may take
 *     over; under the silence after which proxies cut a connection
 * @param breakerWindow calls of a deployment that its circuit breaker looks back on
 * @param breakerMinCalls calls before it judges
 * @param breakerFailures percent of failures at which it opens
 * @param breakerOpen how long it stays open before it lets {@code breakerTrials} calls try
 * @param breakerTrials see there
 * @param shadows copies on their way at once; more are left out, as nobody waits for them
 */
@ConfigurationProperties("stoa.routing")
public record RoutingSettings(
        @DefaultValue("3") int attempts,
        @DefaultValue("0.2") double retryBudget,
        @DefaultValue("10") int retryReserve,
        @DefaultValue("100ms") Duration backoff,
        @DefaultValue("2s") Duration backoffMax,
        @DefaultValue("10s") Duration hold,
        @DefaultValue("20") int breakerWindow,
        @DefaultValue("5") int breakerMinCalls,
        @DefaultValue("50") int breakerFailures,
        @DefaultValue("15s") Duration breakerOpen,
        @DefaultValue("2") int breakerTrials,
        @DefaultValue("8") int shadows) {

    /** @throws IllegalArgumentException naming the setting that is out of range */
    public RoutingSettings {
        require(attempts >= 1 && attempts <= 10, "attempts must be 1 to 10");
        require(retryBudget >= 0 && retryBudget <= 1, "retry-budget must be 0 to 1");
        require(retryReserve >= 0, "retry-reserve must not be negative");
        require(backoff.isPositive(), "backoff must be positive");
        require(backoffMax.compareTo(backoff) >= 0, "backoff-max must be at least backoff");
        require(!hold.isNegative(), "hold must not be negative");
        require(breakerWindow >= 1, "breaker-window must be at least 1");
        require(
                breakerMinCalls >= 1 && breakerMinCalls <= breakerWindow,
                "breaker-min-calls must be 1 to breaker-window");
        require(breakerFailures >= 1 && breakerFailures <= 100, "breaker-failures must be 1 to 100 percent");
        require(breakerOpen.isPositive(), "breaker-open must be positive");
        require(breakerTrials >= 1, "breaker-trials must be at least 1");
        require(shadows >= 0, "shadows must not be negative");
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException("stoa.routing." + message);
        }
    }
}
