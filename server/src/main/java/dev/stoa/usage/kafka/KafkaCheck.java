package dev.stoa.usage.kafka;

import dev.stoa.operations.OperatorException;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.KafkaException;

/** What {@code stoa doctor} asks of Kafka: whether the topic is there. Changes nothing. */
public final class KafkaCheck {
    private static final Duration WAIT_MAX = Duration.ofSeconds(5);

    private KafkaCheck() {}

    /**
     * Says what was found.
     *
     * @throws OperatorException if the settings can't be used, the brokers don't answer or there is no such topic
     */
    public static String topic(KafkaSettings settings) {
        Properties client = settings.client();
        client.put(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, settings.servers());
        client.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) WAIT_MAX.toMillis());
        client.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) WAIT_MAX.toMillis() / 2);
        try (Admin admin = Admin.create(client)) {
            int partitions = admin.describeTopics(List.of(settings.topic()))
                    .allTopicNames()
                    .get(WAIT_MAX.toMillis() * 2, TimeUnit.MILLISECONDS)
                    .values()
                    .iterator()
                    .next()
                    .partitions()
                    .size();
            return "topic %s at %s, %d partition%s"
                    .formatted(settings.topic(), settings.servers(), partitions, partitions == 1 ? "" : "s");
        } catch (ExecutionException e) {
            throw away(settings, e.getCause() == null ? e : e.getCause());
        } catch (KafkaException | TimeoutException e) {
            throw away(settings, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw away(settings, e);
        }
    }

    private static OperatorException away(KafkaSettings settings, Throwable cause) {
        return new OperatorException(
                "topic %s at %s: %s".formatted(settings.topic(), settings.servers(), KafkaExporter.words(cause)),
                cause);
    }
}
