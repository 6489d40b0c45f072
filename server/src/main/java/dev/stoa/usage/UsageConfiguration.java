package dev.stoa.usage;

import dev.stoa.shared.Announcements;
import dev.stoa.shared.Limits;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.UUID;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class UsageConfiguration {
    /** The topic of {@link Announcements}. */
    private static final String STOPS = "stops";

    @Bean
    UsageLedger usageLedger(UsageStore store, Limits limits, MeterRegistry meters) {
        UsageLedger ledger = new UsageLedger(store, limits);
        Gauge.builder("stoa_usage_queue", ledger, UsageLedger::waiting).register(meters);
        return ledger;
    }

    @Bean
    OpenRequests openRequests(
            OpenStore store, Announcements announcements, ObjectProvider<InterruptedRequests> interrupted) {
        // Found when needed: who listens may itself need the ledger.
        OpenRequests open = new OpenRequests(
                store,
                UUID.randomUUID(),
                event -> interrupted.forEach(each -> each.interrupted(event)),
                System::nanoTime);
        announcements.listen(STOPS, open::lookForStops);
        return open;
    }

    @Bean
    UsageRecorder usageRecorder(UsageLedger ledger, OpenRequests open, MeterRegistry meters) {
        return new UsageRecorder(ledger, open::begin, meters);
    }
}
