package dev.stoa.engine.dialect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stoa.engine.ChatMessage;
import dev.stoa.engine.ChatPrompt;
import dev.stoa.engine.Constraint;
import dev.stoa.engine.OutputControl;
import dev.stoa.engine.OutputParser;
import dev.stoa.engine.OutputPart;
import dev.stoa.engine.OutputPart.Text;
import dev.stoa.engine.OutputPart.Thinking;
import dev.stoa.engine.PreparedChat;
import dev.stoa.engine.Tool;
import dev.stoa.engine.ToolCall;
import dev.stoa.engine.ToolChoice;
import dev.stoa.engine.gguf.GgufFile;
import dev.stoa.engine.gguf.TestModels;
import dev.stoa.engine.golden.Golden;
import dev.stoa.engine.grammar.Forms;
import dev.stoa.engine.grammar.TokenMatcher;
import dev.stoa.engine.template.ChatTemplate;
import dev.stoa.engine.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** How conversations with tools are rendered; the templates are small ones in the manner of their families. */
class ChatDialectTest {
    private static final String PLAIN = "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n"
            + "{% endfor %}{{ '<|im_start|>assistant\n' }}";
    private static final String HERMES = "{% if tools %}<tools>{% for t in tools %}{{ t|tojson }}{% endfor %}</tools>"
            + "{% endif %}{% for m in messages %}[{{ m.role }}]{{ m.content }}{% for c in m.tool_calls %}<tool_call>"
            + "{{ c.function.name }} {{ c.function.arguments|tojson }}{% endfor %}{% endfor %}[assistant]"
            + "{% if enable_thinking is defined %}{{ enable_thinking }}{% endif %}";
    private static final String MISTRAL = "{% if tools %}T{% endif %}{% for m in messages %}{% for c in m.tool_calls %}"
            + "[TOOL_CALLS]{{ c.id }}{% endfor %}{% if m.tool_call_id is defined %}{{ m.tool_call_id }}{% endif %}"
            + "{% endfor %}";

    private static final Tool WEATHER = new Tool(
            "weather",
            "Tells the \"weather\"",
            "{\"type\": \"object\", \"properties\": {\"n\": {\"const\": 1.5}}}",
            false);
    private static final List<ChatMessage> CONVERSATION = List.of(
            new ChatMessage("system", "Be kind."),
            new ChatMessage("user", "How is it?"),
            new ChatMessage(
                    "assistant",
                    "",
                    List.of(new ToolCall("call_0123456789", "weather", "{\"n\":1,\"x\":[null]}")),
                    null),
            ChatMessage.toolResult("call_0123456789", "sunny"),
            ChatMessage.toolResult("call_0123456789", "warm"));

    private static Tokenizer tokenizer;

    @BeforeAll
    static void open() {
        try (GgufFile file = GgufFile.open(TestModels.smollm2())) {
            tokenizer = Tokenizer.from(file);
        }
    }

    private static PreparedChat prepare(String template, ChatPrompt chat) {
        return new ChatDialect(ChatTemplate.parse(template, "", ""), tokenizer).prepare(chat);
    }

    private static String prompt(String template, ChatPrompt chat) {
        return tokenizer.decode(prepare(template, chat).prompt());
    }

    private static ChatPrompt with(ToolChoice choice) {
        return new ChatPrompt(CONVERSATION, List.of(WEATHER), choice, true, Optional.empty());
    }

    @Test
    void aTemplateWithToolsShowsThemItself() {
        assertThat(prompt(HERMES, with(ToolChoice.AUTO)))
                .isEqualTo("<tools>{\"type\": \"function\", \"function\": {\"name\": \"weather\", \"description\":"
                        + " \"Tells the \\\"weather\\\"\", \"parameters\": {\"type\": \"object\", \"properties\":"
                        + " {\"n\": {\"const\": 1.5}}}}}</tools>[system]Be kind.[user]How is it?[assistant]<tool_call>"
                        + "weather {\"n\": 1, \"x\": [null]}[tool]sunny[tool]warm[assistant]");
    }

    @Test
    void noToolsAreShownWhereNoneMayBeCalled() {
        assertThat(prompt(HERMES, with(ToolChoice.NONE))).doesNotContain("<tools>");
    }

    @Test
    void aTemplateWithoutToolsIsToldOfThem() {
        assertThat(prompt(PLAIN, with(ToolChoice.AUTO)))
                .startsWith("system\nBe kind.\n\nYou can call these functions.")
                .contains(
                        "{\"name\":\"weather\",\"description\":\"Tells the \\\"weather\\\"\",\"parameters\":{\"type\":")
                .endsWith("assistant\n<tool_call>\n{\"name\": \"weather\", \"arguments\": {\"n\":1,\"x\":[null]}}\n"
                        + "</tool_call>\nuser\n<tool_response>\nsunny\n</tool_response>\n<tool_response>\nwarm\n"
                        + "</tool_response>\nassistant\n");
    }

    @Test
    void withoutToolsTheConversationIsTheReferences() {
        Golden chat = Golden.smollm2().get(2);
        String source;
        try (GgufFile file = GgufFile.open(TestModels.smollm2())) {
            source = file.metadata().string("tokenizer.chat_template");
        }
        assertThat(prepare(source, new ChatPrompt(chat.messages())).prompt()).isEqualTo(chat.promptIds());
    }

    @Test
    void aForcedCallIsOpenedInThePrompt() {
        for (ToolChoice choice : List.of(ToolChoice.ANY, new ToolChoice.Named("weather"))) {
            PreparedChat chat = prepare(PLAIN, with(choice));
            assertThat(tokenizer.decode(chat.prompt())).endsWith("assistant\n<tool_call>\n");
            assertThat(chat.control().constraint()).isPresent();
        }
        assertThat(prepare(PLAIN, with(ToolChoice.AUTO)).control().constraint()).isEmpty();
    }

    @Test
    void thinkingIsAskedForAndReadFromWhereThePromptOpenedIt() {
        ChatPrompt chat = new ChatPrompt(CONVERSATION, List.of(), ToolChoice.AUTO, true, Optional.of(false));
        assertThat(prompt(HERMES, chat)).endsWith("[assistant]False");
        PreparedChat open = prepare(PLAIN + "{{ '<think>\n' }}", chat);
        assertThat(open.newParser().append("a b</think>c")).containsExactly(new Thinking("a b"), new Text("c"));
    }

    @Test
    void aFormHoldsBehindTheThoughtThatThePromptOpened() {
        Constraint form = new Constraint.JsonSchema("{\"enum\":[{\"city\":\"Rome\"}]}");
        String template = PLAIN + "{{ '<think>\n' }}";
        PreparedChat chat = prepare(template, new ChatPrompt(CONVERSATION));
        String answer = "Rome, {hm}.\n</think>\n\n{\"city\":\"Rome\"}";
        assertThat(allows(chat.control(form), answer)).isTrue();
        assertThat(allows(chat.control(form), "{\"city\":\"Rome\"}")).isFalse();
        assertThat(allows(chat.control(form), answer + "!")).isFalse();
        OutputParser parser = chat.newParser();
        List<OutputPart> parts = new ArrayList<>(parser.append(answer));
        parts.addAll(parser.finish());
        assertThat(parts).containsExactly(new Thinking("Rome, {hm}."), new Text("{\"city\":\"Rome\"}"));

        Tool strict = new Tool("f", "", "{\"enum\":[{}]}", true);
        OutputControl calls = prepare(
                        template,
                        new ChatPrompt(CONVERSATION, List.of(strict), ToolChoice.AUTO, true, Optional.empty()))
                .control();
        String call = "\n<tool_call>\n{\"name\": \"f\", \"arguments\": {}}\n</tool_call>";
        assertThat(allows(calls, "A <tool_call> or not?</think>" + call)).isTrue();
        assertThat(allows(calls, "Hm.</think>" + call.replace("{}", "1"))).isFalse();
    }

    /** Whether an answer may be this text from its beginning to its end. */
    private static boolean allows(OutputControl control, String answer) {
        TokenMatcher matcher = new Forms(tokenizer).matcher(control.constraint().orElseThrow());
        for (int token : tokenizer.encode(answer, false)) {
            if (!matcher.accept(token)) {
                return false;
            }
        }
        return matcher.complete();
    }

    @Test
    void mistralsIdsHaveNineChars() {
        assertThat(prompt(MISTRAL, with(ToolChoice.AUTO))).matches("T\\[TOOL_CALLS]([0-9a-z]{9})\\1\\1");
    }

    @Test
    void whereThereIsNoSystemTurnTheUsersOpensWithIt() {
        String gemma = "{% if messages[0].role == 'system' %}{{ raise_exception('no system') }}{% endif %}" + PLAIN;
        List<ChatMessage> messages = List.of(new ChatMessage("system", "S"), new ChatMessage("user", "U"));
        assertThat(prompt(gemma, new ChatPrompt(messages))).isEqualTo("user\nS\n\nU\nassistant\n");
        assertThatThrownBy(() -> prompt(gemma, new ChatPrompt(messages.subList(0, 1))))
                .hasMessage("no system");
    }

    @Test
    void choicesAndToolsMustFit() {
        assertThatThrownBy(() -> with(new ToolChoice.Named("time"))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Tool("a b", "", "{}", false)).hasMessageContaining("a b");
        assertThatThrownBy(() -> new Tool("a", "", "[]", false)).hasMessageContaining("no JSON Schema object");
    }

    private static boolean joinsTurns(String template) {
        return new ChatDialect(ChatTemplate.parse(template, "<s>", "</s>"), tokenizer).joinsTurns();
    }

    @Test
    void asksTheTemplateWhetherItPutsTurnsTogether() {
        assertThat(joinsTurns(PLAIN)).isFalse();
        assertThat(joinsTurns("{% if 1 is divisibleby(0) %}{% endif %}"))
                .as("it takes no conversation")
                .isFalse();
        assertThat(joinsTurns("{% for m in messages %}{{ m.content }}\n{% endfor %}"))
                .isTrue();
        assertThat(joinsTurns(
                        "{% if messages[0].role == 'system' %}{{ raise_exception('no system') }}{% endif %}" + PLAIN))
                .as("the system turn opens the user's")
                .isTrue();
        assertThat(joinsTurns("{% if messages[0].role == 'system' %}{% set system = messages[0].content %}"
                        + "{% set rest = messages[1:] %}{% else %}{% set rest = messages %}{% endif %}"
                        + "{% for m in rest %}[INST]{% if loop.last and system is defined %}{{ system + '\n\n' }}"
                        + "{% endif %}{{ m.content }}[/INST]{% endfor %}"))
                .as("the system turn opens the user's last")
                .isTrue();
    }
}
