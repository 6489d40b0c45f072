package dev.stoa.usage.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stoa.operations.OpenTempDir;
import dev.stoa.operations.OperatorException;
import dev.stoa.operations.TestPort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code stoa doctor} says of Kafka, asked of a real one. */
class KafkaCheckTest {
    private static final String TOPIC = "usage";

    private static KafkaBroker broker;

    @TempDir(factory = OpenTempDir.class)
    private Path folder;

    @BeforeAll
    static void startBroker() throws Exception {
        broker = KafkaBroker.start();
        broker.makeTopic(TOPIC);
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    private static KafkaSettings settings(String servers, String topic, String clientFile) {
        return new KafkaSettings(servers, topic, clientFile, 500, Duration.ofSeconds(10), Duration.ofDays(7));
    }

    private KafkaSettings secure(String password) throws IOException {
        Path file = Files.writeString(folder.resolve("client.properties"), broker.client(password));
        return settings(broker.secureServers(), TOPIC, file.toString());
    }

    @Test
    void aTopicIsFoundWithItsPartitions() {
        assertThat(KafkaCheck.topic(settings(broker.servers(), TOPIC, "")))
                .isEqualTo("topic usage at %s, %d partitions".formatted(broker.servers(), KafkaBroker.PARTITIONS));
    }

    @Test
    void aTopicThatIsNotThereIsNamed() {
        assertThatThrownBy(() -> KafkaCheck.topic(settings(broker.servers(), "another", "")))
                .isInstanceOf(OperatorException.class)
                .hasMessageStartingWith("topic another at " + broker.servers() + ": ")
                .hasMessageContaining("does not host this topic-partition");
    }

    @Test
    void aLoginOverTlsIsTried() throws IOException {
        assertThat(KafkaCheck.topic(secure(KafkaBroker.PASSWORD))).startsWith("topic usage at localhost:");
        KafkaSettings wrong = secure("another");
        assertThatThrownBy(() -> KafkaCheck.topic(wrong))
                .isInstanceOf(OperatorException.class)
                .hasMessageContaining("Authentication failed");
    }

    @Test
    void brokersThatDoNotAnswerAreNamed() {
        String nobody = "127.0.0.1:" + TestPort.claim();
        assertThatThrownBy(() -> KafkaCheck.topic(settings(nobody, TOPIC, "")))
                .isInstanceOf(OperatorException.class)
                .hasMessageStartingWith("topic usage at " + nobody + ": ");
    }
}
