package dev.stoa.identity;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The bounds of passkeys, each a setting {@code stoa.passkeys.*}.
 *
 * @param perMember passkeys of one member: more than anybody has devices
 * @param challengeLife how long a person may take to answer the browser's question: some minutes, to find a key in a
 *     drawer
 * @param challenges questions that wait for an answer at once over all servers, a hundred bytes each; beyond it new ones
 *     are refused
 */
@ConfigurationProperties("stoa.passkeys")
public record PasskeySettings(
        @DefaultValue("20") int perMember,
        @DefaultValue("5m") Duration challengeLife,
        @DefaultValue("10000") int challenges) {

    /** @throws IllegalArgumentException naming the setting that is out of range */
    public PasskeySettings {
        if (perMember < 0) {
            throw new IllegalArgumentException("stoa.passkeys.per-member must not be negative");
        }
        if (challengeLife.toSeconds() < 1) {
            throw new IllegalArgumentException("stoa.passkeys.challenge-life must be at least 1s");
        }
        if (challenges < 1) {
            throw new IllegalArgumentException("stoa.passkeys.challenges must be at least 1");
        }
    }
}
