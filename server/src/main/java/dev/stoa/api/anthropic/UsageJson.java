package dev.stoa.api.anthropic;

import dev.stoa.engine.Priority;
import dev.stoa.inference.TokenUsage;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a request has used, as the protocol writes it: what came from the cache apart from the other input, and so what
 * was put there, for a request that asked for that.
 *
 * @param tier in which it is served
 */
record UsageJson(CacheBreakpoints breakpoints, String tier) {
    private static final JsonMapper JSON = new JsonMapper();

    /** @param priorityTier whether requests may go before others here */
    static UsageJson of(MessagesRequest request, boolean priorityTier) {
        boolean first = priorityTier && request.priority() == Priority.INTERACTIVE;
        return new UsageJson(request.breakpoints(), first ? "priority" : "standard");
    }

    ObjectNode json(TokenUsage usage) {
        int written = breakpoints.count() > 0 ? usage.writtenTokens() : 0;
        ObjectNode json = JSON.createObjectNode()
                .put("input_tokens", usage.inputTokens() - usage.cachedTokens() - written)
                .put("cache_creation_input_tokens", written)
                .put("cache_read_input_tokens", usage.cachedTokens());
        json.putObject("cache_creation")
                .put("ephemeral_5m_input_tokens", breakpoints.hour() ? 0 : written)
                .put("ephemeral_1h_input_tokens", breakpoints.hour() ? written : 0);
        return json.put("output_tokens", usage.outputTokens()).put("service_tier", tier);
    }
}
