package dev.stoa.inference.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stoa.inference.ContentBlock;
import dev.stoa.inference.Message;
import dev.stoa.inference.Message.Role;
import dev.stoa.inference.Prompt;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Turns as the protocol takes them, whatever other protocols have made of them. */
class AnthropicTurnsTest {
    private static JsonNode written(Message... messages) {
        ObjectNode body = Json.MAPPER.createObjectNode();
        AnthropicTurns.write(body, new Prompt.Conversation(List.of(messages)));
        return body.get("messages");
    }

    @Test
    void anAnswerWithoutAWordIsLeftOut() {
        assertThat(written(
                                Message.text(Role.USER, "Hello"),
                                Message.text(Role.ASSISTANT, ""),
                                Message.text(Role.USER, "Well?"))
                        .findValuesAsString("content"))
                .containsExactly("Hello", "Well?");
    }

    @Test
    void callsAndTheirResultsHaveIdsThatTheProtocolTakes() {
        JsonNode turns = written(
                new Message(
                        Role.ASSISTANT,
                        List.of(
                                new ContentBlock.ToolUse("functions.look:0", "look", "{}"),
                                new ContentBlock.ToolUse("functions_look_0", "look", "{}"),
                                new ContentBlock.ToolUse("functions:look.0", "look", "{}"))),
                new Message(
                        Role.USER,
                        List.of(
                                new ContentBlock.ToolResult("functions.look:0", "1", false),
                                new ContentBlock.ToolResult("functions_look_0", "2", false),
                                new ContentBlock.ToolResult("functions:look.0", "3", false))));
        List<String> calls = turns.at("/0/content").findValuesAsString("id");
        assertThat(calls).hasSize(3).doesNotHaveDuplicates().allMatch(id -> id.matches("[a-zA-Z0-9_-]+"));
        assertThat(calls.get(1)).isEqualTo("functions_look_0");
        assertThat(turns.at("/1/content").findValuesAsString("tool_use_id")).isEqualTo(calls);
    }
}
