package dev.stoa.api.anthropic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stoa.api.GivenDocuments;
import dev.stoa.api.GivenDocumentsFixture;
import dev.stoa.engine.Constraint;
import dev.stoa.engine.Tool;
import dev.stoa.engine.ToolChoice;
import dev.stoa.inference.ContentBlock;
import dev.stoa.inference.Message;
import dev.stoa.inference.Prompt;
import dev.stoa.inference.ToolSet;
import dev.stoa.shared.StoaException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

class MessagesDecoderTest {
    private static final JsonMapper JSON = new JsonMapper();

    private static final GivenDocuments.Reader READER = GivenDocumentsFixture.withoutFiles();

    private static MessagesRequest decode(String body, ApiVersion version) {
        return MessagesDecoder.decode(JSON.readTree(body.replace('\'', '"')), version, READER);
    }

    @Test
    void readsEveryFieldOfATextConversation() {
        MessagesRequest request = decode("""
                {'model': 'tiny', 'max_tokens': 12, 'stream': true, 'stop_sequences': ['END'],
                 'temperature': 0.5, 'top_p': 0.9, 'top_k': 40, 'metadata': {'user_id': 'u1'}, 'service_tier': 'auto',
                 'system': [{'type': 'text', 'text': 'Be brief.', 'cache_control': {'type': 'ephemeral', 'ttl': '1h'}}],
                 'tools': [], 'thinking': {'type': 'disabled'}, 'tool_choice': null,
                 'messages': [{'role': 'user', 'content': 'one'}, {'role': 'user', 'content': [{'type': 'text', 'text': 'two'}]},
                              {'role': 'assistant', 'content': 'three'}, {'role': 'user', 'content': 'four'}]}
                """, ApiVersion.V2023_06_01);
        assertThat(conversation(request).messages())
                .containsExactly(
                        Message.text(Message.Role.SYSTEM, "Be brief."),
                        new Message(
                                Message.Role.USER,
                                List.of(
                                        new ContentBlock.Text("one"),
                                        new ContentBlock.Text("\n\n"),
                                        new ContentBlock.Text("two"))),
                        Message.text(Message.Role.ASSISTANT, "three"),
                        Message.text(Message.Role.USER, "four"));
        assertThat(request.model()).isEqualTo("tiny");
        assertThat(request.maxTokens()).isEqualTo(12);
        assertThat(request.stream()).isTrue();
        assertThat(request.stopSequences()).containsExactly("END");
        assertThat(request.temperature()).hasValue(0.5);
        assertThat(request.topP()).hasValue(0.9);
        assertThat(request.topK()).hasValue(40);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'max_tokens': 0 | max_tokens: must be between 1",
                "'max_tokens': 1.5 | max_tokens: must be a whole number, not a fraction",
                "'max_tokens': '5' | max_tokens: must be a whole number, not a string",
                "'max_tokens': 99999999999 | max_tokens: must be between 1",
                "'max_tokens': null | max_tokens: this field is required",
                "'model': 7 | model: must be a string, not a number",
                "'messages': [] | messages: must hold between 1",
                "'messages': {} | messages: must be a list, not an object",
                "'messages': [7] | messages.0: must be an object, not a number",
                "'messages': [{'role': 'user'}] | messages.0.content: this field is required",
                "'messages': [{'role': 'user', 'content': ''}] | messages.0.content: must not be empty",
                "'messages': [{'role': 'robot', 'content': 'x'}] | messages.0.role: must be",
                "'messages': [{'role': 'assistant', 'content': 'x'}] | messages: the last message must be the user's",
                "'messages': [{'role': 'user', 'content': 'x', 'name': 'y'}] | messages.0.name: this field is not known",
                "'messages': [{'role': 'user', 'content': [{'type': 'image', 'source': {}}]}] | messages.0.content.0.type: this server's models can't see",
                "'messages': [{'role': 'user', 'content': [{'type': 'text', 'text': ''}]}] | messages.0.content.0.text: must not",
                "'system': 7 | system: must be a string or a list",
                "'stream': 'yes' | stream: must be true or false, not a string",
                "'temperature': 1.01 | temperature: must be between 0 and 1",
                "'temperature': 'hot' | temperature: must be a number, not a string",
                "'top_k': -1 | top_k: must be between 0",
                "'stop_sequences': 'END' | stop_sequences: must be a list, not a string",
                "'stop_sequences': [' '] | stop_sequences.0: must have a visible character",
                "'tools': [{'name': 'x'}] | tools.0.input_schema: this field is required",
                "'tools': [{'name': 'a b', 'input_schema': {'type': 'object'}}] | tools.0.name: must have 1 to 128",
                "'tools': [{'name': 'x', 'input_schema': {'type': 'array'}}] | tools.0.input_schema.type: must be",
                "'tools': [{'name': 'x', 'input_schema': 1}] | tools.0.input_schema: must be an object",
                "'tools': [{'type': 'web_search_20250305', 'name': 'web_search'}] | tools.0.type: only “custom”",
                "'tools': [{'name': 'x', 'input_schema': {'type': 'object'}}, {'name': 'x', 'input_schema': {'type': 'object'}}] | tools: tool names must be unique",
                "'tool_choice': {'type': 'any'} | tool_choice: may only be given together",
                "'messages': [{'role': 'user', 'content': [{'type': 'tool_result', 'tool_use_id': 't1'}]}] | messages: unexpected `tool_use_id`",
                "'messages': [{'role': 'user', 'content': 'x'}, {'role': 'assistant', 'content': [{'type': 'tool_use', 'id': 't1', 'name': 'x', 'input': {}}]}, {'role': 'user', 'content': 'y'}] | messages: `tool_use` ids were found",
                "'messages': [{'role': 'user', 'content': 'x'}, {'role': 'assistant', 'content': [{'type': 'tool_use', 'id': 't1', 'name': 'x', 'input': 'y'}]}] | messages.1.content.0.input: must be an object",
                "'thinking': {'type': 'enabled'} | thinking.budget_tokens: this field is required",
                "'context_management': {'edits': [{'type': 'clear_tool_uses_20250919'}]} | context_management.edits.0.type: “clear_tool",
                "'thinking': {'type': 'deep'} | thinking.type: must be",
                "'metadata': {'who': 'me'} | metadata.who: this field is not known",
                "'service_tier': 'gold' | service_tier: must be",
                "'frequency_penalty': 1 | frequency_penalty: this field is not known here"
            })
    void namesTheFieldThatIsWrong(String field, String message) {
        String name = field.substring(1, field.indexOf("':"));
        String body = "{" + field + without(name, "'model': 'tiny'") + without(name, "'max_tokens': 5")
                + without(name, "'messages': [{'role': 'user', 'content': 'hi'}]") + "}";
        assertThatThrownBy(() -> decode(body, ApiVersion.V2023_06_01))
                .isInstanceOf(StoaException.class)
                .hasMessageStartingWith(message);
    }

    @Test
    void readsToolsCallsAndResults() {
        MessagesRequest request = decode("""
                {'model': 'tiny', 'max_tokens': 12, 'thinking': {'type': 'adaptive'},
                 'tools': [{'name': 'weather', 'description': 'Tells it.', 'strict': true,
                            'input_schema': {'type': 'object'}, 'cache_control': {'type': 'ephemeral'}}],
                 'tool_choice': {'type': 'auto', 'disable_parallel_tool_use': true},
                 'messages': [{'role': 'user', 'content': 'one'},
                              {'role': 'assistant', 'content': [
                                {'type': 'thinking', 'thinking': 'hm', 'signature': 'x'},
                                {'type': 'text', 'text': 'Let me see.'},
                                {'type': 'tool_use', 'id': 't1', 'name': 'weather', 'input': {'city': 'K\\u00f6ln'}}]},
                              {'role': 'user', 'content': [
                                {'type': 'tool_result', 'tool_use_id': 't1', 'is_error': true,
                                 'content': [{'type': 'text', 'text': 'a'}, {'type': 'text', 'text': 'b'}]},
                                {'type': 'text', 'text': 'And?'}]}]}
                """, ApiVersion.V2023_06_01);
        Prompt.Conversation conversation = conversation(request);
        assertThat(conversation.tools())
                .isEqualTo(new ToolSet(
                        List.of(new Tool("weather", "Tells it.", "{\"type\":\"object\"}", true)),
                        ToolChoice.AUTO,
                        false));
        assertThat(conversation.thinking()).contains(true);
        assertThat(conversation.messages().subList(1, 3))
                .containsExactly(
                        new Message(
                                Message.Role.ASSISTANT,
                                List.of(
                                        new ContentBlock.Text("Let me see."),
                                        new ContentBlock.ToolUse("t1", "weather", "{\"city\":\"Köln\"}"))),
                        new Message(
                                Message.Role.USER,
                                List.of(
                                        new ContentBlock.ToolResult(
                                                "t1",
                                                List.of(new ContentBlock.Text("a"), new ContentBlock.Text("b")),
                                                true),
                                        new ContentBlock.Text("And?"))));
    }

    @Test
    void takesACallsIdAsAnyUpstreamHasWrittenIt() {
        String turns = """
                {'model': 'tiny', 'max_tokens': 12,
                 'messages': [{'role': 'user', 'content': 'one'},
                              {'role': 'assistant', 'content': [
                                {'type': 'tool_use', 'id': '%1$s', 'name': 'Bash', 'input': {}}]},
                              {'role': 'user', 'content': [{'type': 'tool_result', 'tool_use_id': '%1$s'}]}]}
                """;
        assertThat(conversation(decode(turns.formatted("functions.Bash:0"), ApiVersion.V2023_06_01))
                        .messages())
                .contains(new Message(
                        Message.Role.ASSISTANT, List.of(new ContentBlock.ToolUse("functions.Bash:0", "Bash", "{}"))));
        for (String id : List.of("", "x".repeat(16_385))) {
            assertThatThrownBy(() -> decode(turns.formatted(id), ApiVersion.V2023_06_01))
                    .hasMessageStartingWith("messages.1.content.0.id: must have 1 to 16384 characters");
        }
    }

    @Test
    void readsTheFormByItsOlderNameAndTheUsualSpeed() {
        String asked = """
                {'model': 'tiny', 'max_tokens': 12, 'messages': [{'role': 'user', 'content': 'one'}], 'speed': '%s',
                 'output_format': {'type': 'json_schema', 'schema': {'type': 'object'}}%s}
                """;
        assertThat(decode(asked.formatted("standard", ""), ApiVersion.V2023_06_01)
                        .control()
                        .constraint())
                .contains(new Constraint.JsonSchema("{\"type\":\"object\"}"));
        String both = ", 'output_config': {'format': {'type': 'json_schema', 'schema': {}}}";
        assertThatThrownBy(() -> decode(asked.formatted("standard", both), ApiVersion.V2023_06_01))
                .hasMessageStartingWith("output_format: can't go with output_config.format");
        assertThatThrownBy(() -> decode(asked.formatted("fast", ""), ApiVersion.V2023_06_01))
                .hasMessageStartingWith("speed: choosing another");
    }

    private static String without(String name, String field) {
        return field.startsWith("'" + name + "'") ? "" : ", " + field;
    }

    @ParameterizedTest
    @CsvSource({"temperature", "top_p", "top_k"})
    void theNewVersionTakesNoSamplingParameters(String name) {
        String body = "{'" + name + "': 1, 'model': 'tiny', 'max_tokens': 5,"
                + " 'messages': [{'role': 'user', 'content': 'hi'}]}";
        assertThatThrownBy(() -> decode(body, ApiVersion.V2026_10_21)).hasMessageStartingWith(name + ": sampling");
        assertThat(decode(body, ApiVersion.V2023_06_01).maxTokens()).isEqualTo(5);
    }

    private static Prompt.Conversation conversation(MessagesRequest request) {
        return (Prompt.Conversation) request.prompt();
    }
}
