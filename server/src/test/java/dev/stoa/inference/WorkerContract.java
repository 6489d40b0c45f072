package dev.stoa.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.stoa.engine.Sampling;
import dev.stoa.engine.Tool;
import dev.stoa.engine.ToolChoice;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What every kind of worker keeps. A subclass has one that serves {@link #model}, which writes 20 tokens and more. */
public abstract class WorkerContract {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final int MANY = 10;
    private static final int TOKENS = 12;

    protected abstract Worker worker();

    protected abstract String model();

    /** Whether its protocol has words for the seed, so that the same request gets the same answer. */
    protected boolean repeatable() {
        return true;
    }

    /** Whether its models can be told of tools. */
    protected boolean callsTools() {
        return true;
    }

    /** A model that calls tools, where it isn't {@link #model}. */
    protected String callingModel() {
        return model();
    }

    /** Where {@link #callingModel} is played: makes its next answer a call of the tool with these arguments. */
    protected void speakCall(String tool, String arguments) {}

    @Test
    void aForcedCallIsWholeAndFitsItsSchema() throws InterruptedException {
        assumeTrue(callsTools(), "this worker's models call no tools");
        Tool tool = new Tool("move", "Moves the lamp.", """
                {"type":"object","properties":{"to":{"enum":["left","right"]},"by":{"type":"integer"}},
                 "required":["to","by"],"additionalProperties":false}""", false);
        Prompt prompt = new Prompt.Conversation(
                List.of(Message.text(Message.Role.USER, "Move the lamp 3 steps to the left.")),
                new ToolSet(List.of(tool), ToolChoice.ANY, false),
                Optional.of(false));
        GenerationRequest request = GenerationRequest.builder(
                        "req_call", callingModel(), prompt, 100, Sampling.GREEDY, "test")
                .build();
        StringBuilder arguments = new StringBuilder();
        List<TokenStream.Event> others = new ArrayList<>();
        try (TokenStream stream = worker().start(request)) {
            speakCall("move", "{\"to\":\"left\",\"by\":3}");
            while (others.isEmpty() || !(others.getLast() instanceof TokenStream.Finished)) {
                TokenStream.Event event = stream.next(LONG);
                if (event instanceof TokenStream.CallArguments(int _, String json)) {
                    arguments.append(json);
                } else if (event != null) {
                    others.add(event);
                }
            }
        }
        assertThat(others).hasSize(4);
        assertThat(others.get(1)).isInstanceOfSatisfying(TokenStream.CallStart.class, call -> {
            assertThat(call.call()).isZero();
            assertThat(call.name()).isEqualTo("move");
        });
        assertThat(others.get(2)).isEqualTo(new TokenStream.CallEnd(0, true));
        assertThat(others.getLast())
                .isInstanceOfSatisfying(
                        TokenStream.Finished.class,
                        end -> assertThat(end.reason()).isEqualTo(StopReason.TOOL_USE));
        JsonNode json = new JsonMapper().readTree(arguments.toString());
        assertThat(json.get("to").stringValue()).isIn("left", "right");
        assertThat(json.get("by").isIntegralNumber()).isTrue();
    }

    protected final GenerationRequest request(int maxTokens) {
        return GenerationRequest.builder(
                        "req_contract",
                        model(),
                        new Prompt.Conversation(List.of(
                                Message.text(Message.Role.SYSTEM, "You tell stories."),
                                Message.text(Message.Role.USER, "Tell me a long story about the sea."))),
                        maxTokens,
                        Sampling.GREEDY,
                        "test")
                .build();
    }

    private record Answer(String text, TokenStream.Finished end) {}

    private static Answer read(TokenStream stream, Duration patience) throws InterruptedException {
        StringBuilder text = new StringBuilder();
        boolean started = false;
        while (true) {
            switch (stream.next(patience)) {
                case null -> Thread.onSpinWait();
                case TokenStream.Started start -> {
                    assertThat(started).as("started before").isFalse();
                    assertThat(start.inputTokens()).isPositive();
                    started = true;
                }
                case TokenStream.Finished end -> {
                    assertThat(started).isTrue();
                    return new Answer(text.toString(), end);
                }
                case TokenStream.TextDelta(String more) -> {
                    assertThat(started).isTrue();
                    assertThat(more).isNotEmpty();
                    text.append(more);
                }
                default -> {}
            }
        }
    }

    @Test
    void startsOnceAndEndsOnce() throws InterruptedException {
        try (TokenStream stream = worker().start(request(TOKENS))) {
            Answer answer = read(stream, LONG);
            assertThat(answer.text()).isNotBlank();
            assertThat(answer.end().reason()).isEqualTo(StopReason.MAX_TOKENS);
            assertThat(answer.end().usage().outputTokens()).isEqualTo(TOKENS);
            assertThat(stream.usage()).isEqualTo(answer.end().usage());
            assertThatThrownBy(() -> stream.next(LONG)).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void canBePolled() throws InterruptedException {
        try (TokenStream stream = worker().start(request(TOKENS))) {
            assertThat(read(stream, Duration.ZERO).end().usage().outputTokens()).isEqualTo(TOKENS);
        }
    }

    @Test
    void endsWhenClosedInMidAnswer() throws InterruptedException {
        TokenStream stream = worker().start(request(TOKENS));
        while (!(stream.next(LONG) instanceof TokenStream.TextDelta)) {
            assertThat(stream.usage().inputTokens()).isPositive();
        }
        stream.close();
        stream.close();
        assertThat(stream.usage().outputTokens()).isBetween(1, TOKENS);
        assertThatThrownBy(() -> stream.next(LONG)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void canBeClosedBeforeItIsRead() {
        TokenStream stream = worker().start(request(TOKENS));
        stream.close();
        assertThatThrownBy(() -> stream.next(LONG)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void answersManyAtOnceAlike() throws Exception {
        List<Future<Answer>> answers = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < MANY; i++) {
                answers.add(threads.submit(() -> {
                    try (TokenStream stream = worker().start(request(TOKENS))) {
                        return read(stream, LONG);
                    }
                }));
            }
            for (Future<Answer> answer : answers) {
                if (repeatable()) {
                    assertThat(answer.get().text())
                            .isEqualTo(answers.getFirst().get().text());
                }
                assertThat(answer.get().end().usage().outputTokens()).isEqualTo(TOKENS);
            }
        }
    }

    @Test
    void knowsItsModelAndNoOther() {
        assertThat(worker().find(model())).isPresent();
        assertThat(worker().find("no-such-model")).isEmpty();
        assertThat(worker().countTokens(request(1))).isPositive();
    }
}
