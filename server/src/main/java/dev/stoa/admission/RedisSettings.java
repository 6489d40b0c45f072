package dev.stoa.admission;

import dev.stoa.shared.CheckedSettings;
import dev.stoa.shared.Limits;
import java.nio.file.Path;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The Redis that counts limits where {@code stoa.limits.store} says so, {@code stoa.redis.*}.
 *
 * @param url {@code redis://user:password@host:port/database}, or {@code rediss://} for TLS
 * @param passwordFile a file that holds the password instead, read at the start
 * @param caFile certificates in PEM of those who may have signed the server's; empty means those that Java trusts
 * @param timeout how long connecting or an answer may take: under {@code stoa.limits.limit-store-wait}, so that a
 *     request hears of it
 */
@ConfigurationProperties("stoa.redis")
record RedisSettings(
        @DefaultValue("") String url,
        @DefaultValue("") String passwordFile,
        @DefaultValue("") String caFile,
        @DefaultValue("1s") Duration timeout)
        implements CheckedSettings {

    /** @throws dev.stoa.operations.OperatorException as {@link RedisAddress#of}, where limits are counted in Redis */
    @Override
    public void check(Path dataFolder, Limits limits) {
        if (limits.store() == Limits.Store.REDIS) {
            RedisAddress.of(this);
        }
    }

    /** Without name and password. */
    @Override
    public String toString() {
        return url.replaceFirst("//.*@", "//");
    }
}
