package dev.stoa.usage.kafka;

import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
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
    private static final int NANODOLLAR_DIGITS = 9;
    private static final JsonMapper JSON = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .build();

    /** Of a row of {@code usage_event}. */
    static UsageMessage of(ResultSet row) throws SQLException {
        return new UsageMessage(
                row.getString("request_id"),
                row.getObject("at", OffsetDateTime.class).toInstant(),
                row.getObject("organization_id", UUID.class),
                row.getObject("workspace_id", UUID.class),
                row.getObject("member_id", UUID.class),
                row.getObject("credential_id", UUID.class),
                row.getString("surface"),
                row.getString("model"),
                row.getString("outcome"),
                row.getString("stop_reason"),
                row.getInt("input_tokens"),
                row.getInt("cached_tokens"),
                row.getInt("output_tokens"),
                row.getInt("thinking_tokens"),
                row.getObject("queue_ms", Integer.class),
                row.getObject("accepted_ms", Integer.class),
                row.getObject("first_token_ms", Integer.class),
                row.getInt("total_ms"),
                BigDecimal.valueOf(row.getLong("cost_nanodollars"), NANODOLLAR_DIGITS)
                        .toPlainString(),
                row.getString("reuse"),
                row.getInt("reused_tokens"));
    }

    byte[] json() {
        return JSON.writeValueAsBytes(this);
    }
}
