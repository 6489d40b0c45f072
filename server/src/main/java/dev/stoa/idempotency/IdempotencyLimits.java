package dev.stoa.idempotency;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Every bound of idempotent requests, {@code stoa.idempotency.*}.
 *
 * @param keyLength characters of a key: room for any name that a program makes up
 * @param answer largest answer that is kept, and so what a request under a key holds in memory; most are some kilobytes
 * @param kept how long answers are kept: programs try again within minutes, people within a day
 * @param organizationSize answers of one organization together; beyond it the oldest are forgotten
 * @param lease how long a key is held for a server that gives no sign of life
 */
@ConfigurationProperties("stoa.idempotency")
public record IdempotencyLimits(
        @DefaultValue("255") int keyLength,
        @DefaultValue("1MB") DataSize answer,
        @DefaultValue("24h") Duration kept,
        @DefaultValue("256MB") DataSize organizationSize,
        @DefaultValue("20s") Duration lease) {

    /** @throws IllegalArgumentException naming the setting that is out of range */
    public IdempotencyLimits {
        positive(keyLength, "key-length");
        positive(answer.toBytes(), "answer");
        positive(kept.toMillis(), "kept");
        positive(organizationSize.toBytes(), "organization-size");
        if (lease.toSeconds() < 4) {
            throw new IllegalArgumentException("stoa.idempotency.lease must be at least 4s");
        }
        if (answer.toBytes() > Integer.MAX_VALUE / 2) {
            throw new IllegalArgumentException("stoa.idempotency.answer must be below 1 GB");
        }
    }

    private static void positive(long value, String name) {
        if (value < 1) {
            throw new IllegalArgumentException("stoa.idempotency." + name + " must be at least 1");
        }
    }
}
