package dev.stoa.engine.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stoa.engine.OutputPart;
import dev.stoa.engine.OutputPart.CallArguments;
import dev.stoa.engine.OutputPart.CallEnd;
import dev.stoa.engine.OutputPart.CallStart;
import dev.stoa.engine.OutputPart.Text;
import dev.stoa.engine.OutputPart.Thinking;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every answer is read whole, char by char and in random pieces; the parts are the same. */
class AnswerParserTest {
    private static final Set<String> TOOLS = Set.of("weather", "time");

    @Test
    void hermesCallsStandAmongWordsAndThoughts() {
        assertThat(parse(
                        Dialect.HERMES,
                        "<think>\nI need the weather.\n</think>\n\nLet me look.\n<tool_call>\n{\"name\": \"weather\","
                                + " \"arguments\": {\"city\": \"O\\\"Fallon }\", \"n\": [1, {}]}}\n</tool_call>\n"
                                + "<tool_call>\n{\"arguments\": {}, \"name\": \"time\"}\n</tool_call>"))
                .containsExactly(
                        new Thinking("I need the weather."),
                        new Text("Let me look."),
                        new CallStart(0, "weather"),
                        new CallArguments(0, "{\"city\": \"O\\\"Fallon }\", \"n\": [1, {}]}"),
                        new CallEnd(0, true),
                        new CallStart(1, "time"),
                        new CallArguments(1, "{}"),
                        new CallEnd(1, true));
    }

    @Test
    void aThoughtThatThePromptOpenedEnds() {
        assertThat(parse(Dialect.HERMES, "<think>", "\nHm.\n</think>\n\nYes < no"))
                .containsExactly(new Thinking("Hm."), new Text("Yes < no"));
        assertThat(parse(Dialect.HERMES, "<think>", "for ever")).containsExactly(new Thinking("for ever"));
    }

    @Test
    void aForcedCallIsOpenAlready() {
        assertThat(parse(
                        Dialect.TOLD,
                        "<tool_call>\n",
                        "{\"name\": \"time\", \"arguments\": {\"zone\": 1}}\n</tool_call>"))
                .containsExactly(new CallStart(0, "time"), new CallArguments(0, "{\"zone\": 1}"), new CallEnd(0, true));
    }

    @Test
    void mistralWritesListsOrNames() {
        assertThat(parse(
                        Dialect.MISTRAL,
                        "[TOOL_CALLS][{\"name\": \"weather\", \"arguments\": {\"a\": 1}, \"id\": \"abcdefghi\"},"
                                + " {\"name\": \"time\", \"arguments\": {}}]"))
                .containsExactly(
                        new CallStart(0, "weather"),
                        new CallArguments(0, "{\"a\": 1}"),
                        new CallEnd(0, true),
                        new CallStart(1, "time"),
                        new CallArguments(1, "{}"),
                        new CallEnd(1, true));
        assertThat(parse(Dialect.MISTRAL, "[TOOL_CALLS]weather[ARGS]{\"a\": \"}\"}[TOOL_CALLS]time[ARGS]{}"))
                .containsExactly(
                        new CallStart(0, "weather"),
                        new CallArguments(0, "{\"a\": \"}\"}"),
                        new CallEnd(0, true),
                        new CallStart(1, "time"),
                        new CallArguments(1, "{}"),
                        new CallEnd(1, true));
    }

    @Test
    void llamaAnswersWithNothingButACall() {
        String call = "{\"name\": \"weather\", \"parameters\": {\"a\": 1}}";
        List<OutputPart> expected =
                List.of(new CallStart(0, "weather"), new CallArguments(0, "{\"a\": 1}"), new CallEnd(0, true));
        assertThat(parse(Dialect.LLAMA3, call)).isEqualTo(expected);
        assertThat(parse(Dialect.LLAMA3, "<|python_tag|>" + call)).isEqualTo(expected);
    }

    @Test
    void whatIsNoCallIsText() {
        for (String text : List.of(
                "{\"name\": \"nobody\", \"parameters\": {}} and more",
                "{\"city\": \"x\"}",
                "{nonsense",
                "{}",
                " {\"a\":1} ",
                "plain")) {
            assertThat(parse(Dialect.LLAMA3, text)).as(text).containsExactly(new Text(text));
        }
        assertThat(parse(Dialect.HERMES, "a <tool_call> is a tag")).containsExactly(new Text("a <tool_call> is a tag"));
        assertThat(parse(Dialect.HERMES, "a <tool_cal")).containsExactly(new Text("a <tool_cal"));
        assertThat(parse(Dialect.HERMES, "<tool_call>{\"x\": 1}</tool_call>"))
                .containsExactly(new Text("<tool_call>{\"x\": 1}</tool_call>"));
    }

    @Test
    void withoutToolsCallsArePlainText() {
        AnswerParser parser = new AnswerParser(Dialect.HERMES, Set.of(), "");
        String text = "<tool_call>{\"name\": \"time\", \"arguments\": {}}</tool_call>";
        List<OutputPart> parts = new ArrayList<>(parser.append(text));
        parts.addAll(parser.finish());
        assertThat(joined(parts)).containsExactly(new Text(text));
    }

    @Test
    void aCallThatIsCutShortSaysSo() {
        assertThat(parse(Dialect.HERMES, "<tool_call>\n{\"name\": \"time\", \"arguments\": {\"a\": 1"))
                .containsExactly(new CallStart(0, "time"), new CallArguments(0, "{\"a\": 1"), new CallEnd(0, false));
        assertThat(parse(Dialect.MISTRAL, "[TOOL_CALLS]time[ARGS]{\"a\": 1"))
                .containsExactly(new CallStart(0, "time"), new CallArguments(0, "{\"a\": 1"), new CallEnd(0, false));
    }

    @Test
    void argumentsInAStringAreTheJsonInIt() {
        assertThat(parse(
                        Dialect.HERMES,
                        "<tool_call>{\"name\": \"time\", \"arguments\": \"{\\\"a\\\": 1}\"}</tool_call>"))
                .containsExactly(new CallStart(0, "time"), new CallArguments(0, "{\"a\": 1}"), new CallEnd(0, true));
    }

    @Test
    void argumentsStreamBeforeTheCallIsWhole() {
        AnswerParser parser = new AnswerParser(Dialect.HERMES, TOOLS, "");
        assertThat(parser.append("<tool_call>{\"name\": \"time\", \"arguments\": {\"a\":"))
                .containsExactly(new CallStart(0, "time"), new CallArguments(0, "{\"a\":"));
        assertThat(parser.append(" 1")).containsExactly(new CallArguments(0, " 1"));
    }

    @Test
    void behindAMarkerThatIsNoneAnotherOneMayStand() {
        assertThat(parse(
                        Dialect.HERMES,
                        "<tool_call>\nhello <tool_call>\n{\"name\": \"time\", \"arguments\": {}}\n</tool_call>"))
                .containsExactly(
                        new Text("<tool_call>\nhello"),
                        new CallStart(0, "time"),
                        new CallArguments(0, "{}"),
                        new CallEnd(0, true));
        assertThat(parse(Dialect.MISTRAL, "[TOOL_CALLS] no call [TOOL_CALLS]time[ARGS]{}"))
                .containsExactly(
                        new Text("[TOOL_CALLS] no call"),
                        new CallStart(0, "time"),
                        new CallArguments(0, "{}"),
                        new CallEnd(0, true));
    }

    @Test
    void aCommaBehindACallIsOnlyDroppedBeforeAnother() {
        String call = "{\"name\": \"time\", \"parameters\": {}}";
        List<OutputPart> first = List.of(new CallStart(0, "time"), new CallArguments(0, "{}"), new CallEnd(0, true));
        List<OutputPart> second = List.of(new CallStart(1, "time"), new CallArguments(1, "{}"), new CallEnd(1, true));
        assertThat(parse(Dialect.LLAMA3, call + "; " + call)).isEqualTo(concat(first, second));
        assertThat(parse(Dialect.LLAMA3, call + ", <|python_tag|>" + call)).isEqualTo(concat(first, second));
        assertThat(parse(Dialect.HERMES, "<tool_call>" + call + ",\n</tool_call>"))
                .isEqualTo(first);
        for (String words : List.of(", and then", ",", "; {\"name\": \"nobody\"}", "{}", ", <|python")) {
            assertThat(parse(Dialect.LLAMA3, call + words))
                    .as(words)
                    .isEqualTo(concat(first, List.of(new Text(words))));
        }
    }

    private static <T> List<T> concat(List<T> first, List<T> second) {
        return Stream.concat(first.stream(), second.stream()).toList();
    }

    @Test
    void anyCutOfAnyTextGivesTheSameParts() {
        long seed = Long.getLong("stoa.test.seed", System.nanoTime());
        Random random = new Random(seed);
        for (int round = 0; round < 2_000; round++) {
            Dialect dialect = Dialect.values()[random.nextInt(Dialect.values().length)];
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(10); i >= 0; i--) {
                String fragment = fragment(dialect, random);
                text.append(
                        fragment, 0, random.nextInt(4) == 0 ? random.nextInt(fragment.length()) : fragment.length());
            }
            List<OutputPart> whole = run(dialect, "", List.of(text.toString()));
            for (int cut = 0; cut < 5; cut++) {
                List<String> pieces = cut == 0 ? List.of(text.toString().split("")) : pieces(text.toString(), random);
                assertThat(run(dialect, "", pieces))
                        .as("%s: %s, repeat with -Dstoa.test.seed=%d", dialect, text, seed)
                        .isEqualTo(whole);
            }
        }
    }

    /** What an answer may be made of; cut anywhere it may be anything. */
    private static String fragment(Dialect dialect, Random random) {
        List<String> fragments = List.of(
                "words ",
                "\n\n",
                " ",
                ", ",
                ";",
                "[",
                "]",
                "{}",
                "<think>",
                "</think>",
                dialect.open() + dialect.afterOpen(),
                dialect.close() + "\n",
                "time[ARGS]{\"a\": [1]}",
                "{\"name\": \"time\", \"" + dialect.argumentsKey() + "\": {\"a\": \"}\"}}",
                "{\"name\": \"nobody\", \"" + dialect.argumentsKey() + "\": 1}");
        String fragment = fragments.get(random.nextInt(fragments.size()));
        return fragment.isEmpty() ? "x" : fragment;
    }

    private static List<String> pieces(String text, Random random) {
        List<String> pieces = new ArrayList<>();
        for (int at = 0; at < text.length(); ) {
            int end = Math.min(text.length(), at + 1 + random.nextInt(12));
            pieces.add(text.substring(at, end));
            at = end;
        }
        return pieces;
    }

    private static List<OutputPart> parse(Dialect dialect, String text) {
        return parse(dialect, "", text);
    }

    private static List<OutputPart> parse(Dialect dialect, String opening, String text) {
        List<OutputPart> whole = run(dialect, opening, List.of(text));
        assertThat(run(dialect, opening, List.of(text.split(""))))
                .as("by chars")
                .isEqualTo(whole);
        long seed = Long.getLong("stoa.test.seed", 20_261_124);
        Random random = new Random(seed);
        for (int round = 0; round < 50; round++) {
            assertThat(run(dialect, opening, pieces(text, random)))
                    .as("repeat with -Dstoa.test.seed=%d", seed)
                    .isEqualTo(whole);
        }
        return whole;
    }

    private static List<OutputPart> run(Dialect dialect, String opening, List<String> pieces) {
        AnswerParser parser = new AnswerParser(dialect, TOOLS, opening);
        List<OutputPart> parts = new ArrayList<>();
        pieces.forEach(piece -> parts.addAll(parser.append(piece)));
        parts.addAll(parser.finish());
        return joined(parts);
    }

    /** Neighbours of one kind as one. */
    private static List<OutputPart> joined(List<OutputPart> parts) {
        List<OutputPart> out = new ArrayList<>();
        for (OutputPart part : parts) {
            OutputPart last = out.isEmpty() ? null : out.getLast();
            OutputPart both = null;
            if (part instanceof Text(String b) && last instanceof Text(String a)) {
                both = new Text(a + b);
            } else if (part instanceof Thinking(String b) && last instanceof Thinking(String a)) {
                both = new Thinking(a + b);
            } else if (part instanceof CallArguments(int call, String b)
                    && last instanceof CallArguments(int before, String a)
                    && call == before) {
                both = new CallArguments(call, a + b);
            }
            if (both != null) {
                out.removeLast();
            }
            out.add(both == null ? part : both);
        }
        return out;
    }
}
