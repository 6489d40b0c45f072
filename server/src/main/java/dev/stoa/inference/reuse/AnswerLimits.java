package dev.stoa.inference.reuse;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Bounds of the cache of answers, {@code stoa.answer-cache.*}.
 *
 * @param answer largest answer that is kept; most are some kilobytes, with log probabilities some hundred
 * @param organizationSize answers of one organization together; beyond it the oldest are forgotten
 * @param ttlMax the longest that an organization may have answers kept: a model's answer is no older than a quarter
 */
@ConfigurationProperties("stoa.answer-cache")
public record AnswerLimits(
        @DefaultValue("1MB") DataSize answer,
        @DefaultValue("256MB") DataSize organizationSize,
        @DefaultValue("90d") Duration ttlMax) {

    /** @throws IllegalArgumentException naming the setting that is out of range */
    public AnswerLimits {
        positive(answer.toBytes(), "answer");
        positive(organizationSize.toBytes(), "organization-size");
        positive(ttlMax.toSeconds(), "ttl-max");
        if (answer.toBytes() > Integer.MAX_VALUE / 4) {
            throw new IllegalArgumentException("stoa.answer-cache.answer must be below 512 MB");
        }
    }

    private static void positive(long value, String name) {
        if (value < 1) {
            throw new IllegalArgumentException("stoa.answer-cache." + name + " must be positive");
        }
    }
}
