package dev.stoa.api.openai;

import dev.stoa.api.Fields;
import dev.stoa.api.ToolTurns;
import dev.stoa.inference.ContentBlock;
import dev.stoa.inference.JsonText;
import dev.stoa.inference.Message;
import dev.stoa.inference.Message.Role;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** {@code messages} of a chat's body. Results of one turn's calls become one message. */
final class ChatMessages {
    private static final int MESSAGES_MAX = 100_000;

    /** What the vendor's clients add to an answer that they have parsed comes back with it; so does {@code parsed}. */
    static final String PARSED_ARGUMENTS = "parsed_arguments";

    private ChatMessages() {}

    static List<Message> decode(Fields body, FileParts files) {
        List<JsonNode> items = Fields.items(body.required("messages"), "messages");
        if (items.isEmpty() || items.size() > MESSAGES_MAX) {
            throw Fields.invalid("messages", "must hold between 1 and " + MESSAGES_MAX + " messages");
        }
        List<Message> messages = new ArrayList<>(items.size());
        for (int i = 0; i < items.size(); i++) {
            Message message = message(Fields.of(items.get(i), "messages[" + i + "]"), files);
            if (isResults(message) && !messages.isEmpty() && isResults(messages.getLast())) {
                List<ContentBlock> both = new ArrayList<>(messages.removeLast().content());
                both.addAll(message.content());
                messages.add(new Message(Role.USER, both));
            } else {
                messages.add(message);
            }
        }
        requireAnswered(messages, "messages");
        return messages;
    }

    /** @param path of the messages in the body */
    static void requireAnswered(List<Message> messages, String path) {
        ToolTurns.find(messages).ifPresent(problem -> {
            throw Fields.invalid(path, words(problem));
        });
    }

    static boolean isResults(Message message) {
        return message.content().getFirst() instanceof ContentBlock.ToolResult;
    }

    private static String words(ToolTurns.Problem problem) {
        String ids = String.join(", ", problem.ids());
        return switch (problem.fault()) {
            case UNANSWERED ->
                "an assistant message with “tool_calls” must be followed by tool messages that answer each"
                        + " “tool_call_id”; there are none for: " + ids;
            case UNEXPECTED ->
                "messages with role “tool” must answer a preceding message with “tool_calls”; “tool_call_id” " + ids
                        + " is of none";
            case REPEATED -> "two calls have the id " + ids;
        };
    }

    private static Message message(Fields fields, FileParts files) {
        String name = fields.requiredString("role");
        Message message = switch (name) {
            case "system", "developer" -> new Message(Role.SYSTEM, content(fields, null));
            case "user" -> new Message(Role.USER, content(fields, files));
            case "assistant" -> assistant(fields);
            case "tool" -> result(fields);
            case "function" -> throw Fields.invalid(fields.path("role"), "has given way to “tool”, which is served");
            default ->
                throw Fields.invalid(
                        fields.path("role"), "must be “developer”, “system”, “user”, “assistant” or “tool”");
        };
        fields.optionalString("name");
        fields.end();
        return message;
    }

    private static Message assistant(Fields fields) {
        List<ContentBlock> blocks = new ArrayList<>();
        List<JsonNode> calls = fields.list("tool_calls");
        // The words with which an earlier answer was refused stand in place of others.
        String refusal = fields.optionalString("refusal");
        if (calls.isEmpty() && refusal == null || fields.optional("content") != null) {
            blocks.addAll(content(fields, null));
        }
        if (refusal != null) {
            blocks.add(new ContentBlock.Text(refusal));
        }
        for (int i = 0; i < calls.size(); i++) {
            blocks.add(call(Fields.of(calls.get(i), fields.path("tool_calls") + "[" + i + "]")));
        }
        // What was thought is not shown to the model again.
        fields.optionalString("reasoning_content");
        fields.refuse("audio", "audio " + Decoding.NOT_YET);
        fields.refuse("function_call", "has given way to tool_calls, which are served");
        // What the service itself adds to an answer comes back with it.
        fields.optional("annotations");
        fields.optional("parsed");
        return new Message(Role.ASSISTANT, blocks);
    }

    private static ContentBlock call(Fields call) {
        String id = ToolTurns.id(call, "id");
        if (!call.requiredString("type").equals("function")) {
            throw Fields.invalid(call.path("type"), "must be “function”");
        }
        call.optionalInt("index", 0);
        Fields function = Fields.of(call.required("function"), call.path("function"));
        String name = function.requiredString("name");
        String arguments = arguments(function);
        function.optional(PARSED_ARGUMENTS);
        function.end();
        call.end();
        return new ContentBlock.ToolUse(id, name, arguments);
    }

    /** A client that shows a model its fault sends back what the model wrote, JSON or not. */
    static String arguments(Fields function) {
        return JsonText.object(function.requiredString("arguments")).toString();
    }

    private static Message result(Fields fields) {
        String id = ToolTurns.id(fields, "tool_call_id");
        StringBuilder text = new StringBuilder();
        for (ContentBlock block : content(fields, null)) {
            text.append(text.isEmpty() ? "" : "\n").append(block.shown());
        }
        return new Message(Role.USER, List.of(new ContentBlock.ToolResult(id, text.toString(), false)));
    }

    private static ContentBlock file(Fields part, @Nullable FileParts files) {
        if (files == null) {
            throw Fields.invalid(part.path("type"), "only a user's message may bring a file");
        }
        Fields file = Fields.of(part.required("file"), part.path("file"));
        ContentBlock read = files.read(file);
        file.end();
        return read;
    }

    /** @param files of a turn that may bring some */
    private static List<ContentBlock> content(Fields fields, @Nullable FileParts files) {
        JsonNode node = fields.required("content");
        String path = fields.path("content");
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
            blocks.add(
                    switch (type) {
                        case "text" -> new ContentBlock.Text(part.requiredString("text"));
                        case "refusal" -> new ContentBlock.Text(part.requiredString("refusal"));
                        case "file" -> file(part, files);
                        case "image_url" ->
                            throw Fields.invalid(part.path("type"), "this server's models can't see an image");
                        case "input_audio" ->
                            throw Fields.invalid(part.path("type"), "reading “" + type + "” " + Decoding.NOT_YET);
                        default -> throw Fields.invalid(part.path("type"), "is no type of content that is known here");
                    });
            part.end();
        }
        if (blocks.isEmpty()) {
            throw Fields.invalid(path, "must not be empty");
        }
        return blocks;
    }
}
