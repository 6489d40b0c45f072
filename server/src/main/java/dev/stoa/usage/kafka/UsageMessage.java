package dev.stoa.usage.kafka;

import dev.stoa.usage.UsageExport.Entry;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/**
 * An event as the topic has it: one JSON object, its fields named as in the Admin API's CSV, those that are not there
 * null. Fields may be added, and none changes its meaning.
 *
 * @param costUsd a decimal number as text, since JSON's own numbers are rounded by many who read them
 * @param cache whether another answer was given again; null where none was looked for
 */
record UsageMessage(
        String requestId,
        Instant at,
        UUID organizationId,
        UUID workspaceId,
        UUID userId,
        UUID apiKeyId,
        String surface,
        String model,
        String outcome,
        @Nullable String stopReason,
        int inputTokens,
        int cachedTokens,
        int outputTokens,
        int thinkingTokens,
        @Nullable Integer queueMs,
        @Nullable Integer acceptedMs,
        @Nullable Integer firstTokenMs,
        int totalMs,
        String costUsd,
        @Nullable String cache,
        int reusedTokens) {
    private static final JsonMapper JSON = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .build();

    static UsageMessage of(Entry entry) {
        return new UsageMessage(
                entry.requestId(),
                entry.at(),
                entry.organization(),
                entry.workspace(),
                entry.member(),
                entry.apiKey(),
                entry.surface(),
                entry.model(),
                entry.outcome(),
                entry.stopReason(),
                entry.inputTokens(),
                entry.cachedTokens(),
                entry.outputTokens(),
                entry.thinkingTokens(),
                entry.queueMillis(),
                entry.acceptedMillis(),
                entry.firstTokenMillis(),
                entry.totalMillis(),
                entry.costUsd(),
                entry.reuse(),
                entry.reusedTokens());
    }

    byte[] json() {
        return JSON.writeValueAsBytes(this);
    }
}
