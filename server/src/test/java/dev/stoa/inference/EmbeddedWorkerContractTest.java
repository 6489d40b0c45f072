package dev.stoa.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.stoa.engine.Engine;
import dev.stoa.engine.EngineOptions;
import dev.stoa.engine.OutputControl;
import dev.stoa.engine.Sampling;
import dev.stoa.engine.Scheduling;
import dev.stoa.engine.Tool;
import dev.stoa.engine.ToolChoice;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A real model in the engine of this process. */
class EmbeddedWorkerContractTest extends WorkerContract {
    private static final Path FILE =
            Path.of(System.getProperty("stoa.test.models", "no-models")).resolve("smollm2-135m-q4_1.gguf");
    private static EmbeddedInference embedded;

    @BeforeAll
    static void load() {
        assumeTrue(Files.exists(FILE), "set -Dstoa.test.models to a folder with the test models");
        ModelFiles files = new ModelFiles() {
            @Override
            public String id() {
                return "smollm2";
            }

            @Override
            public Found fetch(Progress progress) {
                return new Found("smollm2", FILE, Instant.EPOCH);
            }
        };
        EngineOptions options = EngineOptions.builder()
                .kvCacheBytes(128L << 20)
                .contextLength(512)
                .build();
        embedded = new EmbeddedInference(
                files,
                file -> Engine.load(file, options),
                new WorkerMeters(new SimpleMeterRegistry()),
                Clock.systemUTC());
        embedded.start();
        await().atMost(Duration.ofMinutes(2)).until(() -> embedded.status().phase() == ModelStatus.Phase.READY);
    }

    @AfterAll
    static void stop() {
        if (embedded != null) {
            embedded.stop();
        }
    }

    @Override
    protected Worker worker() {
        return embedded;
    }

    @Override
    protected String model() {
        return "smollm2";
    }

    @Test
    void aForcedCallIsHeldToItsSchema() throws InterruptedException {
        Tool tool = new Tool("move", "Moves the lamp.", """
                {"type":"object","properties":{"to":{"enum":["left","right"]},"by":{"type":"integer"}},
                 "required":["to","by"],"additionalProperties":false}""", false);
        Prompt prompt = new Prompt.Conversation(
                List.of(Message.text(Message.Role.USER, "Move the lamp 3 steps to the left.")),
                new ToolSet(List.of(tool), ToolChoice.ANY, false),
                Optional.of(false));
        GenerationRequest request = new GenerationRequest(
                "req_1",
                "smollm2",
                prompt,
                100,
                Sampling.GREEDY,
                List.of(),
                GenerationRequest.NO_LOGPROBS,
                OutputControl.NONE,
                Scheduling.DEFAULT,
                "test",
                List.of());
        StringBuilder arguments = new StringBuilder();
        List<TokenStream.Event> others = new ArrayList<>();
        try (TokenStream stream = embedded.start(request)) {
            while (others.isEmpty() || !(others.getLast() instanceof TokenStream.Finished)) {
                TokenStream.Event event = stream.next(Duration.ofSeconds(30));
                if (event instanceof TokenStream.CallArguments(int _, String json)) {
                    arguments.append(json);
                } else {
                    others.add(event);
                }
            }
        }
        assertThat(others.subList(1, 3))
                .containsExactly(new TokenStream.CallStart(0, null, "move"), new TokenStream.CallEnd(0, true));
        assertThat(others.getLast())
                .isInstanceOfSatisfying(
                        TokenStream.Finished.class,
                        end -> assertThat(end.reason()).isEqualTo(StopReason.TOOL_USE));
        JsonNode json = new JsonMapper().readTree(arguments.toString());
        assertThat(json.get("to").stringValue()).isIn("left", "right");
        assertThat(json.get("by").isIntegralNumber()).isTrue();
    }
}
