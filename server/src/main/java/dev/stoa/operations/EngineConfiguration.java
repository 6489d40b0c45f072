package dev.stoa.operations;

import dev.stoa.engine.EngineOptions;
import dev.stoa.store.ModelStore;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What the embedded engine may use on this machine, and where its models lie. */
@Configuration(proxyBeanMethods = false)
class EngineConfiguration {

    @Bean
    @ConditionalOnMissingBean
    ModelStore modelStore(StoaSettings settings) {
        return new ModelStore(settings.modelsFolder());
    }

    /** The same plan as the launcher sized this JVM by. */
    @Bean
    @ConditionalOnMissingBean
    EngineOptions engineOptions(StoaSettings settings, ModelStore store) {
        return settings.engine().options(MemoryPlans.forModel(settings, store).kvCacheBytes());
    }
}
