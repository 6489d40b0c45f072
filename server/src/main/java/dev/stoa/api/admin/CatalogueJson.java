package dev.stoa.api.admin;

import dev.stoa.inference.Lifecycle;
import dev.stoa.inference.Prices;
import dev.stoa.inference.routing.Alias;
import dev.stoa.inference.routing.Alias.Canary;
import dev.stoa.inference.routing.ModelVersion;
import dev.stoa.inference.routing.UpstreamServer;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Models, aliases and upstreams as operators see them; what {@link CatalogueDecoder} takes back. */
final class CatalogueJson {
    private static final JsonMapper JSON = new JsonMapper();

    private CatalogueJson() {}

    static ObjectNode of(ModelVersion version, Instant now) {
        Lifecycle lifecycle = version.card().lifecycle();
        ObjectNode json = JSON.createObjectNode()
                .put("type", "model")
                .put("id", version.id())
                .put("display_name", version.displayName());
        put(json, "context_length", version.contextLength());
        put(json, "max_output_tokens", version.card().maxOutputTokens());
        version.card().capabilities().forEach(json.putArray("capabilities")::add);
        Prices prices = version.card().prices();
        if (prices == null) {
            json.putNull("prices");
        } else {
            json.putObject("prices")
                    .put("input", prices.input())
                    .put("cached_input", prices.cachedInput())
                    .put("output", prices.output());
        }
        json.put("lifecycle", lower(lifecycle.at(now)))
                .put("deprecated_at", text(lifecycle.deprecatedAt()))
                .put("retires_at", text(lifecycle.retiresAt()))
                .put("replacement", lifecycle.replacement());
        ArrayNode deployments = json.putArray("deployments");
        version.deployments()
                .forEach(each -> deployments
                        .addObject()
                        .put("upstream", each.upstream())
                        .put("model", each.model())
                        .put("weight", each.weight()));
        version.card().fallbacks().forEach(json.putArray("fallbacks")::add);
        if (version.shadow() == null) {
            json.putNull("shadow");
        } else {
            json.putObject("shadow")
                    .put("version", version.shadow().version())
                    .put("percent", version.shadow().percent());
        }
        return json;
    }

    static ObjectNode of(Alias alias) {
        ObjectNode json = JSON.createObjectNode()
                .put("type", "model_alias")
                .put("name", alias.name())
                .put("version", alias.version());
        Canary canary = alias.canary();
        if (canary == null) {
            return json.putNull("canary");
        }
        ObjectNode rollout = json.putObject("canary")
                .put("version", canary.version())
                .put("percent", canary.percent())
                .put("sticky", lower(canary.sticky()));
        rollout.putObject("rollback")
                .put("min_requests", canary.rollback().minRequests())
                .put("error_rate_excess", canary.rollback().errorRateExcess())
                .put("latency_factor", canary.rollback().latencyFactor());
        if (canary.rolledBack() == null) {
            rollout.putNull("rolled_back");
        } else {
            rollout.putObject("rolled_back")
                    .put("at", canary.rolledBack().at().toString())
                    .put("reason", canary.rolledBack().reason());
        }
        return json;
    }

    /** @param hasKey the key itself is never shown */
    static ObjectNode of(UpstreamServer server, boolean hasKey) {
        return JSON.createObjectNode()
                .put("type", "upstream")
                .put("name", server.name())
                .put("protocol", lower(server.protocol()))
                .put("url", server.url().toString())
                .put("has_key", hasKey)
                .put("max_tokens_field", server.maxTokensField())
                .put("connect_timeout_seconds", server.connectTimeout().toMillis() / 1000.0)
                .put("first_token_timeout_seconds", server.firstTokenTimeout().toMillis() / 1000.0)
                .put("idle_timeout_seconds", server.idleTimeout().toMillis() / 1000.0)
                .put("on_disconnect", lower(server.onDisconnect()));
    }

    private static void put(ObjectNode json, String name, int bound) {
        if (bound == 0) {
            json.putNull(name);
        } else {
            json.put(name, bound);
        }
    }

    private static @Nullable String text(@Nullable Instant at) {
        return at == null ? null : at.toString();
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
