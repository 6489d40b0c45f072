package dev.stoa.usage.kafka;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.UUID;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;

@Configuration(proxyBeanMethods = false)
class KafkaConfiguration {
    private static final double MILLIS = 1e3;

    @Bean
    KafkaExporter kafkaExporter(KafkaSettings settings, JdbcClient jdbc, MeterRegistry meters) {
        KafkaExporter exporter = new KafkaExporter(new Outbox(jdbc), settings, UUID.randomUUID());
        if (settings.on()) {
            FunctionCounter.builder("stoa_usage_kafka_events", exporter, KafkaExporter::sent)
                    .register(meters);
            Gauge.builder("stoa_usage_kafka_up", exporter, each -> each.isUp() ? 1 : 0)
                    .register(meters);
            Gauge.builder(
                            "stoa_usage_kafka_lag_seconds",
                            exporter,
                            each -> each.lag().toMillis() / MILLIS)
                    .register(meters);
        }
        return exporter;
    }
}
