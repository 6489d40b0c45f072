package dev.stoa.api.anthropic;

import dev.stoa.api.Fields;
import dev.stoa.engine.Constraint;
import dev.stoa.engine.OutputControl;
import dev.stoa.inference.ContentBlock;
import dev.stoa.inference.Message;
import dev.stoa.inference.Message.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * From a body's JSON to a {@link MessagesRequest}. Everything the protocol knows and this server does not serve yet is
 * refused by name; hints that change nothing in the answer (caching, tier, metadata) are checked and passed over.
 */
final class MessagesDecoder {
    /** Each is looked for at every token. */
    private static final int STOP_SEQUENCES_MAX = 64;

    private static final int STOP_SEQUENCE_LENGTH_MAX = 1000;
    /** The protocol's own limit. */
    private static final int MESSAGES_MAX = 100_000;

    private static final String NOT_YET = "is not supported by this server's models yet";

    private MessagesDecoder() {}

    /** A body that asks for an answer. */
    static MessagesRequest decode(JsonNode body, ApiVersion version) {
        Fields fields = Fields.of(body, "");
        int maxTokens = fields.requiredInt("max_tokens", 1);
        boolean stream = fields.optionalBoolean("stream");
        List<String> stops = stopSequences(fields);
        metadata(fields.optionalObject("metadata"));
        oneOf(fields, "service_tier", "auto", "standard_only");
        OptionalDouble temperature = OptionalDouble.empty();
        OptionalDouble topP = OptionalDouble.empty();
        OptionalInt topK = OptionalInt.empty();
        if (version.takesSampling()) {
            temperature = fields.optionalShare("temperature");
            topP = fields.optionalShare("top_p");
            topK = fields.optionalInt("top_k", 0);
        } else {
            for (String name : List.of("temperature", "top_p", "top_k")) {
                fields.refuse(
                        name, "sampling parameters are not part of version 2026-10-21; send 2023-06-01 to use them");
            }
        }
        return rest(fields, version, maxTokens, stops, temperature, topP, topK, stream);
    }

    /** A body whose tokens are to be counted. */
    static MessagesRequest decodeCount(JsonNode body, ApiVersion version) {
        return rest(
                Fields.of(body, ""),
                version,
                1,
                List.of(),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                OptionalInt.empty(),
                false);
    }

    private static MessagesRequest rest(
            Fields fields,
            ApiVersion version,
            int maxTokens,
            List<String> stops,
            OptionalDouble temperature,
            OptionalDouble topP,
            OptionalInt topK,
            boolean stream) {
        String model = fields.requiredString("model");
        List<Message> messages = new ArrayList<>();
        JsonNode system = fields.optional("system");
        if (system != null) {
            List<ContentBlock> text = content(system, "system", version);
            if (!text.isEmpty()) {
                messages.add(new Message(Role.SYSTEM, text));
            }
        }
        messages(fields, version, messages);
        cacheControl(fields);
        OutputControl control = outputConfig(fields.optionalObject("output_config"));
        unsupported(fields);
        fields.end();
        return new MessagesRequest(model, messages, maxTokens, stops, temperature, topP, topK, control, stream);
    }

    private static void messages(Fields fields, ApiVersion version, List<Message> into) {
        List<JsonNode> items = Fields.items(fields.required("messages"), "messages");
        if (items.isEmpty() || items.size() > MESSAGES_MAX) {
            throw Fields.invalid("messages", "must hold between 1 and " + MESSAGES_MAX + " messages");
        }
        for (int i = 0; i < items.size(); i++) {
            Fields item = Fields.of(items.get(i), "messages." + i);
            Role role = role(item);
            List<ContentBlock> content = content(item.required("content"), item.path("content"), version);
            item.end();
            if (content.isEmpty()) {
                throw Fields.invalid(item.path("content"), "must not be empty");
            }
            add(into, new Message(role, content));
        }
        if (into.getLast().role() == Role.ASSISTANT) {
            throw Fields.invalid(
                    "messages", "the last message must be the user's: continuing an assistant's text " + NOT_YET);
        }
    }

    /** Two turns of one speaker in a row count as one, as the protocol has it. */
    private static void add(List<Message> messages, Message next) {
        if (!messages.isEmpty() && messages.getLast().role() == next.role()) {
            List<ContentBlock> both = new ArrayList<>(messages.removeLast().content());
            both.add(new ContentBlock.Text("\n\n"));
            both.addAll(next.content());
            messages.add(new Message(next.role(), both));
        } else {
            messages.add(next);
        }
    }

    private static Role role(Fields message) {
        String role = message.requiredString("role");
        return switch (role) {
            case "user" -> Role.USER;
            case "assistant" -> Role.ASSISTANT;
            case "system" -> Role.SYSTEM;
            default -> throw Fields.invalid(message.path("role"), "must be “user”, “assistant” or “system”");
        };
    }

    private static List<ContentBlock> content(JsonNode node, String path, ApiVersion version) {
        if (node.isString()) {
            String text = node.stringValue();
            return text.isEmpty() ? List.of() : List.of(new ContentBlock.Text(text));
        }
        if (!node.isArray()) {
            throw Fields.invalid(path, "must be a string or a list of content blocks, not " + Fields.kind(node));
        }
        List<ContentBlock> blocks = new ArrayList<>();
        int i = 0;
        for (JsonNode item : node) {
            blocks.add(block(Fields.of(item, path + "." + i++), version));
        }
        return blocks;
    }

    private static ContentBlock block(Fields block, ApiVersion version) {
        String type = block.requiredString("type");
        if (!type.equals("text")) {
            throw Fields.invalid(block.path("type"), "only “text” blocks can be read; “" + cut(type) + "” " + NOT_YET);
        }
        String text = block.requiredString("text");
        if (text.isEmpty()) {
            throw Fields.invalid(block.path("text"), "must not be empty");
        }
        cacheControl(block);
        block.refuse(
                "citations",
                version == ApiVersion.V2026_10_21
                        ? "a text block of a request carries no citations in version 2026-10-21"
                        : "citing sources " + NOT_YET);
        block.end();
        return new ContentBlock.Text(text);
    }

    private static String cut(String text) {
        return text.length() > 40 ? text.substring(0, 40) + "…" : text;
    }

    private static void cacheControl(Fields fields) {
        Fields control = fields.optionalObject("cache_control");
        if (control != null) {
            if (!control.requiredString("type").equals("ephemeral")) {
                throw Fields.invalid(control.path("type"), "must be “ephemeral”");
            }
            oneOf(control, "ttl", "5m", "1h");
            control.end();
        }
    }

    private static void metadata(@Nullable Fields metadata) {
        if (metadata != null) {
            metadata.optionalString("user_id");
            metadata.end();
        }
    }

    /** The form that the answer must have; how much effort it takes is the model's own. */
    private static OutputControl outputConfig(@Nullable Fields config) {
        OutputControl control = OutputControl.NONE;
        if (config != null) {
            config.optionalString("effort");
            Fields format = config.optionalObject("format");
            if (format != null) {
                if (!format.requiredString("type").equals("json_schema")) {
                    throw Fields.invalid(format.path("type"), "must be “json_schema”");
                }
                JsonNode schema = format.required("schema");
                if (!schema.isObject()) {
                    throw Fields.invalid(format.path("schema"), "must be an object, not " + Fields.kind(schema));
                }
                control = control.withConstraint(new Constraint.JsonSchema(schema.toString()));
                format.end();
            }
            config.end();
        }
        return control;
    }

    private static void oneOf(Fields fields, String name, String first, String second) {
        String value = fields.optionalString(name);
        if (value != null && !value.equals(first) && !value.equals(second)) {
            throw Fields.invalid(fields.path(name), "must be “" + first + "” or “" + second + "”");
        }
    }

    private static List<String> stopSequences(Fields fields) {
        List<String> stops = new ArrayList<>();
        for (JsonNode item : fields.list("stop_sequences")) {
            String path = "stop_sequences." + stops.size();
            if (!item.isString()) {
                throw Fields.invalid(path, "must be a string, not " + Fields.kind(item));
            }
            String stop = item.stringValue();
            if (stop.isBlank() || stop.length() > STOP_SEQUENCE_LENGTH_MAX) {
                throw Fields.invalid(path, "must have a visible character and at most 1000 characters");
            }
            stops.add(stop);
            if (stops.size() > STOP_SEQUENCES_MAX) {
                throw Fields.invalid("stop_sequences", "must hold at most " + STOP_SEQUENCES_MAX + " texts");
            }
        }
        return stops;
    }

    private static void unsupported(Fields fields) {
        Fields thinking = fields.optionalObject("thinking");
        if (thinking != null && !thinking.requiredString("type").equals("disabled")) {
            throw Fields.invalid("thinking", "extended thinking " + NOT_YET);
        }
        fields.refuse("tools", "tool use " + NOT_YET);
        fields.refuse("tool_choice", "tool use " + NOT_YET);
        fields.refuse("mcp_servers", "the MCP connector " + NOT_YET);
        fields.refuse("container", "code execution " + NOT_YET);
        fields.refuse("context_management", "context management " + NOT_YET);
        fields.refuse("inference_geo", "choosing a place of inference " + NOT_YET);
        fields.refuse("speed", "choosing a speed " + NOT_YET);
        fields.refuse("diagnostics", "diagnostics are not supported by this server yet");
    }
}
