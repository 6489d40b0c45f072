package dev.stoa.inference;

import dev.stoa.engine.Engine;
import dev.stoa.engine.EngineOptions;
import dev.stoa.store.ModelStore;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.util.List;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;

@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(MockSettings.class)
class InferenceConfiguration {

    @Bean
    @ConditionalOnMissingBean
    ModelFiles modelFiles(ModelStore store, @Value("${stoa.model:smollm2-135m-instruct:q4_1}") String model) {
        return new StoreModelFiles(store, model, System.getenv());
    }

    @Bean
    @ConditionalOnMissingBean
    EngineLoader engineLoader(EngineOptions options) {
        return file -> Engine.load(file, options);
    }

    @Bean
    @Order(0)
    EmbeddedInference embeddedWorker(ModelFiles files, EngineLoader loader, MeterRegistry meters, Clock clock) {
        return new EmbeddedInference(files, loader, new WorkerMeters(meters), clock);
    }

    @Bean
    @Order(1)
    MockWorker mockWorker(MockSettings settings) {
        return new MockWorker(settings.mockModels());
    }

    /** The embedded model is the default; then come mocks, which take any name of their kind, and upstreams. */
    @Bean
    Workers workers(EmbeddedInference embedded, List<Worker> workers) {
        return new Workers(embedded, workers);
    }
}
