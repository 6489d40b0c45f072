package dev.stoa.api.anthropic;

import dev.stoa.api.Fields;
import dev.stoa.api.GivenDocuments;
import dev.stoa.api.ToolTurns;
import dev.stoa.engine.Constraint;
import dev.stoa.engine.OutputControl;
import dev.stoa.engine.Priority;
import dev.stoa.inference.ContentBlock;
import dev.stoa.inference.Message;
import dev.stoa.inference.Message.Role;
import dev.stoa.inference.Prompt;
import dev.stoa.inference.ToolSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * From a body's JSON to a {@link MessagesRequest}. Everything the protocol knows and this server does not serve yet is
 * refused by name; hints that change nothing in the answer (metadata) are checked and passed over.
 */
final class MessagesDecoder {
    /** Each is looked for at every token. */
    private static final int STOP_SEQUENCES_MAX = 64;

    private static final int STOP_SEQUENCE_LENGTH_MAX = 1000;
    /** The protocol's own limit. */
    private static final int MESSAGES_MAX = 100_000;

    /** The protocol's own. */
    private static final int THINKING_BUDGET_MIN = 1024;

    private MessagesDecoder() {}

    /** A body that asks for an answer. */
    static MessagesRequest decode(JsonNode body, ApiVersion version, GivenDocuments.Reader documents) {
        Fields fields = Fields.of(body, "");
        int maxTokens = fields.requiredInt("max_tokens", 1);
        boolean stream = fields.optionalBoolean("stream");
        List<String> stops = stopSequences(fields);
        metadata(fields.optionalObject("metadata"));
        String tier = oneOf(fields, "service_tier", "auto", "standard_only");
        Priority priority = "auto".equals(tier) ? Priority.INTERACTIVE : Priority.STANDARD;
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
        return rest(fields, version, documents, maxTokens, stops, temperature, topP, topK, priority, stream);
    }

    /** A body whose tokens are to be counted. */
    static MessagesRequest decodeCount(JsonNode body, ApiVersion version, GivenDocuments.Reader documents) {
        return rest(
                Fields.of(body, ""),
                version,
                documents,
                1,
                List.of(),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                OptionalInt.empty(),
                Priority.STANDARD,
                false);
    }

    private static MessagesRequest rest(
            Fields fields,
            ApiVersion version,
            GivenDocuments.Reader documents,
            int maxTokens,
            List<String> stops,
            OptionalDouble temperature,
            OptionalDouble topP,
            OptionalInt topK,
            Priority priority,
            boolean stream) {
        String model = fields.requiredString("model");
        List<Message> messages = new ArrayList<>();
        SourcesDecoder sources = new SourcesDecoder(documents);
        JsonNode system = fields.optional("system");
        if (system != null) {
            List<ContentBlock> text = ContentDecoder.system(system, version, sources);
            if (!text.isEmpty()) {
                messages.add(new Message(Role.SYSTEM, text));
            }
        }
        messages(fields, version, sources, messages);
        tellToCite(sources, messages);
        ContentDecoder.cacheControl(fields);
        ToolSet tools = ToolsDecoder.decode(fields);
        OutputControl control = outputConfig(fields);
        if (control.constraint().isPresent() && sources.cites()) {
            throw Fields.invalid("output_config.format", "can't go with citations: marks are no part of that form");
        }
        boolean thinking = thinking(fields.optionalObject("thinking"), tools);
        unsupported(fields);
        fields.end();
        return new MessagesRequest(
                model,
                new Prompt.Conversation(messages, tools, Optional.of(thinking)),
                maxTokens,
                stops,
                temperature,
                topP,
                topK,
                control,
                priority,
                CacheBreakpoints.of(fields.object()),
                stream);
    }

    /** A system turn in front, or more of the one that there is. */
    private static void tellToCite(SourcesDecoder sources, List<Message> messages) {
        if (!sources.cites()) {
            return;
        }
        List<ContentBlock> system = new ArrayList<>();
        if (messages.getFirst().role() == Role.SYSTEM) {
            system.addAll(messages.removeFirst().content());
            system.add(new ContentBlock.Text("\n\n"));
        }
        system.add(sources.instruction());
        messages.addFirst(new Message(Role.SYSTEM, system));
    }

    private static void messages(Fields fields, ApiVersion version, SourcesDecoder sources, List<Message> into) {
        List<JsonNode> items = Fields.items(fields.required("messages"), "messages");
        if (items.isEmpty() || items.size() > MESSAGES_MAX) {
            throw Fields.invalid("messages", "must hold between 1 and " + MESSAGES_MAX + " messages");
        }
        for (int i = 0; i < items.size(); i++) {
            Fields item = Fields.of(items.get(i), "messages." + i);
            Role role = role(item);
            JsonNode node = item.required("content");
            List<ContentBlock> content = ContentDecoder.content(node, item.path("content"), role, version, sources);
            item.end();
            if (!content.isEmpty()) {
                add(into, new Message(role, content));
            } else if (node.isEmpty()) {
                throw Fields.invalid(item.path("content"), "must not be empty");
            }
        }
        if (into.isEmpty() || into.getLast().role() == Role.ASSISTANT) {
            throw Fields.invalid(
                    "messages",
                    "the last message must be the user's: continuing an assistant's text " + ContentDecoder.NOT_YET);
        }
        ToolTurns.find(into).ifPresent(problem -> {
            throw Fields.invalid("messages", words(problem));
        });
    }

    private static String words(ToolTurns.Problem problem) {
        String ids = ContentDecoder.cut(String.join(", ", problem.ids()));
        return switch (problem.fault()) {
            case UNANSWERED ->
                "`tool_use` ids were found without `tool_result` blocks immediately after: " + ids
                        + "; each `tool_use` block must have its `tool_result` block in the next message";
            case UNEXPECTED ->
                "unexpected `tool_use_id` in a `tool_result` block: " + ids
                        + "; each `tool_result` block must have its `tool_use` block in the previous message";
            case REPEATED -> "`tool_use` ids must be unique: " + ids + " is there twice";
        };
    }

    /** Two turns of one speaker in a row count as one, as the protocol has it. */
    private static void add(List<Message> messages, Message next) {
        if (!messages.isEmpty() && messages.getLast().role() == next.role()) {
            List<ContentBlock> both = new ArrayList<>(messages.removeLast().content());
            if (both.getLast() instanceof ContentBlock.Text && next.content().getFirst() instanceof ContentBlock.Text) {
                both.add(new ContentBlock.Text("\n\n"));
            }
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

    private static void metadata(@Nullable Fields metadata) {
        if (metadata != null) {
            metadata.optionalString("user_id");
            metadata.end();
        }
    }

    /** The form that the answer must have; how much effort it takes is the model's own. */
    private static OutputControl outputConfig(Fields body) {
        OutputControl control = OutputControl.NONE;
        // The form's name while it was a beta.
        Fields format = body.optionalObject("output_format");
        Fields config = body.optionalObject("output_config");
        if (config != null) {
            config.optionalString("effort");
            Fields now = config.optionalObject("format");
            Fields.require(now == null || format == null, "output_format", "can't go with output_config.format");
            format = now == null ? format : now;
            config.end();
        }
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
        return control;
    }

    private static @Nullable String oneOf(Fields fields, String name, String first, String second) {
        String value = fields.optionalString(name);
        if (value != null && !value.equals(first) && !value.equals(second)) {
            throw Fields.invalid(fields.path(name), "must be “" + first + "” or “" + second + "”");
        }
        return value;
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

    /** Whether the model shall think; one that can't answers at once. How long it thinks is its own. */
    private static boolean thinking(@Nullable Fields thinking, ToolSet tools) {
        if (thinking == null) {
            return false;
        }
        String type = thinking.requiredString("type");
        boolean wanted = switch (type) {
            case "enabled" -> {
                thinking.requiredInt("budget_tokens", THINKING_BUDGET_MIN);
                yield true;
            }
            case "adaptive" -> true;
            case "disabled" -> false;
            default -> throw Fields.invalid(thinking.path("type"), "must be “enabled”, “adaptive” or “disabled”");
        };
        oneOf(thinking, "display", "summarized", "omitted");
        thinking.end();
        if (type.equals("enabled") && tools.forced()) {
            throw Fields.invalid("thinking", "may not be enabled when tool_choice forces a call");
        }
        return wanted;
    }

    /** Earlier thinking is never shown to a model, so clearing it is always done; nothing else is cleared. */
    private static void contextManagement(@Nullable Fields management) {
        if (management == null) {
            return;
        }
        List<JsonNode> edits = management.list("edits");
        for (int i = 0; i < edits.size(); i++) {
            Fields edit = Fields.of(edits.get(i), management.path("edits") + "." + i);
            String type = edit.requiredString("type");
            if (!type.equals("clear_thinking_20251015")) {
                throw Fields.invalid(edit.path("type"), "“" + ContentDecoder.cut(type) + "” " + ContentDecoder.NOT_YET);
            }
            edit.optional("keep");
            edit.end();
        }
        management.end();
    }

    private static void unsupported(Fields fields) {
        fields.refuse(
                Errors.THREAD, "conversations are not held by this server: send all of its messages, and no thread");
        fields.refuse("mcp_servers", "the MCP connector " + ContentDecoder.NOT_YET);
        fields.refuse("container", "code execution " + ContentDecoder.NOT_YET);
        contextManagement(fields.optionalObject("context_management"));
        fields.refuse("inference_geo", "choosing a place of inference " + ContentDecoder.NOT_YET);
        String speed = fields.optionalString("speed");
        Fields.require(
                speed == null || speed.equals("standard"),
                "speed",
                "choosing another than “standard” " + ContentDecoder.NOT_YET);
        fields.refuse("diagnostics", "diagnostics are not supported by this server yet");
    }
}
