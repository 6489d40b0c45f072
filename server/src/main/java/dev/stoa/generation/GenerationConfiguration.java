package dev.stoa.generation;

import dev.stoa.admission.Admission;
import dev.stoa.admission.Spending;
import dev.stoa.inference.Inference;
import dev.stoa.inference.Prices;
import dev.stoa.safety.SafetyGate;
import dev.stoa.shared.Limits;
import dev.stoa.usage.InterruptedRequests;
import dev.stoa.usage.UsageRecorder;
import java.time.Clock;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class GenerationConfiguration {

    /** What a request had used when its server was killed counts against its budgets like anything else. */
    @Bean
    InterruptedRequests interruptedSpending(Admission admission) {
        return event -> admission.charge(
                event.caller(),
                event.model(),
                new Spending(event.tokens().inputTokens(), event.tokens().outputTokens(), event.cost()));
    }

    @Bean
    GenerationService generations(
            Admission admission,
            Inference inference,
            SafetyGate gate,
            UsageRecorder recorder,
            Limits limits,
            Prices prices,
            Clock clock) {
        return new GenerationService(admission, inference, gate, recorder, limits, prices, clock, System::nanoTime);
    }
}
