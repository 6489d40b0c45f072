package dev.stoa.usage.kafka;

import dev.stoa.operations.OperatorException;
import dev.stoa.shared.CheckedSettings;
import dev.stoa.shared.Folders;
import dev.stoa.shared.Limits;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Properties;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The Kafka that is told of usage, {@code stoa.usage.kafka.*}.
 *
 * @param servers {@code host:port}, several with commas between them, of brokers that know the others; empty means that
 *     nothing is exported
 * @param topic must exist, or be made by the brokers when they are asked for it
 * @param clientFile further settings of Kafka's own client, as its tools take them: {@code security.protocol},
 *     {@code sasl.*}, {@code ssl.*}; empty means a plain connection without a login
 * @param batch most events that are read, sent and removed together
 * @param timeout how long connecting, or the brokers' receipt of a batch, may take before it is tried anew
 * @param collect how long events wait for Kafka when no server with these settings runs
 */
@ConfigurationProperties("stoa.usage.kafka")
public record KafkaSettings(
        @DefaultValue("") String servers,
        @DefaultValue("stoa-usage") String topic,
        @DefaultValue("") String clientFile,
        @DefaultValue("500") int batch,
        @DefaultValue("10s") Duration timeout,
        @DefaultValue("7d") Duration collect)
        implements CheckedSettings {

    public KafkaSettings {
        if (batch < 1) {
            throw new IllegalArgumentException("usage.kafka.batch must be at least 1");
        }
        if (timeout.toMillis() < 100 || timeout.compareTo(Duration.ofMinutes(10)) > 0) {
            throw new IllegalArgumentException("usage.kafka.timeout must be between 100ms and 10m");
        }
        if (!collect.isPositive()) {
            throw new IllegalArgumentException("usage.kafka.collect must be longer than nothing");
        }
    }

    /** Whether events are exported at all. */
    public boolean on() {
        return !servers.isBlank();
    }

    /** @throws OperatorException as {@link #client} */
    @Override
    public void check(Path dataFolder, Limits limits) {
        if (on()) {
            client();
        }
    }

    /** @throws OperatorException if there is such a file and it can't be read */
    Properties client() {
        Properties client = new Properties();
        if (!clientFile.isBlank()) {
            try (Reader file = Files.newBufferedReader(Folders.expand(clientFile))) {
                client.load(file);
            } catch (IOException | IllegalArgumentException e) {
                throw new OperatorException(
                        "usage.kafka.client-file: no settings can be read from %s (%s)."
                                .formatted(clientFile, e.getMessage()),
                        e);
            }
        }
        return client;
    }
}
