package dev.stoa.inference.reuse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stoa.engine.Constraint;
import dev.stoa.engine.OutputControl;
import dev.stoa.engine.Priority;
import dev.stoa.engine.Sampling;
import dev.stoa.engine.Scheduling;
import dev.stoa.engine.Tool;
import dev.stoa.engine.ToolChoice;
import dev.stoa.inference.ContentBlock;
import dev.stoa.inference.GenerationRequest;
import dev.stoa.inference.Message;
import dev.stoa.inference.Message.Role;
import dev.stoa.inference.Prompt;
import dev.stoa.inference.StopReason;
import dev.stoa.inference.TokenLogprob;
import dev.stoa.inference.TokenLogprob.Piece;
import dev.stoa.inference.TokenStream;
import dev.stoa.inference.TokenUsage;
import dev.stoa.inference.ToolSet;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AnswerKeyTest {
    private static final byte[] SALT = "salt".getBytes(StandardCharsets.UTF_8);
    private static final Sampling DRAWN = new Sampling(1, 0, 1, 0, 1, 0, 0, 5);

    private static GenerationRequest request(
            Prompt prompt, Sampling sampling, List<String> stops, OutputControl control) {
        return GenerationRequest.builder("req_1", "tiny", prompt, 10, sampling, "openai")
                .stopSequences(stops)
                .control(control)
                .seeded(true)
                .build();
    }

    private static GenerationRequest request(Prompt prompt) {
        return request(prompt, DRAWN, List.of(), OutputControl.NONE);
    }

    private static Prompt says(String... texts) {
        List<Message> messages = new ArrayList<>();
        for (String text : texts) {
            messages.add(Message.text(Role.USER, text));
        }
        return new Prompt.Conversation(messages);
    }

    private static Prompt with(ToolSet tools, Optional<Boolean> thinking) {
        return new Prompt.Conversation(List.of(Message.text(Role.USER, "a")), tools, thinking);
    }

    private static String key(GenerationRequest request) {
        return AnswerKey.of(SALT, request, "r1").hex();
    }

    @Test
    void whateverTheAnswerDependsOnMakesAnotherKey() {
        Tool tool = new Tool("add", "adds", "{\"type\":\"object\"}", false);
        Prompt a = says("a");
        List<GenerationRequest> all = List.of(
                request(a),
                request(says("b")),
                request(says("a", "a")),
                request(says("aa")),
                request(new Prompt.Text("a")),
                request(new Prompt.Conversation(List.of(Message.text(Role.SYSTEM, "a")))),
                request(new Prompt.Conversation(
                        List.of(new Message(Role.USER, List.of(new ContentBlock.ToolResult("t1", "a", false)))))),
                request(new Prompt.Conversation(
                        List.of(new Message(Role.USER, List.of(new ContentBlock.ToolResult("t1", "a", true)))))),
                request(with(new ToolSet(List.of(tool), ToolChoice.AUTO, true), Optional.empty())),
                request(with(new ToolSet(List.of(tool), ToolChoice.AUTO, false), Optional.empty())),
                request(with(new ToolSet(List.of(tool), new ToolChoice.Named("add"), true), Optional.empty())),
                request(with(ToolSet.NONE, Optional.of(true))),
                request(with(ToolSet.NONE, Optional.of(false))),
                request(a).withModel("other"),
                request(a).withMaxTokens(11),
                request(a, DRAWN.withSeed(6), List.of(), OutputControl.NONE),
                request(a, Sampling.GREEDY, List.of(), OutputControl.NONE),
                request(a, DRAWN, List.of("b", "c"), OutputControl.NONE),
                request(a, DRAWN, List.of("bc"), OutputControl.NONE),
                request(a, DRAWN, List.of(), OutputControl.NONE.withLogitBias(Map.of(1, 1f))),
                request(a, DRAWN, List.of(), OutputControl.NONE.withLogitBias(Map.of(1, 2f))),
                request(a, DRAWN, List.of(), OutputControl.NONE.withConstraint(new Constraint.JsonSchema("{}"))));
        Set<String> keys = new HashSet<>();
        all.forEach(each -> assertThat(keys.add(key(each))).as(each.toString()).isTrue());
        assertThat(keys.add(AnswerKey.of(SALT, request(a), "r2").hex())).isTrue();
        assertThat(keys.add(AnswerKey.of(new byte[] {1}, request(a), "r1").hex()))
                .isTrue();
    }

    @Test
    void whatTheAnswerDoesNotDependOnDoesNot() {
        GenerationRequest one = request(says("a"), Sampling.GREEDY, List.of(), OutputControl.NONE);
        GenerationRequest other = request(says("a"), Sampling.GREEDY.withSeed(9), List.of(), OutputControl.NONE)
                .goingOn("req_2", List.of())
                .withScheduling(Scheduling.DEFAULT.withPriority(Priority.BATCH));
        assertThat(key(one)).isEqualTo(key(other));
        assertThat(key(request(says("a"), DRAWN, List.of(), OutputControl.NONE.withLogitBias(Map.of(1, 1f, 2, 2f)))))
                .isEqualTo(key(
                        request(says("a"), DRAWN, List.of(), OutputControl.NONE.withLogitBias(Map.of(2, 2f, 1, 1f)))));
    }

    @Test
    void anAnswerIsReadAsItWasWritten() {
        Piece half = new Piece(new byte[] {(byte) 0xE2}, -0.1234567890123456789);
        List<TokenStream.Event> said = List.of(
                new TokenStream.Started(7, 3),
                new TokenStream.ThinkingDelta("h"),
                new TokenStream.ThinkingDelta("m\n"),
                new TokenStream.TextDelta("“a"),
                new TokenStream.TextDelta("b”\u0000"),
                new TokenStream.CallStart(0, null, "add"),
                new TokenStream.CallArguments(0, "{\"x\":"),
                new TokenStream.CallArguments(0, "1}"),
                new TokenStream.CallEnd(0, true),
                new TokenStream.CallStart(1, "call_1", "add"),
                new TokenStream.CallEnd(1, false),
                new TokenStream.Finished(StopReason.STOP_SEQUENCE, "x", new TokenUsage(7, 3, 5, 2)));
        List<TokenStream.Event> read = KeptAnswer.read(KeptAnswer.write(said));
        assertThat(read)
                .containsExactly(
                        new TokenStream.Started(7, 7),
                        new TokenStream.ThinkingDelta("hm\n"),
                        new TokenStream.TextDelta("“ab”\u0000"),
                        new TokenStream.CallStart(0, null, "add"),
                        new TokenStream.CallArguments(0, "{\"x\":1}"),
                        new TokenStream.CallEnd(0, true),
                        new TokenStream.CallStart(1, "call_1", "add"),
                        new TokenStream.CallEnd(1, false),
                        new TokenStream.Finished(StopReason.STOP_SEQUENCE, "x", new TokenUsage(7, 7, 5, 2)));
        assertThat(KeptAnswer.again(said)).isEqualTo(read);
        List<TokenStream.Event> spelled = List.of(
                new TokenStream.Logprobs(List.of(new TokenLogprob(half, List.of(half, half)))),
                new TokenStream.Finished(StopReason.END_TURN, null, TokenUsage.NONE));
        TokenLogprob token = ((TokenStream.Logprobs)
                        KeptAnswer.read(KeptAnswer.write(spelled)).getFirst())
                .tokens()
                .getFirst();
        assertThat(token.top()).hasSize(2);
        assertThat(token.piece().bytes()).isEqualTo(half.bytes());
        assertThat(token.piece().logprob()).isEqualTo(half.logprob());
    }
}
