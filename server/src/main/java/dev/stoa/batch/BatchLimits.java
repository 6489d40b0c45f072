package dev.stoa.batch;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Every bound of batches, {@code stoa.batch.*}.
 *
 * @param items most items of a batch: Anthropic's own
 * @param body largest body that makes a batch, or file that one is read from: Anthropic's own 256 MB
 * @param open batches of a workspace that have not ended: each costs a look every second
 * @param organizationSize bytes of all items whose results are kept, as they came: the database keeps them
 * @param lifetime after which what has not been answered expires: both protocols' own
 * @param kept how long results stay in the database after the end: Anthropic's own
 * @param concurrency items that one server runs at once: enough to fill an engine's batch, few beside
 *     {@code stoa.limits.in-flight}
 * @param limitWait how long a batch waits after a limit that doesn't say for how long, and while the server is too busy
 * @param faults tries of an item that end in a fault of ours, after which it is errored
 * @param look how often a server looks for work that others brought
 * @param heartbeatStale silence after which a server counts as dead: several looks, and a database's restart
 */
@ConfigurationProperties("stoa.batch")
public record BatchLimits(
        @DefaultValue("100000") int items,
        @DefaultValue("256MB") DataSize body,
        @DefaultValue("100") int open,
        @DefaultValue("10GB") DataSize organizationSize,
        @DefaultValue("24h") Duration lifetime,
        @DefaultValue("29d") Duration kept,
        @DefaultValue("8") int concurrency,
        @DefaultValue("5s") Duration limitWait,
        @DefaultValue("3") int faults,
        @DefaultValue("1s") Duration look,
        @DefaultValue("15s") Duration heartbeatStale) {

    /** @throws IllegalArgumentException naming the setting that is out of range */
    public BatchLimits {
        positive(items, "items");
        positive(body.toBytes(), "body");
        positive(open, "open");
        positive(organizationSize.toBytes(), "organization-size");
        positive(lifetime.toMillis(), "lifetime");
        positive(kept.toMillis(), "kept");
        positive(concurrency, "concurrency");
        positive(limitWait.toMillis(), "limit-wait");
        positive(faults, "faults");
        positive(look.toMillis(), "look");
        if (heartbeatStale.compareTo(look.multipliedBy(3)) < 0) {
            throw new IllegalArgumentException(
                    "stoa.batch.heartbeat-stale must be at least three times stoa.batch.look");
        }
    }

    private static void positive(long value, String name) {
        if (value < 1) {
            throw new IllegalArgumentException("stoa.batch." + name + " must be at least 1");
        }
    }
}
