package dev.stoa.safety;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stoa.inference.Refusal;
import dev.stoa.inference.ScriptedStream;
import dev.stoa.inference.StopReason;
import dev.stoa.inference.TokenStream;
import dev.stoa.inference.TokenStream.CallArguments;
import dev.stoa.inference.TokenStream.CallEnd;
import dev.stoa.inference.TokenStream.CallStart;
import dev.stoa.inference.TokenStream.Cited;
import dev.stoa.inference.TokenStream.Finished;
import dev.stoa.inference.TokenStream.Logprobs;
import dev.stoa.inference.TokenStream.Passed;
import dev.stoa.inference.TokenStream.Started;
import dev.stoa.inference.TokenStream.TextDelta;
import dev.stoa.inference.TokenStream.ThinkingDelta;
import dev.stoa.inference.TokenUsage;
import dev.stoa.inference.source.Citation;
import dev.stoa.inference.source.Source;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class GuardedStreamTest {
    private static final TokenUsage USAGE = new TokenUsage(7, 0, 9);
    private final List<String> verdicts = new ArrayList<>();

    private List<TokenStream.Event> read(ScriptedStream inner) throws InterruptedException {
        List<TokenStream.Event> events = new ArrayList<>();
        read(inner, events);
        return events;
    }

    private GuardedStream guarded(ScriptedStream inner) {
        Policy policy = PolicyParser.parse("secret word".getBytes(StandardCharsets.UTF_8));
        return new GuardedStream(inner, policy, 10, new GuardedStream.Verdicts() {
            @Override
            public void passed() {
                verdicts.add("passed");
            }

            @Override
            public Refusal refused(Rule rule) {
                verdicts.add("refused");
                return new Refusal(rule.category(), UUID.randomUUID());
            }
        });
    }

    private void read(ScriptedStream inner, List<TokenStream.Event> events) throws InterruptedException {
        try (TokenStream stream = guarded(inner)) {
            while (events.isEmpty() || !(events.getLast() instanceof Finished)) {
                TokenStream.Event event = stream.next(Duration.ZERO);
                if (event != null) {
                    events.add(event);
                }
            }
        }
    }

    @Test
    void letsGoOfHeldTextAtTheEnd() throws InterruptedException {
        Finished end = new Finished(StopReason.END_TURN, null, USAGE);
        assertThat(read(new ScriptedStream(
                        List.of(new Started(7, 0), new TextDelta("a secret"), new TextDelta(" wo"), end))))
                .containsExactly(new Started(7, 0), new TextDelta("a "), new TextDelta("secret wo"), end);
        assertThat(verdicts).containsExactly("passed");
    }

    @Test
    void whatComesTogetherIsJudgedTogetherAndItsBytesLeaveEachByItself() throws InterruptedException {
        Passed first = new Passed(new byte[] {1});
        Passed second = new Passed(new byte[] {2});
        Passed third = new Passed(new byte[] {3});
        List<Object> script = new ArrayList<>(List.of(
                new Started(7, 0), new TextDelta("a "), first, new TextDelta("se"), second, new TextDelta("cret wo")));
        script.addAll(List.of(third, new IllegalArgumentException("broken")));
        List<TokenStream.Event> events = new ArrayList<>();
        assertThatThrownBy(() -> read(new ScriptedStream(script), events)).hasMessage("broken");
        assertThat(events).containsExactly(new Started(7, 0), new TextDelta("a "), first);
    }

    @Test
    void textsOfBytesOfWhichNoEventTellsAreJudgedPlaceByPlace() throws InterruptedException {
        Passed first = new Passed(new byte[] {1}, Map.of("a", "a sec", "b", "no secret"));
        Passed second = new Passed(new byte[] {2}, Map.of("a", "ond"));
        Passed third = new Passed(new byte[] {3}, Map.of("b", "word"));
        Passed fourth = new Passed(new byte[] {4}, Map.of("a", "secret"));
        Finished end = new Finished(StopReason.END_TURN, null, USAGE);
        assertThat(read(new ScriptedStream(List.of(new Started(7, 0), first, second, third, fourth, end))))
                .containsExactly(new Started(7, 0), first, second, third, fourth, end);
        Passed match = new Passed(new byte[] {5}, Map.of("a", " word"));
        ScriptedStream inner = new ScriptedStream(List.of(new Started(7, 0), third, fourth, match, end));
        List<TokenStream.Event> events = read(inner);
        assertThat(events.subList(0, 2)).containsExactly(new Started(7, 0), third);
        assertThat(events).hasSize(3);
        assertThat(((Finished) events.getLast()).reason()).isEqualTo(StopReason.REFUSAL);
        assertThat(inner.closed()).isTrue();
        assertThat(verdicts).containsExactly("passed", "refused");
    }

    @Test
    void aTextThatIsInAllBytesHoldsUpNoMoreThanItsOwn() throws InterruptedException {
        Passed first = new Passed(new byte[] {1}, Map.of("a", "secret"));
        Passed second = new Passed(new byte[] {2}, Map.of("a", "secret"));
        ScriptedStream inner = new ScriptedStream(List.of(new Started(7, 0), first, second));
        GuardedStream stream = guarded(inner);
        assertThat(stream.next(Duration.ZERO)).isEqualTo(new Started(7, 0));
        assertThat(stream.next(Duration.ZERO)).isEqualTo(first);
    }

    @Test
    void citationsLeaveBehindTheirText() throws InterruptedException {
        Source source = new Source(Source.Kind.TEXT, 0, null, null, null, null, "abc", List.of(0), List.of(), 1);
        Cited first = new Cited(List.of(new Citation(source, 0, 1)));
        Cited second = new Cited(List.of(new Citation(source, 1, 2)));
        Finished end = new Finished(StopReason.END_TURN, null, USAGE);
        assertThat(read(new ScriptedStream(List.of(
                        new Started(7, 0),
                        new TextDelta("one secret"),
                        first,
                        new TextDelta(" two"),
                        second,
                        new TextDelta(" three"),
                        end))))
                .containsExactly(
                        new Started(7, 0),
                        new TextDelta("one "),
                        new TextDelta("secret"),
                        first,
                        new TextDelta(" two"),
                        second,
                        new TextDelta(" three"),
                        end);
    }

    @Test
    void stopsTheModelAndNeverSendsAPartOfAMatch() throws InterruptedException {
        ScriptedStream inner = new ScriptedStream(List.of(
                new Started(7, 0),
                new TextDelta("the sec"),
                new TextDelta("ret w"),
                new TextDelta("ord"),
                new TextDelta(" is out")));
        List<TokenStream.Event> events = read(inner);
        assertThat(events.subList(0, 2)).containsExactly(new Started(7, 0), new TextDelta("the "));
        assertThat(events).hasSize(3);
        assertThat(((Finished) events.getLast()).reason()).isEqualTo(StopReason.REFUSAL);
        assertThat(inner.closed()).isTrue();
        assertThat(verdicts).containsExactly("refused");
    }

    @Test
    void aCallLeavesWholeOnceItIsJudged() throws InterruptedException {
        Finished end = new Finished(StopReason.TOOL_USE, null, USAGE);
        List<TokenStream.Event> script = List.of(
                new Started(7, 0),
                new ThinkingDelta("a secret"),
                new TextDelta("word is no "),
                new CallStart(0, null, "look"),
                new CallArguments(0, "{\"at\":\"my secret"),
                new CallArguments(0, " wor\"}"),
                new CallEnd(0, true),
                end);
        List<TokenStream.Event> events = read(new ScriptedStream(script));
        assertThat(events).doesNotHaveAnyElementsOfTypes(Logprobs.class).endsWith(end);
        assertThat(events.subList(events.size() - 5, events.size())).containsExactlyElementsOf(script.subList(3, 8));
        assertThat(verdicts).containsExactly("passed");
    }

    @Test
    void aCallWithAForbiddenWordDoesNotLeaveHoweverItIsSpelled() throws InterruptedException {
        for (List<String> arguments : List.of(
                List.of("{\"at\":\"my secret wo", "rd\"}"),
                List.of("{\"at\":\"my \\u0073ecret\\nword\"}"),
                List.of("{\"at\":\"my secret word"))) {
            verdicts.clear();
            List<TokenStream.Event> script =
                    new ArrayList<>(List.of(new TextDelta("I look"), new CallStart(0, null, "look")));
            arguments.forEach(json -> script.add(new CallArguments(0, json)));
            script.add(new CallEnd(0, true));
            ScriptedStream inner = new ScriptedStream(script);
            List<TokenStream.Event> events = read(inner);
            assertThat(inner.closed()).isTrue();
            assertThat(verdicts).as("%s", arguments).containsExactly("refused");
            assertThat(events).hasOnlyElementsOfTypes(TextDelta.class, Finished.class);
            assertThat(((Finished) events.getLast()).reason()).isEqualTo(StopReason.REFUSAL);
        }
    }

    @Test
    void thinkingIsJudgedAsTextIs() throws InterruptedException {
        ScriptedStream inner =
                new ScriptedStream(List.of(new ThinkingDelta("the secret wo"), new ThinkingDelta("rd is")));
        List<TokenStream.Event> events = read(inner);
        assertThat(events.getFirst()).isEqualTo(new ThinkingDelta("the "));
        assertThat(((Finished) events.getLast()).reason()).isEqualTo(StopReason.REFUSAL);
    }
}
