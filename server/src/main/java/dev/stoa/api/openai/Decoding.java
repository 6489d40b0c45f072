package dev.stoa.api.openai;

import dev.stoa.api.Fields;
import dev.stoa.engine.OutputControl;
import dev.stoa.engine.Priority;
import dev.stoa.engine.Sampling;
import dev.stoa.inference.GenerationRequest;
import dev.stoa.shared.Ids;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** What both of the protocol's ways to complete share: sampling, stops, options of the stream. */
final class Decoding {
    /** Choices of one request; the protocol allows 128, but each takes a place in the engine. */
    static final int CHOICES_MAX = 16;
    /** The protocol's own limit. */
    private static final int STOPS_MAX = 4;

    private static final int STOP_LENGTH_MAX = 1000;
    private static final int PENALTY_MAX = 2;
    private static final int TEMPERATURE_MAX = 2;
    /** The protocol's own limits. */
    private static final int METADATA_MAX = 16;

    private static final int BIAS_MAX = 100;
    /** Each is looked at for every token that is drawn. */
    private static final int BIASES_MAX = 1024;

    private static final Pattern TOKEN_ID = Pattern.compile("[0-9]{1,9}");

    /** How much a model shall think. */
    static final List<String> EFFORTS = List.of("none", "minimal", "low", "medium", "high", "xhigh", "max");

    static final String NOT_YET = "is not supported by this server's models yet";
    /** Spreads one seed over the choices: consecutive ones must not be the seeds a caller would try next. */
    private static final long SEED_STEP = 0x9E3779B97F4A7C15L;

    private Decoding() {}

    /** How tokens are drawn; the seed is a random one where none is given. */
    static Sampling sampling(Fields fields, Ids ids) {
        float temperature =
                (float) fields.optionalNumber("temperature", 0, TEMPERATURE_MAX).orElse(1);
        float topP = (float) fields.optionalNumber("top_p", 0, 1).orElse(1);
        float presence = (float) fields.optionalNumber("presence_penalty", -PENALTY_MAX, PENALTY_MAX)
                .orElse(0);
        float frequency = (float) fields.optionalNumber("frequency_penalty", -PENALTY_MAX, PENALTY_MAX)
                .orElse(0);
        OptionalLong seed = fields.optionalLong("seed");
        // A top_p of 0 leaves one token, as a top_k of 1 does.
        return new Sampling(
                temperature,
                topP == 0 ? 1 : 0,
                topP == 0 ? 1 : topP,
                0,
                1,
                presence,
                frequency,
                seed.isPresent() ? seed.getAsLong() : ids.seed());
    }

    /** Whether the caller chose the seed. */
    static boolean seeded(Fields fields) {
        return fields.optionalLong("seed").isPresent();
    }

    /** The sampling of one choice of several: the same but for its seed. */
    static Sampling ofChoice(Sampling all, int choice) {
        return new Sampling(
                all.temperature(),
                all.topK(),
                all.topP(),
                all.minP(),
                all.repetitionPenalty(),
                all.presencePenalty(),
                all.frequencyPenalty(),
                all.seed() + choice * SEED_STEP);
    }

    static int choices(Fields fields) {
        return fields.optionalInt("n", 1, CHOICES_MAX).orElse(1);
    }

    static List<String> stops(Fields fields) {
        JsonNode node = fields.optional("stop");
        if (node == null) {
            return List.of();
        }
        List<JsonNode> items = node.isString() ? List.of(node) : Fields.items(node, "stop");
        if (items.size() > STOPS_MAX) {
            throw Fields.invalid("stop", "must hold at most " + STOPS_MAX + " texts");
        }
        List<String> stops = new ArrayList<>();
        for (JsonNode item : items) {
            if (!item.isString()
                    || item.stringValue().isEmpty()
                    || item.stringValue().length() > STOP_LENGTH_MAX) {
                throw Fields.invalid(
                        "stop",
                        "each must be a text of 1 to " + STOP_LENGTH_MAX + " characters, not "
                                + (item.isString()
                                        ? "one of " + item.stringValue().length()
                                        : Fields.kind(item)));
            }
            stops.add(item.stringValue());
        }
        return stops;
    }

    /** Whether a stream ends with its usage. */
    static boolean includeUsage(Fields fields, boolean stream) {
        Fields options = fields.optionalObject("stream_options");
        if (options == null) {
            return false;
        }
        if (!stream) {
            throw Fields.invalid("stream_options", "is only for streams: stream must be true");
        }
        boolean usage = options.optionalBoolean("include_usage");
        options.optionalBoolean("include_obfuscation");
        options.end();
        return usage;
    }

    /** How urgent the request asks to be: “flex” waits behind all others, “priority” wants to go before them. */
    static Priority priority(Fields fields) {
        String tier = oneOf(fields, "service_tier", List.of("auto", "default", "flex", "scale", "priority"));
        return switch (tier == null ? "auto" : tier) {
            case "flex" -> Priority.BATCH;
            case "priority" -> Priority.INTERACTIVE;
            default -> Priority.STANDARD;
        };
    }

    /**
     * The tier in which a request is served, as the protocol names it.
     *
     * @param priorityTier whether requests may go before others here
     */
    static String tier(Priority priority, boolean priorityTier) {
        return switch (priority) {
            case INTERACTIVE -> priorityTier ? "priority" : "default";
            case STANDARD -> "default";
            case BATCH -> "flex";
        };
    }

    /** Biases on tokens, by their ids. */
    static OutputControl bias(Fields fields, OutputControl control) {
        JsonNode node = fields.optional("logit_bias");
        if (node == null) {
            return control;
        }
        Fields.of(node, "logit_bias");
        Map<Integer, Float> biases = new HashMap<>();
        node.forEachEntry((token, bias) -> {
            if (!TOKEN_ID.matcher(token).matches() || !bias.isNumber() || Math.abs(bias.doubleValue()) > BIAS_MAX) {
                throw Fields.invalid("logit_bias", "maps ids of tokens to numbers between -100 and 100");
            }
            biases.put(Integer.valueOf(token), bias.floatValue());
        });
        if (biases.size() > BIASES_MAX) {
            throw Fields.invalid("logit_bias", "must hold at most " + BIASES_MAX + " tokens");
        }
        return control.withLogitBias(biases);
    }

    /** Fields that change nothing in the answer: checked, then passed over. */
    static void passOver(Fields fields) {
        fields.optionalString("user");
        fields.optionalString("safety_identifier");
        fields.optionalString("prompt_cache_key");
        fields.optionalString("prompt_cache_retention");
        metadata(fields);
    }

    /** The caller's own pairs of texts; null if there are none. */
    static @Nullable JsonNode metadata(Fields fields) {
        JsonNode metadata = fields.optional("metadata");
        if (metadata != null) {
            Fields.of(metadata, "metadata");
            if (metadata.size() > METADATA_MAX) {
                throw Fields.invalid("metadata", "must hold at most " + METADATA_MAX + " pairs");
            }
            metadata.forEachEntry((name, value) -> {
                if (!value.isString()) {
                    throw Fields.invalid("metadata." + name, "must be a string, not " + Fields.kind(value));
                }
            });
        }
        return metadata;
    }

    static @Nullable String oneOf(Fields fields, String name, List<String> values) {
        String value = fields.optionalString(name);
        if (value != null && !values.contains(value)) {
            throw Fields.invalid(fields.path(name), "must be one of “" + String.join("”, “", values) + "”");
        }
        return value;
    }

    /** Whether a model that can think shall; absent leaves it to the model. */
    static Optional<Boolean> thinking(@Nullable String effort) {
        return effort == null ? Optional.empty() : Optional.of(!effort.equals("none") && !effort.equals("minimal"));
    }

    static int topLogprobs(boolean wanted, int top) {
        return wanted ? top : GenerationRequest.NO_LOGPROBS;
    }
}
