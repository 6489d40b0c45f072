package dev.stoa.engine.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import dev.stoa.engine.ChatMessage;
import dev.stoa.engine.ChatPrompt;
import dev.stoa.engine.Constraint;
import dev.stoa.engine.ConstraintException;
import dev.stoa.engine.EngineOptions;
import dev.stoa.engine.EngineRequest;
import dev.stoa.engine.Generation;
import dev.stoa.engine.Generation.Chunk;
import dev.stoa.engine.Generation.Finish;
import dev.stoa.engine.OutputControl;
import dev.stoa.engine.OutputParser;
import dev.stoa.engine.OutputPart;
import dev.stoa.engine.PreparedChat;
import dev.stoa.engine.Sampling;
import dev.stoa.engine.Tool;
import dev.stoa.engine.ToolChoice;
import dev.stoa.engine.gguf.TestModels;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Forms, biases and tools on a real model through the façade. */
class OutputControlTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final String PERSON = """
            {"type":"object","properties":{"name":{"type":"string","maxLength":20},
            "age":{"type":"integer","minimum":0,"maximum":120},
            "tags":{"type":"array","items":{"enum":["kind","tall","old"]},"maxItems":3}},
            "required":["name","age","tags"],"additionalProperties":false}""";
    private static final Tool WEATHER = new Tool("get_weather", "The weather at a place", """
            {"type":"object","properties":{"city":{"type":"string","maxLength":30},
            "unit":{"enum":["celsius","fahrenheit"]}},"required":["city","unit"]}""", true);
    private static final Tool CLOCK = new Tool("get_time", "The time at a place", """
            {"type":"object","properties":{"zone":{"type":"string","pattern":"^[A-Z]{3}$"}},"required":["zone"]}""", true);

    private static LocalEngine engine;

    @BeforeAll
    static void load() {
        engine = LocalEngine.open(TestModels.smollm2(), EngineOptions.defaults());
    }

    @AfterAll
    static void close() {
        engine.close();
        engine.validate();
    }

    @Test
    void everyFinishedAnswerMatchesItsSchemaAloneAndTogether() throws Exception {
        PreparedChat chat = ask("Describe a person as JSON.", List.of(), ToolChoice.AUTO);
        OutputControl control = OutputControl.NONE.withConstraint(new Constraint.JsonSchema(PERSON));
        List<Generation> together = new ArrayList<>();
        for (int seed = 0; seed < 8; seed++) {
            together.add(engine.submit(request(chat.prompt(), seed, control)));
        }
        List<Result> results = together.stream().map(OutputControlTest::read).toList();
        for (int seed = 0; seed < 8; seed++) {
            Result result = results.get(seed);
            assertThat(result.finish()).isEqualTo(Finish.END_OF_TURN);
            assertValid(PERSON, result.text());
            if (seed % 3 == 0) {
                assertThat(read(engine.submit(request(chat.prompt(), seed, control))))
                        .as("seed %d alone", seed)
                        .isEqualTo(result);
            }
        }
        assertThat(results.stream().map(Result::text).distinct().count()).isGreaterThan(1);
    }

    @Test
    void aRegexHoldsTheWholeAnswer() {
        PreparedChat chat = ask("What is the answer, yes or no?", List.of(), ToolChoice.AUTO);
        OutputControl control = OutputControl.NONE.withConstraint(new Constraint.Regex("(yes|no), because .{5,30}\\."));
        Result result = read(engine.submit(request(chat.prompt(), 1, control)));
        assertThat(result.text()).matches("(yes|no), because .{5,30}\\.");
    }

    @Test
    void anAnswerThatIsCutShortIsReportedAsUsual() {
        OutputControl control = OutputControl.NONE.withConstraint(new Constraint.Regex("a{50}b"));
        Result result = read(
                engine.submit(new EngineRequest(engine.encode("x", false), 3, Sampling.GREEDY).withControl(control)));
        assertThat(result.finish()).isEqualTo(Finish.MAX_TOKENS);
        assertThat(result.text()).matches("a+");
    }

    @Test
    void aForcedCallIsACallOfTheToolWithValidArguments() throws Exception {
        for (ToolChoice choice : List.of(ToolChoice.ANY, new ToolChoice.Named("get_time"))) {
            PreparedChat chat = ask("How is the weather in Bern?", List.of(WEATHER, CLOCK), choice);
            for (int seed = 0; seed < 3; seed++) {
                Result result = read(engine.submit(request(chat.prompt(), seed, chat.control())));
                assertThat(result.finish()).isEqualTo(Finish.END_OF_TURN);
                OutputParser parser = chat.newParser();
                List<OutputPart> parts = new ArrayList<>(parser.append(result.text()));
                parts.addAll(parser.finish());
                OutputPart.CallStart start = (OutputPart.CallStart) parts.getFirst();
                Tool called = start.name().equals("get_weather") ? WEATHER : CLOCK;
                if (choice instanceof ToolChoice.Named) {
                    assertThat(called).isSameAs(CLOCK);
                }
                assertValid(called.parameters(), arguments(parts, 0));
                assertThat(parts.getLast())
                        .isInstanceOfSatisfying(
                                OutputPart.CallEnd.class,
                                end -> assertThat(end.complete()).isTrue());
            }
        }
    }

    @Test
    void strictToolsBoundTheCallsAndLeaveWordsFree() throws Exception {
        PreparedChat chat = ask("How is the weather in Bern?", List.of(WEATHER), ToolChoice.AUTO);
        assertThat(chat.control().constraint()).isPresent();
        // The model is pushed into a call, as so small a one rarely begins one by itself.
        int[] begun = engine.encode("Let me see.\n<tool_call>\n", false);
        EngineRequest request = request(chat.prompt(), 5, chat.control());
        Result result =
                read(engine.submit(new EngineRequest(request.prompt(), 200, request.sampling(), List.of(), -1, begun)
                        .withControl(request.control())));
        OutputParser parser = chat.newParser();
        List<OutputPart> parts = new ArrayList<>(parser.append(result.text()));
        parts.addAll(parser.finish());
        assertThat(parts).contains(new OutputPart.Text("Let me see."), new OutputPart.CallStart(0, "get_weather"));
        assertValid(WEATHER.parameters(), arguments(parts, 0));
    }

    @Test
    void whatABeganOutputHoldsMustFitItsForm() {
        EngineRequest request = new EngineRequest(
                        engine.encode("x", false), 20, Sampling.GREEDY, List.of(), -1, engine.encode("no", false))
                .withControl(OutputControl.NONE.withConstraint(new Constraint.Literal("yes")));
        assertThatThrownBy(() -> engine.submit(request))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("form");
    }

    @Test
    void aFormThatCantBeCompiledIsRefusedAtOnce() {
        OutputControl control = OutputControl.NONE.withConstraint(
                new Constraint.JsonSchema("{\"type\":\"object\",\"properties\":{\"a\":{\"not\":{}}}}"));
        assertThatThrownBy(() -> engine.submit(
                        new EngineRequest(engine.encode("x", false), 3, Sampling.GREEDY).withControl(control)))
                .isInstanceOfSatisfying(
                        ConstraintException.class, e -> assertThat(e.pointer()).isEqualTo("/properties/a/not"));
    }

    @Test
    void aBiasBansAndForcesTokens() {
        int[] prompt = engine.encode("The capital of France is", false);
        int first = read(engine.submit(new EngineRequest(prompt, 1, Sampling.GREEDY)))
                .tokens()
                .getFirst();
        OutputControl banned = OutputControl.NONE.withLogitBias(Map.of(first, -100f));
        assertThat(read(engine.submit(new EngineRequest(prompt, 1, Sampling.GREEDY).withControl(banned)))
                        .tokens())
                .doesNotContain(first);
        OutputControl forced = OutputControl.NONE.withLogitBias(Map.of(1000, 100f));
        assertThat(read(engine.submit(new EngineRequest(prompt, 3, Sampling.GREEDY).withControl(forced)))
                        .tokens())
                .containsExactly(1000, 1000, 1000);
        OutputControl unknown = OutputControl.NONE.withLogitBias(Map.of(1 << 30, 1f));
        assertThatThrownBy(() -> engine.submit(new EngineRequest(prompt, 1, Sampling.GREEDY).withControl(unknown)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static PreparedChat ask(String question, List<Tool> tools, ToolChoice choice) {
        return engine.prepareChat(
                new ChatPrompt(List.of(new ChatMessage("user", question)), tools, choice, false, Optional.empty()));
    }

    private static EngineRequest request(int[] prompt, long seed, OutputControl control) {
        return new EngineRequest(prompt, 300, new Sampling(1f, 0, 0.95f, 0, 1, 0, 0, seed)).withControl(control);
    }

    private static String arguments(List<OutputPart> parts, int call) {
        return parts.stream()
                .filter(OutputPart.CallArguments.class::isInstance)
                .map(OutputPart.CallArguments.class::cast)
                .filter(part -> part.call() == call)
                .map(OutputPart.CallArguments::json)
                .collect(Collectors.joining());
    }

    private static void assertValid(String schema, String text) throws Exception {
        JsonNode value = JSON.readTree(text);
        assertThat(JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                        .getSchema(schema)
                        .validate(value))
                .as(text)
                .isEmpty();
    }

    private record Result(List<Integer> tokens, String text, Finish finish) {}

    private static Result read(Generation generation) {
        List<Integer> tokens = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        try {
            while (true) {
                Chunk chunk = generation.next(PATIENCE);
                if (chunk == null) {
                    return new Result(
                            tokens,
                            text.toString(),
                            Objects.requireNonNull(generation.finish(), "the generation is stuck"));
                }
                tokens.addAll(chunk.tokens());
                text.append(chunk.text());
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
