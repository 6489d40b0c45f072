package dev.stoa.api.admin;

import dev.stoa.api.Fields;
import dev.stoa.inference.Lifecycle;
import dev.stoa.inference.ModelCard;
import dev.stoa.inference.Prices;
import dev.stoa.inference.routing.Alias;
import dev.stoa.inference.routing.Alias.Canary;
import dev.stoa.inference.routing.Alias.Rollback;
import dev.stoa.inference.routing.Alias.Sticky;
import dev.stoa.inference.routing.ModelVersion;
import dev.stoa.inference.routing.ModelVersion.Deployment;
import dev.stoa.inference.routing.ModelVersion.Shadow;
import dev.stoa.inference.routing.UpstreamServer;
import dev.stoa.inference.upstream.UpstreamSettings.OnDisconnect;
import dev.stoa.inference.upstream.UpstreamSettings.Protocol;
import java.math.BigDecimal;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Reads what operators send of models, aliases and upstreams. */
final class CatalogueDecoder {
    /** Names go into paths, headers and labels. */
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:@-]{0,127}");

    private static final int WEIGHT_MAX = 1000;
    private static final int LIST_MAX = 32;
    private static final int REQUESTS_MAX = 200;
    private static final double LATENCY_FACTOR_MAX = 100;

    private CatalogueDecoder() {}

    static ModelVersion version(Fields fields) {
        String id = name(fields, "id");
        String displayName = fields.optionalString("display_name");
        int context = fields.optionalInt("context_length", 1).orElse(0);
        ModelCard card = new ModelCard(
                new TreeSet<>(names(fields, "capabilities")),
                fields.optionalInt("max_output_tokens", 1).orElse(0),
                prices(fields),
                lifecycle(fields),
                names(fields, "fallbacks"));
        List<Deployment> deployments = new ArrayList<>();
        for (JsonNode item : bounded(fields, "deployments")) {
            Fields each = Fields.of(item, "deployments." + deployments.size());
            deployments.add(new Deployment(
                    each.optionalString("upstream"),
                    text(each, "model"),
                    each.optionalInt("weight", 1, WEIGHT_MAX).orElse(1)));
            each.end();
        }
        Fields shadow = fields.optionalObject("shadow");
        ModelVersion version = new ModelVersion(
                id, displayName == null ? id : displayName, context, card, deployments, shadow(shadow));
        fields.end();
        return version;
    }

    private static @Nullable Shadow shadow(@Nullable Fields fields) {
        if (fields == null) {
            return null;
        }
        Shadow shadow = new Shadow(name(fields, "version"), percent(fields, 1));
        fields.end();
        return shadow;
    }

    private static int percent(Fields fields, int min) {
        int percent = fields.requiredInt("percent", min);
        if (percent > 100) {
            throw Fields.invalid(fields.path("percent"), "must be between " + min + " and 100");
        }
        return percent;
    }

    private static @Nullable Prices prices(Fields parent) {
        Fields fields = parent.optionalObject("prices");
        if (fields == null) {
            return null;
        }
        BigDecimal input = price(fields, "input");
        BigDecimal cached = fields.optional("cached_input") == null ? input : price(fields, "cached_input");
        Prices prices = new Prices(input, cached, price(fields, "output"));
        fields.end();
        return prices;
    }

    private static BigDecimal price(Fields fields, String name) {
        JsonNode node = fields.required(name);
        if (!node.isNumber() || node.decimalValue().signum() < 0) {
            throw Fields.invalid(fields.path(name), "must be dollars per million tokens, not negative");
        }
        return node.decimalValue();
    }

    private static Lifecycle lifecycle(Fields fields) {
        Instant deprecated = Pages.time(fields.optionalString("deprecated_at"), "deprecated_at");
        Instant retires = Pages.time(fields.optionalString("retires_at"), "retires_at");
        String replacement = fields.optionalString("replacement");
        if (deprecated != null && retires != null && retires.isBefore(deprecated)) {
            throw Fields.invalid("retires_at", "must not come before deprecated_at");
        }
        return new Lifecycle(deprecated, retires, replacement);
    }

    static Alias alias(Fields fields) {
        String name = name(fields, "name");
        String version = name(fields, "version");
        Fields canary = fields.optionalObject("canary");
        Alias alias = new Alias(name, version, canary == null ? null : canary(canary));
        fields.end();
        return alias;
    }

    private static Canary canary(Fields fields) {
        String version = name(fields, "version");
        int percent = percent(fields, 0);
        String by = fields.optionalString("sticky");
        Sticky sticky = switch (by == null ? "key" : by) {
            case "key" -> Sticky.KEY;
            case "user" -> Sticky.USER;
            default -> throw Fields.invalid(fields.path("sticky"), "must be “key” or “user”");
        };
        Fields rule = fields.optionalObject("rollback");
        Canary canary = new Canary(version, percent, sticky, rule == null ? Rollback.DEFAULT : rollback(rule), null);
        fields.end();
        return canary;
    }

    private static Rollback rollback(Fields fields) {
        double factor = fields.optionalNumber("latency_factor", 1, (int) LATENCY_FACTOR_MAX)
                .orElse(Rollback.DEFAULT.latencyFactor());
        Rollback rule = new Rollback(
                fields.optionalInt("min_requests", 1, REQUESTS_MAX).orElse(Rollback.DEFAULT.minRequests()),
                fields.optionalShare("error_rate_excess").orElse(Rollback.DEFAULT.errorRateExcess()),
                factor);
        fields.end();
        return rule;
    }

    static UpstreamServer upstream(Fields fields) {
        String name = name(fields, "name");
        String spoken = fields.optionalString("protocol");
        Protocol protocol = switch (spoken == null ? "openai" : spoken) {
            case "openai" -> Protocol.OPENAI;
            case "anthropic" -> Protocol.ANTHROPIC;
            default -> throw Fields.invalid(fields.path("protocol"), "must be “openai” or “anthropic”");
        };
        String maxTokensField = fields.optionalString("max_tokens_field");
        return new UpstreamServer(
                name,
                protocol,
                url(fields),
                maxTokensField == null ? "max_tokens" : maxTokensField,
                seconds(fields, "connect_timeout_seconds", 5),
                seconds(fields, "first_token_timeout_seconds", 120),
                seconds(fields, "idle_timeout_seconds", 30),
                onDisconnect(fields));
    }

    private static OnDisconnect onDisconnect(Fields fields) {
        String chosen = fields.optionalString("on_disconnect");
        return switch (chosen == null ? "stop" : chosen) {
            case "stop" -> OnDisconnect.STOP;
            case "finish" -> OnDisconnect.FINISH;
            default -> throw Fields.invalid(fields.path("on_disconnect"), "must be “stop” or “finish”");
        };
    }

    private static URI url(Fields fields) {
        String text = fields.requiredString("url");
        try {
            URI url = URI.create(text);
            if (("http".equals(url.getScheme()) || "https".equals(url.getScheme()))
                    && url.getHost() != null
                    && url.getUserInfo() == null) {
                return url;
            }
        } catch (IllegalArgumentException _) {
            // Answered below.
        }
        throw Fields.invalid(
                fields.path("url"), "must be an address of http or https, up to and with /v1, without a user");
    }

    private static Duration seconds(Fields fields, String name, int fallback) {
        double seconds = fields.optionalNumber(name, 0, 3600).orElse(fallback);
        if (seconds < 0.001) {
            throw Fields.invalid(fields.path(name), "must be at least 0.001");
        }
        return Duration.ofMillis(Math.round(1000 * seconds));
    }

    private static String name(Fields fields, String field) {
        return name(fields.requiredString(field), fields.path(field));
    }

    private static String name(String text, String path) {
        if (!NAME.matcher(text).matches()) {
            throw Fields.invalid(path, "must be up to 128 letters, digits, and “.”, “_”, “:”, “@”, “-” within");
        }
        return text;
    }

    private static String text(Fields fields, String field) {
        String text = fields.requiredString(field);
        if (text.isBlank() || text.length() > 256) {
            throw Fields.invalid(fields.path(field), "must have 1 to 256 characters");
        }
        return text;
    }

    private static List<String> names(Fields fields, String field) {
        List<String> names = new ArrayList<>();
        for (JsonNode item : bounded(fields, field)) {
            String path = fields.path(field) + "." + names.size();
            if (!item.isString()) {
                throw Fields.invalid(path, "must be a string, not " + Fields.kind(item));
            }
            names.add(name(item.stringValue(), path));
        }
        return names;
    }

    private static List<JsonNode> bounded(Fields fields, String field) {
        List<JsonNode> items = fields.list(field);
        if (items.size() > LIST_MAX) {
            throw Fields.invalid(fields.path(field), "must hold " + LIST_MAX + " at most");
        }
        return items;
    }
}
