package dev.stoa.embedding;

import dev.stoa.admission.Admission;
import dev.stoa.inference.Workers;
import dev.stoa.operations.DataFolder;
import dev.stoa.safety.SafetyGate;
import dev.stoa.shared.Limits;
import dev.stoa.usage.UsageRecorder;
import java.time.Clock;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class EmbeddingConfiguration {

    @Bean(destroyMethod = "close")
    EmbeddingService embeddings(
            Admission admission,
            SafetyGate gate,
            UsageRecorder recorder,
            Limits limits,
            Clock clock,
            Workers workers,
            DataFolder folder) {
        int threads = Runtime.getRuntime().availableProcessors();
        return new EmbeddingService(
                admission,
                gate,
                recorder,
                limits,
                clock,
                new EmbeddingModels(
                        workers, () -> MiniLm.load(threads, folder.path().resolve("native"))));
    }
}
