package dev.stoa.api.anthropic;

import dev.stoa.api.Fields;
import dev.stoa.inference.ContentBlock;
import dev.stoa.inference.Message.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/** Content of messages: strings and blocks. What an earlier turn thought is checked and passed over. */
final class ContentDecoder {
    static final String NOT_YET = "is not supported by this server's models yet";

    /** More of a caller's text is not worth repeating in an error. */
    private static final int SHOWN_MAX = 200;

    /** The protocol's own. */
    private static final Pattern CALL_ID = Pattern.compile("[a-zA-Z0-9_-]{1,256}");

    private ContentDecoder() {}

    /** The system prompt; empty if it says nothing. */
    static List<ContentBlock> system(JsonNode node, ApiVersion version) {
        return content(node, "system", Role.SYSTEM, version);
    }

    /** May be empty where all blocks were passed over. */
    static List<ContentBlock> content(JsonNode node, String path, Role role, ApiVersion version) {
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
            String type = block.requiredString("type");
            boolean assistant = role == Role.ASSISTANT;
            if (type.equals("text")) {
                blocks.add(text(block, version));
            } else if (type.equals("tool_use") && assistant) {
                blocks.add(toolUse(block));
            } else if (type.equals("tool_result") && role == Role.USER) {
                blocks.add(toolResult(block, version));
            } else if (type.equals("thinking") && assistant) {
                block.requiredString("thinking");
                block.optionalString("signature");
                cacheControl(block);
            } else if (type.equals("redacted_thinking") && assistant) {
                block.requiredString("data");
            } else {
                throw Fields.invalid(block.path("type"), "“" + cut(type) + "” in a message of this role " + NOT_YET);
            }
            block.end();
        }
        return blocks;
    }

    private static ContentBlock.Text text(Fields block, ApiVersion version) {
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
        return new ContentBlock.Text(text);
    }

    private static ContentBlock.ToolUse toolUse(Fields block) {
        String id = callId(block, "id");
        String name = block.requiredString("name");
        JsonNode input = block.required("input");
        Fields.of(input, block.path("input"));
        cacheControl(block);
        block.optionalObject("caller");
        return new ContentBlock.ToolUse(id, name, input.toString());
    }

    private static ContentBlock.ToolResult toolResult(Fields block, ApiVersion version) {
        String id = callId(block, "tool_use_id");
        JsonNode content = block.optional("content");
        boolean error = block.optionalBoolean("is_error");
        cacheControl(block);
        StringBuilder text = new StringBuilder();
        if (content != null && content.isString()) {
            text.append(content.stringValue());
        } else if (content != null) {
            int i = 0;
            for (JsonNode item : Fields.items(content, block.path("content"))) {
                Fields part = Fields.of(item, block.path("content") + "." + i++);
                String type = part.requiredString("type");
                if (!type.equals("text")) {
                    throw Fields.invalid(
                            part.path("type"), "only “text” can be read in a result; “" + cut(type) + "” " + NOT_YET);
                }
                text.append(text.isEmpty() ? "" : "\n")
                        .append(text(part, version).text());
                part.end();
            }
        }
        return new ContentBlock.ToolResult(id, text.toString(), error);
    }

    private static String callId(Fields block, String name) {
        String id = block.requiredString(name);
        if (!CALL_ID.matcher(id).matches()) {
            throw Fields.invalid(block.path(name), "must have letters, digits, “_” and “-” only");
        }
        return id;
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
