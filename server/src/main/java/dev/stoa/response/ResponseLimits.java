package dev.stoa.response;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How long responses are kept, {@code stoa.responses.*}.
 *
 * @param keep how long a response can be read and built upon: the vendor's own 30 days; 0 keeps none
 * @param keepEvents how long after its end the events of a background response can be read again: a client that lost its
 *     connection comes back within minutes, and the response itself stays
 * @param chain the most responses that one is built upon: more than a local model's window holds
 */
@ConfigurationProperties("stoa.responses")
public record ResponseLimits(
        @DefaultValue("30d") Duration keep,
        @DefaultValue("1h") Duration keepEvents,
        @DefaultValue("1000") int chain) {

    /** @throws IllegalArgumentException naming the setting that is out of range */
    public ResponseLimits {
        require(!keep.isNegative(), "stoa.responses.keep must not be negative");
        require(!keepEvents.isNegative(), "stoa.responses.keep-events must not be negative");
        require(chain >= 1, "stoa.responses.chain must be at least 1");
    }

    /** Whether any response is kept. */
    public boolean keeps() {
        return !keep.isZero();
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }
}
