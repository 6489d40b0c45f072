package dev.stoa.safety;

import dev.stoa.inference.Inference;
import dev.stoa.shared.Limits;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import java.time.Clock;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class SafetyConfiguration {

    @Bean
    PolicySource policySource(SafetySettings settings, @Value("${stoa.data}") Path dataFolder) {
        return new PolicySource(settings.file(dataFolder), System::nanoTime);
    }

    @Bean
    SafetyGate safetyGate(
            Inference inference,
            PolicySource policies,
            IncidentLog incidents,
            MeterRegistry meters,
            Clock clock,
            Limits limits) {
        return new SafetyGate(inference, policies, incidents, meters, clock, limits.safetyWindow());
    }
}
