package dev.stoa.engine.grammar;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stoa.engine.ChatMessage;
import dev.stoa.engine.ChatPrompt;
import dev.stoa.engine.Constraint;
import dev.stoa.engine.OutputParser;
import dev.stoa.engine.OutputPart;
import dev.stoa.engine.PreparedChat;
import dev.stoa.engine.Tool;
import dev.stoa.engine.ToolChoice;
import dev.stoa.engine.dialect.ChatDialect;
import dev.stoa.engine.gguf.GgufFile;
import dev.stoa.engine.gguf.GgufWriter;
import dev.stoa.engine.template.ChatTemplate;
import dev.stoa.engine.tokenizer.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Forms of strict tools of every family: what they let a model write, and what its parser makes of it. */
class CallFormsTest {
    private static final Tool TOOL = new Tool(
            "f", "", "{\"type\":\"object\",\"properties\":{\"n\":{\"enum\":[1,2]}},\"required\":[\"n\"]}", true);

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            quoteCharacter = '`',
            value = {
                "hermes <tool_call> # a<tool_call>\\n{\"name\": \"f\", \"arguments\": {\"n\":1}}\\n</tool_call>",
                "mistral [TOOL_CALLS] # [TOOL_CALLS][{\"name\": \"f\", \"arguments\": {\"n\":1}}]",
                "llama <|python_tag|> # {\"name\": \"f\", \"parameters\": {\"n\":1}}",
                "other # {\"name\": \"f\", \"arguments\": {\"n\":1}}",
            })
    void strictCallsMatchTheirSchema(String template, String answer) {
        String text = answer.replace("\\n", "\n");
        Tokenizer tokenizer = tokenizer();
        ChatTemplate source = ChatTemplate.parse("{{ tools }}" + template, "", "");
        PreparedChat chat = new ChatDialect(source, tokenizer).prepare(chat(ToolChoice.AUTO));
        Forms forms = new Forms(tokenizer);
        assertThat(complete(forms, chat, tokenizer, text)).isTrue();
        assertThat(complete(forms, chat, tokenizer, "just words")).isTrue();
        assertThat(complete(forms, chat, tokenizer, text.replace("1", "3"))).isFalse();
        assertThat(complete(forms, chat, tokenizer, text.replace("\"f\"", "\"g\"")))
                .isFalse();
        List<OutputPart> parts = new ArrayList<>(chat.newParser().append(text));
        assertThat(parts).contains(new OutputPart.CallStart(0, "f"), new OutputPart.CallEnd(0, true));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            quoteCharacter = '`',
            value = {
                "hermes <tool_call> # <tool_call>\\n{\"name\": \"f\", \"arguments\": {\"n\":1}}\\n</tool_call>",
                "mistral [TOOL_CALLS] # [TOOL_CALLS][{\"name\": \"f\", \"arguments\": {\"n\":1}}]",
                "llama <|python_tag|> # {\"name\": \"f\", \"parameters\": {\"n\":1}}",
                "other # {\"name\": \"f\", \"arguments\": {\"n\":1}}",
            })
    void anAnswerInAFormMayBeCallsInstead(String template, String answer) {
        String text = answer.replace("\\n", "\n");
        Tokenizer tokenizer = tokenizer();
        ChatDialect dialect = new ChatDialect(ChatTemplate.parse("{{ tools }}" + template, "", ""), tokenizer);
        Constraint form = new Constraint.JsonSchema("{\"enum\":[{\"city\":\"Oslo\"}]}");
        Forms forms = new Forms(tokenizer);
        PreparedChat free = dialect.prepare(chat(ToolChoice.AUTO));
        Constraint either = free.control(form).constraint().orElseThrow();
        assertThat(complete(forms, either, tokenizer, "{\"city\":\"Oslo\"}")).isTrue();
        assertThat(complete(forms, either, tokenizer, text)).isTrue();
        assertThat(complete(forms, either, tokenizer, "just words")).isFalse();
        assertThat(complete(forms, either, tokenizer, "{\"city\":\"Rome\"}")).isFalse();
        assertThat(free.newParser().append(text)).contains(new OutputPart.CallStart(0, "f"));
        OutputParser parser = free.newParser();
        List<OutputPart> words = new ArrayList<>(parser.append("{\"city\":\"Oslo\"}"));
        words.addAll(parser.finish());
        StringBuilder said = new StringBuilder();
        words.forEach(part -> said.append(part instanceof OutputPart.Text(String more) ? more : "no text: " + part));
        assertThat(said).hasToString("{\"city\":\"Oslo\"}");
        assertThat(dialect.prepare(chat(ToolChoice.NONE)).control(form).constraint())
                .hasValue(form);
        PreparedChat forced = dialect.prepare(chat(ToolChoice.ANY));
        assertThat(forced.control(form)).isEqualTo(forced.control());
    }

    private static ChatPrompt chat(ToolChoice choice) {
        return new ChatPrompt(List.of(new ChatMessage("user", "x")), List.of(TOOL), choice, false, Optional.empty());
    }

    private static boolean complete(Forms forms, PreparedChat chat, Tokenizer tokenizer, String text) {
        return complete(forms, chat.control().constraint().orElseThrow(), tokenizer, text);
    }

    private static boolean complete(Forms forms, Constraint form, Tokenizer tokenizer, String text) {
        TokenMatcher matcher = forms.matcher(form);
        for (int token : tokenizer.encode(text, true)) {
            if (!matcher.allowed().contains(token) || !matcher.accept(token)) {
                return false;
            }
        }
        return matcher.complete();
    }

    @Test
    void aControlTokenIsOnlyAllowedWhereTheFormNamesIt() {
        Tokenizer tokenizer = tokenizer();
        int marker = tokenizer.id("[TOOL_CALLS]");
        Forms forms = new Forms(tokenizer);
        assertThat(forms.matcher(new Constraint.Until("[TOOL_CALLS]")).allowed().contains(marker))
                .isTrue();
        assertThat(forms.matcher(new Constraint.Regex("[\\s\\S]*")).allowed().contains(marker))
                .isFalse();
    }

    /** Of single bytes, an end and one control token. */
    private Tokenizer tokenizer() {
        List<String> tokens = new ArrayList<>();
        List<Long> types = new ArrayList<>();
        for (int b = 0; b < 256; b++) {
            tokens.add(String.format("<0x%02X>", b));
            types.add(6L);
        }
        for (String control : List.of("<unk>", "<s>", "</s>", "[TOOL_CALLS]")) {
            tokens.add(control);
            types.add(3L);
        }
        tokens.add("\u2581");
        types.add(1L);
        GgufWriter writer = new GgufWriter()
                .string("tokenizer.ggml.model", "llama")
                .strings("tokenizer.ggml.tokens", tokens.toArray(String[]::new))
                .floats("tokenizer.ggml.scores", new float[tokens.size()])
                .numbers(
                        "tokenizer.ggml.token_type",
                        GgufWriter.I32,
                        types.stream().mapToLong(type -> type).toArray())
                .bool("tokenizer.ggml.add_space_prefix", false);
        for (String role : List.of("unknown", "bos", "eos")) {
            String spelling = role.equals("unknown") ? "<unk>" : role.equals("bos") ? "<s>" : "</s>";
            writer.number("tokenizer.ggml." + role + "_token_id", GgufWriter.U32, tokens.indexOf(spelling));
        }
        try (GgufFile file = GgufFile.open(writer.write(folder.resolve("bytes.gguf")))) {
            Tokenizer tokenizer = Tokenizer.from(file);
            byte[] roundTrip = tokenizer.decode(tokenizer.encode("é", false)).getBytes(StandardCharsets.UTF_8);
            assertThat(roundTrip).isEqualTo("é".getBytes(StandardCharsets.UTF_8));
            return tokenizer;
        }
    }
}
