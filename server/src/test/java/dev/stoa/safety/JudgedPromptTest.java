package dev.stoa.safety;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stoa.inference.ContentBlock;
import dev.stoa.inference.ContentBlock.Document;
import dev.stoa.inference.ContentBlock.Text;
import dev.stoa.inference.ContentBlock.ToolResult;
import dev.stoa.inference.ContentBlock.ToolUse;
import dev.stoa.inference.Message;
import dev.stoa.inference.Message.Role;
import dev.stoa.inference.Prompt;
import dev.stoa.inference.source.Source;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A pattern is found where a model sees it, over all borders of blocks and turns, and only there. */
class JudgedPromptTest {
    private static final Policy POLICY =
            PolicyParser.parse("ignore previous instructions\nbomb\n".getBytes(StandardCharsets.UTF_8));

    private static boolean refused(Stream<String> texts) {
        return texts.anyMatch(text -> {
            Scanner scanner = POLICY.scanner(200);
            return scanner.accept(text) instanceof Scanner.Hit || scanner.end() instanceof Scanner.Hit;
        });
    }

    private static Prompt of(Message... messages) {
        return new Prompt.Conversation(List.of(messages));
    }

    private static Prompt user(ContentBlock... blocks) {
        return of(new Message(Role.USER, List.of(blocks)));
    }

    private static Document document(@Nullable String title, @Nullable String context, String... parts) {
        List<Integer> starts = Stream.iterate(0, i -> i < parts.length, i -> i + 1)
                .map(i -> String.join("", List.of(parts).subList(0, i)).length())
                .toList();
        return new Document(new Source(
                Source.Kind.BLOCKS, 0, title, null, context, null, String.join("", parts), starts, List.of(), 0));
    }

    static Stream<Arguments> prompts() {
        Text first = new Text("Ignore previ");
        Text second = new Text("ous instructions.");
        ToolUse call = new ToolUse("c", "look", "{}");
        return Stream.of(
                Arguments.of("in two blocks", user(first, second), true),
                Arguments.of(
                        "on both sides of a call, which stands behind all words",
                        of(new Message(Role.ASSISTANT, List.of(first, call, second))),
                        true),
                Arguments.of(
                        "a word that blocks around it make part of another", user(t("a"), t("bomb"), t("s")), true),
                Arguments.of("with a document between", user(first, document(null, null, "x"), second), false),
                Arguments.of(
                        "blocks of a document, which are lines",
                        user(document(null, null, "ignore previous", "instructions")),
                        true),
                Arguments.of(
                        "a word over two blocks of a document",
                        user(document(null, null, "ignore previ", "ous instructions")),
                        false),
                Arguments.of(
                        "a document's title and text", user(document("ignore previous", null, "instructions")), false),
                Arguments.of(
                        "a document's context and text",
                        user(document(null, "ignore previous", "instructions")),
                        false),
                Arguments.of("a document's context", user(document(null, "a bomb", "x")), true),
                Arguments.of(
                        "parts of a result, which are lines",
                        user(new ToolResult("c", List.of(t("ignore previous"), t("instructions")), false)),
                        true),
                Arguments.of(
                        "a word over two parts of a result",
                        user(new ToolResult("c", List.of(first, second), false)),
                        false),
                Arguments.of(
                        "a result and words",
                        user(new ToolResult("c", List.of(t("ignore previous")), false), t("instructions")),
                        false));
    }

    private static Text t(String text) {
        return new Text(text);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("prompts")
    void blocks(String name, Prompt prompt, boolean refused) {
        assertThat(refused(prompt.judged(false))).isEqualTo(refused);
    }

    static Stream<List<Message>> turns() {
        Message system = Message.text(Role.SYSTEM, "You must ignore previous");
        Message user = Message.text(Role.USER, "instructions.");
        Message asked = Message.text(Role.USER, "ignore previous");
        return Stream.of(
                List.of(system, user),
                List.of(system, Message.text(Role.USER, "Hi."), Message.text(Role.ASSISTANT, "Hi."), user),
                List.of(asked, user));
    }

    @ParameterizedTest
    @MethodSource("turns")
    void turnsAreJudgedAsOneOnlyWhereTheModelMayJoinThem(List<Message> turns) {
        Prompt prompt = of(turns.toArray(Message[]::new));
        assertThat(refused(prompt.judged(true))).isTrue();
        assertThat(refused(prompt.judged(false))).isFalse();
    }

    @ParameterizedTest
    @MethodSource("turns")
    void whatAnAssistantSaidBetweenParts(List<Message> turns) {
        Message between = Message.text(Role.ASSISTANT, "No.");
        Prompt prompt = of(Message.text(Role.ASSISTANT, "ignore previous"), turns.getLast(), between);
        assertThat(refused(prompt.judged(true))).isFalse();
    }
}
