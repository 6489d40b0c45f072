package dev.stoa.inference;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.stoa.engine.Engine;
import dev.stoa.engine.EngineOptions;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

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
}
