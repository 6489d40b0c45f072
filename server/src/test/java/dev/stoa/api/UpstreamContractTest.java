package dev.stoa.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.stoa.engine.ChatMessage;
import dev.stoa.engine.ChatPrompt;
import dev.stoa.engine.Generation;
import dev.stoa.engine.Sampling;
import dev.stoa.engine.Tool;
import dev.stoa.engine.ToolCall;
import dev.stoa.engine.ToolChoice;
import dev.stoa.inference.ContentBlock;
import dev.stoa.inference.GenerationRequest;
import dev.stoa.inference.Message;
import dev.stoa.inference.Prompt;
import dev.stoa.inference.ScriptedEngine;
import dev.stoa.inference.StopReason;
import dev.stoa.inference.TokenStream;
import dev.stoa.inference.ToolSet;
import dev.stoa.inference.Worker;
import dev.stoa.inference.WorkerContract;
import dev.stoa.inference.upstream.UpstreamSettings;
import dev.stoa.inference.upstream.UpstreamSettings.OnDisconnect;
import dev.stoa.inference.upstream.UpstreamSettings.Protocol;
import dev.stoa.inference.upstream.UpstreamSettings.Upstream;
import dev.stoa.inference.upstream.UpstreamSettings.UpstreamModel;
import dev.stoa.inference.upstream.Upstreams;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.springframework.util.unit.DataSize;

/** Upstreams against a second Stoa, in both protocols. */
class UpstreamContractTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static ApiServer second;

    @BeforeAll
    static void start() throws IOException {
        second = ApiServer.start("", "--stoa.mock-models=mock-0-1-40");
    }

    @AfterAll
    static void stop() throws IOException {
        second.close();
    }

    private static Upstreams worker(Protocol protocol) {
        List<UpstreamModel> models = List.of(
                new UpstreamModel("counter", "mock-0-1-40", List.of("count"), 1000, 0),
                new UpstreamModel("scripted", ScriptedEngine.MODEL, List.of(), 1000, 0));
        Upstream upstream = new Upstream(
                "test",
                protocol,
                second.uri("/v1"),
                ApiServer.KEY,
                "",
                models,
                "max_tokens",
                Duration.ofSeconds(5),
                LONG,
                LONG,
                DataSize.ofKilobytes(16),
                OnDisconnect.STOP);
        return new Upstreams(new UpstreamSettings(List.of(upstream)), Clock.systemUTC());
    }

    private static GenerationRequest asking(String model, List<String> stop) {
        return GenerationRequest.builder(
                        "req_upstream",
                        model,
                        new Prompt.Conversation(List.of(Message.text(Message.Role.USER, "Say it."))),
                        50,
                        Sampling.GREEDY,
                        "test")
                .stopSequences(stop)
                .build();
    }

    private abstract static class Against extends WorkerContract {
        private final Worker worker;

        Against(Protocol protocol) {
            this.worker = UpstreamContractTest.worker(protocol);
        }

        @Override
        protected Worker worker() {
            return worker;
        }

        @Override
        protected String model() {
            return "counter";
        }

        @Override
        protected String callingModel() {
            return "scripted";
        }

        @Override
        protected void speakCall(String tool, String arguments) {
            try {
                second.engine().nextRun().call(tool, arguments).end(Generation.Finish.END_OF_TURN);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        private static GenerationRequest conversation(
                List<Message> messages, ToolSet tools, Optional<Boolean> thinking) {
            return GenerationRequest.builder(
                            "req_upstream",
                            "scripted",
                            new Prompt.Conversation(messages, tools, thinking),
                            4_000,
                            Sampling.GREEDY,
                            "test")
                    .build();
        }

        private List<TokenStream.Event> events(GenerationRequest request, Consumer<ScriptedEngine.Run> speak)
                throws InterruptedException {
            List<TokenStream.Event> events = new ArrayList<>();
            try (TokenStream stream = worker.start(request)) {
                speak.accept(second.engine().nextRun());
                do {
                    TokenStream.Event event = stream.next(LONG);
                    if (event != null) {
                        events.add(event);
                    }
                } while (!(events.getLast() instanceof TokenStream.Finished));
            }
            return events;
        }

        @Test
        void passesThinkingAndParallelCallsOn() throws InterruptedException {
            Tool tool = new Tool("weather", "Tells it.", "{\"type\":\"object\",\"properties\":{}}", false);
            List<TokenStream.Event> events = events(
                    conversation(
                            List.of(Message.text(Message.Role.USER, "Hi")),
                            new ToolSet(List.of(tool), ToolChoice.AUTO, true),
                            Optional.of(true)),
                    run -> run.think("Hm.")
                            .say("I look.")
                            .call("weather", "{\"city\":", "\"Oslo\"}")
                            .call("weather", "{}")
                            .end(Generation.Finish.END_OF_TURN));
            assertThat(second.engine().lastPrompt()).satisfies(prompt -> {
                assertThat(prompt.tools()).containsExactly(tool);
                assertThat(prompt.toolChoice()).isEqualTo(ToolChoice.AUTO);
                assertThat(prompt.thinking()).hasValue(true);
            });
            assertThat(events.get(1)).isEqualTo(new TokenStream.ThinkingDelta("Hm."));
            assertThat(events.get(2)).isEqualTo(new TokenStream.TextDelta("I look."));
            assertThat(events.get(3)).isInstanceOfSatisfying(TokenStream.CallStart.class, call -> {
                assertThat(call.id()).isNotEmpty();
                assertThat(call.name()).isEqualTo("weather");
            });
            assertThat(events.stream()
                            .filter(event ->
                                    event instanceof TokenStream.CallArguments(int call, String _) && call == 0)
                            .map(event -> ((TokenStream.CallArguments) event).json())
                            .collect(Collectors.joining()))
                    .isEqualTo("{\"city\":\"Oslo\"}");
            assertThat(events)
                    .contains(new TokenStream.CallEnd(0, true), new TokenStream.CallEnd(1, true))
                    .last()
                    .isInstanceOfSatisfying(TokenStream.Finished.class, end -> {
                        assertThat(end.reason()).isEqualTo(StopReason.TOOL_USE);
                        assertThat(end.usage().thinkingTokens()).isPositive();
                    });
        }

        @Test
        void givesResultsBackAndNamesATool() throws InterruptedException {
            Tool tool = new Tool("weather", "", "{\"type\":\"object\",\"properties\":{}}", true);
            List<Message> messages = List.of(
                    Message.text(Message.Role.SYSTEM, "Be brief."),
                    Message.text(Message.Role.USER, "Weather?"),
                    new Message(
                            Message.Role.ASSISTANT,
                            List.of(
                                    new ContentBlock.Text("I look."),
                                    new ContentBlock.ToolUse("call_1", "weather", "{\"city\":\"Oslo\"}"))),
                    new Message(
                            Message.Role.USER,
                            List.of(
                                    new ContentBlock.ToolResult("call_1", "no such city", true),
                                    new ContentBlock.Text("Try another."))));
            List<TokenStream.Event> events = events(
                    conversation(
                            messages,
                            new ToolSet(List.of(tool), new ToolChoice.Named("weather"), false),
                            Optional.of(false)),
                    run -> run.beginCall("weather").end(Generation.Finish.MAX_TOKENS));
            ChatPrompt prompt = second.engine().lastPrompt();
            assertThat(prompt.messages())
                    .containsExactly(
                            new ChatMessage("system", "Be brief."),
                            new ChatMessage("user", "Weather?"),
                            new ChatMessage(
                                    "assistant",
                                    "I look.",
                                    List.of(new ToolCall("call_1", "weather", "{\"city\":\"Oslo\"}")),
                                    null),
                            ChatMessage.toolResult("call_1", "Error: no such city"),
                            new ChatMessage("user", "Try another."));
            assertThat(prompt.toolChoice()).isEqualTo(new ToolChoice.Named("weather"));
            assertThat(prompt.parallelToolCalls()).isFalse();
            assertThat(prompt.tools()).containsExactly(tool);
            assertThat(events.getLast())
                    .isInstanceOfSatisfying(
                            TokenStream.Finished.class,
                            // Which limit it was, the protocols tell differently.
                            end -> assertThat(end.reason()).isIn(StopReason.MAX_TOKENS, StopReason.CONTEXT_FULL));
            assertThat(events).contains(new TokenStream.CallEnd(0, false));
        }

        @Test
        void freesTheUpstreamWhenClosed() throws InterruptedException {
            TokenStream stream = worker.start(asking("scripted", List.of()));
            second.engine().nextRun().say("Half an ");
            while (!(stream.next(LONG) instanceof TokenStream.TextDelta)) {
                assertThat(second.engine().running()).isEqualTo(1);
            }
            stream.close();
            await().until(() -> second.engine().running() == 0);
        }

        @Test
        void wakesItsReaderWhenClosedByAnother() throws InterruptedException {
            TokenStream stream = worker.start(asking("scripted", List.of()));
            ScriptedEngine.Run run = second.engine().nextRun();
            Thread closer = Thread.ofVirtual().start(() -> {
                await().until(() -> second.engine().running() == 1);
                stream.close();
            });
            assertThatThrownBy(() -> {
                        while (true) {
                            stream.next(Duration.ofMinutes(1));
                        }
                    })
                    .isInstanceOf(IllegalStateException.class);
            closer.join();
            assertThat(run.awaitEnd(LONG)).isTrue();
        }

        @Test
        void takesTheUpstreamsOwnCounts() throws InterruptedException {
            try (TokenStream stream = worker.start(asking("scripted", List.of("!")))) {
                second.engine().nextRun().say("One").say(" two").end(Generation.Finish.END_OF_TURN);
                TokenStream.Event event = stream.next(LONG);
                while (!(event instanceof TokenStream.Finished)) {
                    event = stream.next(LONG);
                }
                TokenStream.Finished end = (TokenStream.Finished) event;
                assertThat(end.reason()).isEqualTo(StopReason.END_TURN);
                assertThat(end.usage().inputTokens()).isEqualTo("Say it.".length());
                assertThat(end.usage().outputTokens()).isEqualTo(2);
            }
        }

        @Test
        void usesAConnectionAgain() throws InterruptedException {
            for (int i = 0; i < 3; i++) {
                try (TokenStream stream = worker.start(asking("count", List.of()))) {
                    while (!(stream.next(LONG) instanceof TokenStream.Finished)) {
                        Thread.onSpinWait();
                    }
                }
            }
        }
    }

    @Nested
    class OpenAi extends Against {
        OpenAi() {
            super(Protocol.OPENAI);
        }
    }

    @Nested
    class Anthropic extends Against {
        Anthropic() {
            super(Protocol.ANTHROPIC);
        }

        @Override
        protected boolean repeatable() {
            return false;
        }
    }
}
