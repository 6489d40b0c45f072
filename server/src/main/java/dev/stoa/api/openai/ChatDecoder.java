package dev.stoa.api.openai;

import dev.stoa.api.Fields;
import dev.stoa.engine.Constraint;
import dev.stoa.engine.OutputControl;
import dev.stoa.engine.Priority;
import dev.stoa.engine.Sampling;
import dev.stoa.inference.ContentBlock;
import dev.stoa.inference.Message;
import dev.stoa.inference.Message.Role;
import dev.stoa.inference.Prompt;
import dev.stoa.shared.Ids;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import tools.jackson.databind.JsonNode;

/** From the JSON of a body of {@code POST /v1/chat/completions} to a {@link CompletionRequest}. */
final class ChatDecoder {
    private static final int MESSAGES_MAX = 100_000;
    private static final int TOP_LOGPROBS_MAX = 20;
    private static final String ANY_OBJECT = "{\"type\":\"object\"}";

    private ChatDecoder() {}

    static CompletionRequest decode(JsonNode body, Ids ids) {
        Fields fields = Fields.of(body, "");
        String model = fields.requiredString("model");
        List<Message> messages = messages(fields);
        boolean stream = fields.optionalBoolean("stream");
        boolean includeUsage = Decoding.includeUsage(fields, stream);
        Sampling sampling = Decoding.sampling(fields, ids);
        int choices = Decoding.choices(fields);
        List<String> stops = Decoding.stops(fields);
        int maxTokens = maxTokens(fields);
        int topLogprobs = topLogprobs(fields);
        OutputControl control = Decoding.bias(fields, format(fields));
        Priority priority = Decoding.priority(fields);
        Decoding.passOver(fields);
        unsupported(fields);
        fields.end();
        return new CompletionRequest(
                model,
                List.of(new Prompt.Conversation(messages)),
                choices,
                maxTokens,
                sampling,
                stops,
                topLogprobs,
                control,
                priority,
                stream,
                includeUsage);
    }

    /** Absent means as much as the context holds. */
    private static int maxTokens(Fields fields) {
        OptionalInt now = fields.optionalInt("max_completion_tokens", 1);
        OptionalInt old = fields.optionalInt("max_tokens", 1);
        if (now.isPresent() && old.isPresent()) {
            throw Fields.invalid("max_tokens", "can't go with max_completion_tokens, which has taken its place");
        }
        return now.orElse(old.orElse(Integer.MAX_VALUE));
    }

    private static int topLogprobs(Fields fields) {
        boolean wanted = fields.optionalBoolean("logprobs");
        OptionalInt top = fields.optionalInt("top_logprobs", 0, TOP_LOGPROBS_MAX);
        if (top.isPresent() && !wanted) {
            throw Fields.invalid("top_logprobs", "needs logprobs to be true");
        }
        return Decoding.topLogprobs(wanted, top.orElse(0));
    }

    private static List<Message> messages(Fields fields) {
        List<JsonNode> items = Fields.items(fields.required("messages"), "messages");
        if (items.isEmpty() || items.size() > MESSAGES_MAX) {
            throw Fields.invalid("messages", "must hold between 1 and " + MESSAGES_MAX + " messages");
        }
        List<Message> messages = new ArrayList<>(items.size());
        for (int i = 0; i < items.size(); i++) {
            messages.add(message(Fields.of(items.get(i), "messages[" + i + "]")));
        }
        return messages;
    }

    private static Message message(Fields fields) {
        String name = fields.requiredString("role");
        Role role = switch (name) {
            case "system", "developer" -> Role.SYSTEM;
            case "user" -> Role.USER;
            case "assistant" -> Role.ASSISTANT;
            case "tool", "function" -> throw Fields.invalid(fields.path("role"), "tool use " + Decoding.NOT_YET);
            default ->
                throw Fields.invalid(fields.path("role"), "must be “developer”, “system”, “user” or “assistant”");
        };
        Message message = new Message(role, content(fields.required("content"), fields.path("content")));
        fields.optionalString("name");
        if (role == Role.ASSISTANT) {
            fields.optionalString("refusal");
            fields.refuse("audio", "audio " + Decoding.NOT_YET);
            fields.refuse("tool_calls", "tool use " + Decoding.NOT_YET);
            fields.refuse("function_call", "tool use " + Decoding.NOT_YET);
            // What the service itself adds to an answer comes back with it.
            fields.optional("annotations");
        }
        fields.end();
        return message;
    }

    private static List<ContentBlock> content(JsonNode node, String path) {
        if (node.isString()) {
            return List.of(new ContentBlock.Text(node.stringValue()));
        }
        if (!node.isArray()) {
            throw Fields.invalid(path, "must be a string or a list of parts, not " + Fields.kind(node));
        }
        List<ContentBlock> blocks = new ArrayList<>();
        for (JsonNode item : node) {
            Fields part = Fields.of(item, path + "[" + blocks.size() + "]");
            String type = part.requiredString("type");
            String field = switch (type) {
                case "text" -> "text";
                case "refusal" -> "refusal";
                case "image_url", "input_audio", "file" ->
                    throw Fields.invalid(part.path("type"), "reading “" + type + "” " + Decoding.NOT_YET);
                default -> throw Fields.invalid(part.path("type"), "is no type of content that is known here");
            };
            blocks.add(new ContentBlock.Text(part.requiredString(field)));
            part.end();
        }
        if (blocks.isEmpty()) {
            throw Fields.invalid(path, "must not be empty");
        }
        return blocks;
    }

    /** The form that the answer must have. */
    private static OutputControl format(Fields fields) {
        Fields format = fields.optionalObject("response_format");
        if (format == null) {
            return OutputControl.NONE;
        }
        String type = format.requiredString("type");
        OutputControl control = switch (type) {
            case "text" -> OutputControl.NONE;
            case "json_object" -> OutputControl.NONE.withConstraint(new Constraint.JsonSchema(ANY_OBJECT));
            case "json_schema" -> schema(Fields.of(format.required("json_schema"), format.path("json_schema")));
            default -> throw Fields.invalid(format.path("type"), "must be “text”, “json_object” or “json_schema”");
        };
        format.end();
        return control;
    }

    /** Held to whether “strict” or not: a model of this size would rarely keep to it by itself. */
    private static OutputControl schema(Fields named) {
        named.requiredString("name");
        named.optionalString("description");
        named.optionalBoolean("strict");
        JsonNode schema = named.optional("schema");
        named.end();
        if (schema != null && !schema.isObject()) {
            throw Fields.invalid(named.path("schema"), "must be an object, not " + Fields.kind(schema));
        }
        return OutputControl.NONE.withConstraint(
                new Constraint.JsonSchema(schema == null ? ANY_OBJECT : schema.toString()));
    }

    private static void unsupported(Fields fields) {
        for (JsonNode modality : fields.list("modalities")) {
            if (!modality.isString() || !modality.stringValue().equals("text")) {
                throw Fields.invalid("modalities", "only “text” can be given back");
            }
        }
        if (fields.optionalBoolean("store")) {
            throw Fields.invalid("store", "completions are not stored by this server");
        }
        fields.optionalBoolean("parallel_tool_calls");
        Decoding.oneOf(fields, "reasoning_effort", List.of("none", "minimal", "low", "medium", "high", "xhigh"));
        Decoding.oneOf(fields, "verbosity", List.of("low", "medium", "high"));
        fields.refuse("tools", "tool use " + Decoding.NOT_YET);
        toolChoice(fields);
        fields.refuse("functions", "tool use " + Decoding.NOT_YET);
        fields.refuse("function_call", "tool use " + Decoding.NOT_YET);
        fields.refuse("audio", "audio " + Decoding.NOT_YET);
        fields.refuse("prediction", "predicted output " + Decoding.NOT_YET);
        fields.refuse("web_search_options", "searching the web " + Decoding.NOT_YET);
    }

    /** Without tools there is nothing to choose, but “none” is the default said aloud. */
    private static void toolChoice(Fields fields) {
        JsonNode choice = fields.optional("tool_choice");
        if (choice != null && !(choice.isString() && List.of("none", "auto").contains(choice.stringValue()))) {
            throw Fields.invalid("tool_choice", "tool use " + Decoding.NOT_YET);
        }
    }
}
