package dev.stoa.api.anthropic;

import dev.stoa.api.Fields;
import dev.stoa.api.ToolTurns;
import dev.stoa.inference.ContentBlock;
import dev.stoa.inference.Message.Role;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** Content of messages: strings and blocks. What an earlier turn thought and cited is checked and passed over. */
final class ContentDecoder {
    static final String NOT_YET = "is not supported by this server's models yet";

    /** More of a caller's text is not worth repeating in an error. */
    private static final int SHOWN_MAX = 200;

    private ContentDecoder() {}

    /** The system prompt; empty if it says nothing. */
    static List<ContentBlock> system(JsonNode node, ApiVersion version, SourcesDecoder sources) {
        return content(node, "system", Role.SYSTEM, version, sources);
    }

    /** May be empty where all blocks were passed over. */
    static List<ContentBlock> content(
            JsonNode node, String path, Role role, ApiVersion version, SourcesDecoder sources) {
        if (node.isString()) {
            String text = node.stringValue();
            if (text.isEmpty() && role != Role.SYSTEM) {
                throw Fields.invalid(path, "must not be empty");
            }
            return text.isEmpty() ? List.of() : List.of(new ContentBlock.Text(text));
        }
        if (!node.isArray()) {
            throw Fields.invalid(path, "must be a string or a list of content blocks, not " + Fields.kind(node));
        }
        List<ContentBlock> blocks = new ArrayList<>();
        int i = 0;
        for (JsonNode item : node) {
            Fields block = Fields.of(item, path + "." + i++);
            blocks(block, role, version, sources, blocks);
            block.end();
        }
        return blocks;
    }

    private static void blocks(
            Fields block, Role role, ApiVersion version, SourcesDecoder sources, List<ContentBlock> into) {
        String type = block.requiredString("type");
        boolean assistant = role == Role.ASSISTANT;
        boolean user = role == Role.USER;
        if (type.equals("text")) {
            into.add(text(block, role, version));
        } else if (type.equals("document") && user) {
            into.add(sources.document(block));
        } else if (type.equals("search_result") && user) {
            into.add(sources.searchResult(block));
        } else if (type.equals("tool_use") && assistant) {
            into.add(toolUse(block));
        } else if (type.equals("tool_result") && user) {
            into.add(toolResult(block, version, sources));
        } else if (type.equals("thinking") && assistant) {
            block.requiredString("thinking");
            block.optionalString("signature");
            cacheControl(block);
        } else if (type.equals("redacted_thinking") && assistant) {
            block.requiredString("data");
        } else {
            throw Fields.invalid(
                    block.path("type"), unreadable(type, "“" + cut(type) + "” in a message of this role " + NOT_YET));
        }
    }

    /** What is said of a block that no model here reads. */
    static String unreadable(String type, String otherwise) {
        return type.equals("image") ? "this server's models can't see: an image can't be read" : otherwise;
    }

    private static ContentBlock.Text text(Fields block, Role role, ApiVersion version) {
        String text = block.requiredString("text");
        if (text.isEmpty()) {
            throw Fields.invalid(block.path("text"), "must not be empty");
        }
        cacheControl(block);
        if (role == Role.ASSISTANT) {
            // Those of an answer that comes back; a model sees its text alone.
            int i = 0;
            for (JsonNode citation : block.list("citations")) {
                Fields.of(citation, block.path("citations") + "." + i++);
            }
        } else {
            block.refuse(
                    "citations",
                    version == ApiVersion.V2026_10_21
                            ? "a user's text block carries no citations in version 2026-10-21"
                            : "only an assistant's text carries citations");
        }
        return new ContentBlock.Text(text);
    }

    private static ContentBlock.ToolUse toolUse(Fields block) {
        String id = ToolTurns.id(block, "id");
        String name = block.requiredString("name");
        JsonNode input = block.required("input");
        Fields.of(input, block.path("input"));
        cacheControl(block);
        block.optionalObject("caller");
        return new ContentBlock.ToolUse(id, name, input.toString());
    }

    private static ContentBlock.ToolResult toolResult(Fields block, ApiVersion version, SourcesDecoder sources) {
        String id = ToolTurns.id(block, "tool_use_id");
        JsonNode content = block.optional("content");
        boolean error = block.optionalBoolean("is_error");
        cacheControl(block);
        if (content != null && content.isString()) {
            return new ContentBlock.ToolResult(id, content.stringValue(), error);
        }
        List<ContentBlock.Readable> parts = new ArrayList<>();
        if (content != null) {
            int i = 0;
            for (JsonNode item : Fields.items(content, block.path("content"))) {
                Fields part = Fields.of(item, block.path("content") + "." + i++);
                String type = part.requiredString("type");
                parts.add(
                        switch (type) {
                            case "text" -> text(part, Role.USER, version);
                            case "document" -> sources.document(part);
                            case "search_result" -> sources.searchResult(part);
                            default ->
                                throw Fields.invalid(
                                        part.path("type"),
                                        unreadable(type, "“" + cut(type) + "” in a result " + NOT_YET));
                        });
                part.end();
            }
        }
        return new ContentBlock.ToolResult(id, parts, error);
    }

    static String cut(String text) {
        return text.length() > SHOWN_MAX ? text.substring(0, SHOWN_MAX) + "…" : text;
    }

    /** Checked and passed over: prefixes are remembered in any case. */
    static void cacheControl(Fields fields) {
        Fields control = fields.optionalObject("cache_control");
        if (control != null) {
            if (!control.requiredString("type").equals("ephemeral")) {
                throw Fields.invalid(control.path("type"), "must be “ephemeral”");
            }
            String ttl = control.optionalString("ttl");
            if (ttl != null && !ttl.equals("5m") && !ttl.equals("1h")) {
                throw Fields.invalid(control.path("ttl"), "must be “5m” or “1h”");
            }
            control.optionalString("scope");
            control.end();
        }
    }
}
