package dev.stoa.inference.upstream;

import dev.stoa.engine.Tool;
import dev.stoa.engine.ToolChoice;
import dev.stoa.inference.ContentBlock;
import dev.stoa.inference.Message;
import dev.stoa.inference.Prompt;
import dev.stoa.inference.ToolSet;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.UUID;
import java.util.regex.Pattern;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Turns and tools in the words of Messages. */
final class AnthropicTurns {
    /** What the protocol takes for a call's id. */
    private static final Pattern CALL_ID = Pattern.compile("[a-zA-Z0-9_-]+");

    private AnthropicTurns() {}

    static void write(ObjectNode body, Prompt.Conversation conversation) {
        ArrayNode system = Json.MAPPER.createArrayNode();
        ArrayNode messages = body.putArray("messages");
        for (Message message : conversation.messages()) {
            if (message.role() == Message.Role.SYSTEM) {
                system.addObject().put("type", "text").put("text", message.plainText());
            } else if (!saysNothing(message)) {
                message(messages.addObject(), message);
            }
        }
        if (!system.isEmpty()) {
            body.set("system", system);
        }
        tools(body, conversation.tools());
    }

    /**
     * Whether thinking can be asked for: not where a call is forced, and not between a call and the words that follow it,
     * as the protocol then wants the earlier thinking back, which is not kept.
     */
    static boolean mayThink(Prompt.Conversation conversation) {
        return conversation.thinking().orElse(false)
                && !conversation.tools().forced()
                && OpenAiTurns.blocks(conversation.messages().getLast(), ContentBlock.ToolResult.class)
                        .isEmpty();
    }

    /** Whether it is an answer without a word, as other protocols have them; this one wants some in every turn. */
    private static boolean saysNothing(Message message) {
        return message.role() == Message.Role.ASSISTANT
                && isWords(message)
                && message.plainText().isBlank();
    }

    private static boolean isWords(Message message) {
        return message.content().stream().allMatch(ContentBlock.Readable.class::isInstance);
    }

    private static void message(ObjectNode turn, Message message) {
        turn.put("role", message.role().name().toLowerCase(Locale.ROOT));
        if (isWords(message)) {
            turn.put("content", message.plainText());
            return;
        }
        ArrayNode content = turn.putArray("content");
        // Results come before words, and words before calls.
        message.content().forEach(block -> {
            if (block instanceof ContentBlock.ToolResult result) {
                ObjectNode given = content.addObject()
                        .put("type", "tool_result")
                        .put("tool_use_id", id(result.toolUseId()))
                        .put("content", result.text());
                if (result.isError()) {
                    given.put("is_error", true);
                }
            }
        });
        if (!message.plainText().isBlank()) {
            content.addObject().put("type", "text").put("text", message.plainText());
        }
        message.content().forEach(block -> {
            if (block instanceof ContentBlock.ToolUse(String id, String name, String arguments)) {
                content.addObject()
                        .put("type", "tool_use")
                        .put("id", id(id))
                        .put("name", name)
                        .set("input", Json.MAPPER.readTree(arguments));
            }
        });
    }

    /** As the protocol takes it, for call and result alike: an id that it does not take has one that stands for it. */
    private static String id(String given) {
        return CALL_ID.matcher(given).matches()
                ? given
                : "toolu_" + UUID.nameUUIDFromBytes(given.getBytes(StandardCharsets.UTF_8));
    }

    private static void tools(ObjectNode body, ToolSet tools) {
        if (tools.tools().isEmpty()) {
            return;
        }
        ArrayNode array = body.putArray("tools");
        for (Tool tool : tools.tools()) {
            ObjectNode described = array.addObject().put("name", tool.name());
            if (!tool.description().isEmpty()) {
                described.put("description", tool.description());
            }
            described.set("input_schema", Json.MAPPER.readTree(tool.parameters()));
            if (tool.strict()) {
                described.put("strict", true);
            }
        }
        ObjectNode choice = body.putObject("tool_choice");
        switch (tools.choice()) {
            case ToolChoice.Auto _ -> choice.put("type", "auto");
            case ToolChoice.None _ -> choice.put("type", "none");
            case ToolChoice.Any _ -> choice.put("type", "any");
            case ToolChoice.Named(String name) -> choice.put("type", "tool").put("name", name);
        }
        if (!tools.parallel() && !(tools.choice() instanceof ToolChoice.None)) {
            choice.put("disable_parallel_tool_use", true);
        }
    }
}
