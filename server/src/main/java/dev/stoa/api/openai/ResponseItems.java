package dev.stoa.api.openai;

import dev.stoa.api.Fields;
import dev.stoa.api.ToolTurns;
import dev.stoa.inference.ContentBlock;
import dev.stoa.inference.Message;
import dev.stoa.inference.Message.Role;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * {@code input} of a response's body. Calls join the assistant's turn before them, and results of one turn's calls become
 * one message. What an earlier turn thought is passed over.
 */
final class ResponseItems {
    private static final int ITEMS_MAX = 100_000;

    private final FileParts files;

    private ResponseItems(FileParts files) {
        this.files = files;
    }

    /** @param earlier items of the responses that this one goes on from */
    static List<Message> decode(Fields body, List<JsonNode> earlier, FileParts files) {
        return new ResponseItems(files).decode(body, earlier);
    }

    private List<Message> decode(Fields body, List<JsonNode> earlier) {
        List<Message> messages = new ArrayList<>();
        addAll(messages, earlier, ResponsesDecoder.PREVIOUS);
        JsonNode input = body.required("input");
        if (input.isString()) {
            messages.add(Message.text(Role.USER, input.stringValue()));
        } else {
            List<JsonNode> items = Fields.items(input, "input");
            if (items.isEmpty() || items.size() > ITEMS_MAX) {
                throw Fields.invalid("input", "must hold between 1 and " + ITEMS_MAX + " items");
            }
            addAll(messages, items, "input");
        }
        if (messages.isEmpty()) {
            throw Fields.invalid("input", "says nothing");
        }
        ChatMessages.requireAnswered(messages, "input");
        return messages;
    }

    private void addAll(List<Message> messages, List<JsonNode> items, String path) {
        for (int i = 0; i < items.size(); i++) {
            Message message = item(Fields.of(items.get(i), path + "[" + i + "]"));
            if (message != null) {
                add(messages, message);
            }
        }
    }

    private static void add(List<Message> messages, Message next) {
        if (!messages.isEmpty() && joins(messages.getLast(), next)) {
            List<ContentBlock> both = new ArrayList<>(messages.removeLast().content());
            both.addAll(next.content());
            messages.add(new Message(next.role(), both));
        } else {
            messages.add(next);
        }
    }

    /** What a model says behind its calls is of the same turn: their results come after it. */
    private static boolean joins(Message last, Message next) {
        ContentBlock first = next.content().getFirst();
        return last.role() == next.role()
                && (first instanceof ContentBlock.ToolUse
                        || last.content().getLast() instanceof ContentBlock.ToolUse
                        || first instanceof ContentBlock.ToolResult && ChatMessages.isResults(last));
    }

    /** Null where nothing of it is for the model. */
    private @Nullable Message item(Fields item) {
        String given = item.optionalString("type");
        item.optionalString("id");
        item.optionalString("status");
        Message message = switch (given == null ? "message" : given) {
            case "message" -> message(item);
            case "function_call" -> {
                String id = ToolTurns.id(item, "call_id");
                String name = item.requiredString("name");
                item.optionalString("namespace");
                item.optional(ChatMessages.PARSED_ARGUMENTS);
                yield new Message(
                        Role.ASSISTANT, List.of(new ContentBlock.ToolUse(id, name, ChatMessages.arguments(item))));
            }
            case "function_call_output" -> {
                String id = ToolTurns.id(item, "call_id");
                List<ContentBlock.Readable> output = parts(item, "output", true);
                yield new Message(Role.USER, List.of(new ContentBlock.ToolResult(id, output, false)));
            }
            case "reasoning" -> {
                item.optional("summary");
                item.optional("content");
                item.optional("encrypted_content");
                yield null;
            }
            default ->
                throw Fields.invalid(item.path("type"), "“" + given + "” is no kind of item that can be read here");
        };
        item.end();
        return message;
    }

    private Message message(Fields item) {
        Role role = switch (item.requiredString("role")) {
            case "system", "developer" -> Role.SYSTEM;
            case "user" -> Role.USER;
            case "assistant" -> Role.ASSISTANT;
            default -> throw Fields.invalid(item.path("role"), "must be “developer”, “system”, “user” or “assistant”");
        };
        item.optionalString("phase");
        return new Message(role, List.copyOf(parts(item, "content", role == Role.USER)));
    }

    /** Texts as one, but for the files between them. */
    private List<ContentBlock.Readable> parts(Fields item, String name, boolean mayBring) {
        JsonNode node = item.required(name);
        if (node.isString()) {
            return List.of(new ContentBlock.Text(node.stringValue()));
        }
        List<ContentBlock.Readable> read = new ArrayList<>();
        List<JsonNode> parts = Fields.items(node, item.path(name));
        for (int i = 0; i < parts.size(); i++) {
            Fields part = Fields.of(parts.get(i), item.path(name) + "[" + i + "]");
            String type = part.requiredString("type");
            switch (type) {
                case "input_text", "output_text", "text" -> addText(read, part.requiredString("text"));
                case "refusal" -> addText(read, part.requiredString("refusal"));
                case "input_file" -> {
                    Fields.require(mayBring, part.path("type"), "only a user's message or a result may bring a file");
                    read.add(files.read(part));
                }
                case "input_image" ->
                    throw Fields.invalid(part.path("type"), "this server's models can't see an image");
                default -> throw Fields.invalid(part.path("type"), "reading “" + type + "” " + Decoding.NOT_YET);
            }
            part.optional("annotations");
            part.optional("logprobs");
            part.optional("parsed");
            part.end();
        }
        if (read.isEmpty()) {
            read.add(new ContentBlock.Text(""));
        }
        return read;
    }

    private static void addText(List<ContentBlock.Readable> parts, String text) {
        if (!parts.isEmpty() && parts.getLast() instanceof ContentBlock.Text(String before)) {
            parts.removeLast();
            parts.add(new ContentBlock.Text(before.isEmpty() ? text : before + "\n" + text));
        } else {
            parts.add(new ContentBlock.Text(text));
        }
    }
}
