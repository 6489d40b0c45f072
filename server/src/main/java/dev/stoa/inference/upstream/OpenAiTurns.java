package dev.stoa.inference.upstream;

import dev.stoa.engine.Tool;
import dev.stoa.engine.ToolChoice;
import dev.stoa.inference.ContentBlock;
import dev.stoa.inference.Message;
import dev.stoa.inference.Prompt;
import dev.stoa.inference.ToolSet;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Turns and tools in the words of chat completions: each call's result is a message of its own. */
final class OpenAiTurns {
    private static final String FUNCTION = "function";

    private OpenAiTurns() {}

    static void write(ObjectNode body, Prompt.Conversation conversation) {
        ArrayNode messages = body.putArray("messages");
        conversation.messages().forEach(message -> message(messages, message));
        tools(body, conversation.tools());
    }

    private static void message(ArrayNode messages, Message message) {
        List<ContentBlock.ToolUse> calls = blocks(message, ContentBlock.ToolUse.class);
        List<ContentBlock.ToolResult> results = blocks(message, ContentBlock.ToolResult.class);
        for (ContentBlock.ToolResult result : results) {
            messages.addObject()
                    .put("role", "tool")
                    .put("tool_call_id", result.toolUseId())
                    // The protocol has no mark of a failure.
                    .put("content", result.isError() ? "Error: " + result.text() : result.text());
        }
        String words = message.plainText();
        if (!results.isEmpty() && words.isBlank()) {
            return;
        }
        ObjectNode turn = messages.addObject().put("role", message.role().name().toLowerCase(Locale.ROOT));
        turn.put("content", calls.isEmpty() || !words.isEmpty() ? words : null);
        if (!calls.isEmpty()) {
            ArrayNode array = turn.putArray("tool_calls");
            for (ContentBlock.ToolUse call : calls) {
                array.addObject()
                        .put("id", call.id())
                        .put("type", FUNCTION)
                        .putObject(FUNCTION)
                        .put("name", call.name())
                        .put("arguments", call.arguments());
            }
        }
    }

    static <T extends ContentBlock> List<T> blocks(Message message, Class<T> type) {
        return message.content().stream()
                .filter(type::isInstance)
                .map(type::cast)
                .toList();
    }

    private static void tools(ObjectNode body, ToolSet tools) {
        if (tools.tools().isEmpty()) {
            return;
        }
        ArrayNode array = body.putArray("tools");
        for (Tool tool : tools.tools()) {
            ObjectNode function =
                    array.addObject().put("type", FUNCTION).putObject(FUNCTION).put("name", tool.name());
            if (!tool.description().isEmpty()) {
                function.put("description", tool.description());
            }
            function.set("parameters", Json.MAPPER.readTree(tool.parameters()));
            if (tool.strict()) {
                function.put("strict", true);
            }
        }
        switch (tools.choice()) {
            case ToolChoice.Auto _ -> body.put("tool_choice", "auto");
            case ToolChoice.None _ -> body.put("tool_choice", "none");
            case ToolChoice.Any _ -> body.put("tool_choice", "required");
            case ToolChoice.Named(String name) ->
                body.putObject("tool_choice")
                        .put("type", FUNCTION)
                        .putObject(FUNCTION)
                        .put("name", name);
        }
        if (!tools.parallel()) {
            body.put("parallel_tool_calls", false);
        }
    }
}
