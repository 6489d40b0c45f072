package dev.stoa.usage.kafka;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.stoa.operations.FileTrees;
import dev.stoa.operations.OpenTempDir;
import dev.stoa.operations.TestCertificate;
import dev.stoa.operations.TestPort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.awaitility.Awaitility;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A real Kafka, one broker in a process of its own that is its own controller, open and with a login over TLS. */
public final class KafkaBroker implements AutoCloseable {
    public static final String USER = "stoa";
    public static final String PASSWORD = "told-to-nobody";
    private static final Duration SOON = Duration.ofSeconds(90);
    static final int PARTITIONS = 3;
    private static final JsonMapper JSON = new JsonMapper();

    static {
        // It tells all settings of each client, at length.
        ((Logger) LoggerFactory.getLogger("org.apache.kafka")).setLevel(Level.ERROR);
    }

    private final Path folder;
    private final TestCertificate certificate;
    private final int openPort;
    private final int securePort;
    private Process process;

    private KafkaBroker() throws IOException, InterruptedException, GeneralSecurityException {
        this.folder = OpenTempDir.create();
        this.certificate = TestCertificate.make(folder);
        this.openPort = TestPort.claim();
        this.securePort = TestPort.claim();
        int controllerPort = TestPort.claim();
        String listeners = "OPEN://127.0.0.1:%d,SECURE://127.0.0.1:%d".formatted(openPort, securePort);
        Files.writeString(folder.resolve("server.properties"), """
                process.roles=broker,controller
                node.id=1
                controller.quorum.voters=1@127.0.0.1:%1$d
                controller.listener.names=CONTROLLER
                listeners=%2$s,CONTROLLER://127.0.0.1:%1$d
                advertised.listeners=%2$s
                inter.broker.listener.name=OPEN
                listener.security.protocol.map=OPEN:PLAINTEXT,SECURE:SASL_SSL,CONTROLLER:PLAINTEXT
                sasl.enabled.mechanisms=PLAIN
                listener.name.secure.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule \
                required user_%3$s="%4$s";
                listener.name.secure.ssl.keystore.location=%5$s
                listener.name.secure.ssl.keystore.type=PKCS12
                listener.name.secure.ssl.keystore.password=%6$s
                log.dirs=%7$s
                auto.create.topics.enable=false
                offsets.topic.replication.factor=1
                transaction.state.log.replication.factor=1
                transaction.state.log.min.isr=1
                """.formatted(
                        controllerPort,
                        listeners,
                        USER,
                        PASSWORD,
                        certificate.store(),
                        TestCertificate.PASSWORD,
                        folder.resolve("data")));
        Files.createDirectory(folder.resolve("data"));
        this.process = launch();
    }

    /** Starts one and waits until it answers. */
    public static KafkaBroker start() throws IOException, InterruptedException, GeneralSecurityException {
        KafkaBroker broker = new KafkaBroker();
        broker.awaitAnswer();
        return broker;
    }

    private Process launch() throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        KafkaBrokerMain.class.getName(),
                        folder.resolve("server.properties").toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("broker.txt").toFile())
                .start();
    }

    private void awaitAnswer() {
        try (Admin admin = admin()) {
            Awaitility.await().atMost(SOON).until(() -> {
                if (!process.isAlive()) {
                    throw new IllegalStateException(Files.readString(folder.resolve("broker.txt")));
                }
                try {
                    return !admin.describeCluster()
                            .nodes()
                            .get(2, TimeUnit.SECONDS)
                            .isEmpty();
                } catch (ExecutionException | TimeoutException _) {
                    return false;
                }
            });
        }
    }

    private Admin admin() {
        return Admin.create(Map.of("bootstrap.servers", servers()));
    }

    public String servers() {
        return "127.0.0.1:" + openPort;
    }

    /** Where a login over TLS is wanted. */
    public String secureServers() {
        return "localhost:" + securePort;
    }

    /** What a client has to know for {@link #secureServers}. */
    public String client(String password) {
        return """
                security.protocol=SASL_SSL
                sasl.mechanism=PLAIN
                sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required \
                username="%s" password="%s";
                ssl.truststore.type=PEM
                ssl.truststore.location=%s
                """.formatted(USER, password, certificate.certificate());
    }

    public void makeTopic(String name) {
        try (Admin admin = admin()) {
            admin.createTopics(List.of(new NewTopic(name, Optional.of(PARTITIONS), Optional.empty())))
                    .all()
                    .get();
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * All that is in a topic now, whole.
     *
     * @param key the record's
     */
    public record Told(String key, JsonNode value) {}

    public List<Told> read(String topic) {
        List<Told> found = new ArrayList<>();
        try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", servers(), "enable.auto.commit", false),
                new StringDeserializer(),
                new StringDeserializer())) {
            List<TopicPartition> partitions = new ArrayList<>();
            for (PartitionInfo each : consumer.partitionsFor(topic)) {
                partitions.add(new TopicPartition(topic, each.partition()));
            }
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (partitions.stream().anyMatch(each -> consumer.position(each) < ends.getOrDefault(each, 0L))) {
                for (ConsumerRecord<String, String> each : consumer.poll(Duration.ofMillis(200))) {
                    found.add(new Told(each.key(), JSON.readTree(each.value())));
                }
            }
        }
        return found;
    }

    /** {@code kill -9}. */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** Again, with what it had written. */
    public void startAgain() throws IOException {
        process = launch();
        awaitAnswer();
    }

    @Override
    public void close() {
        process.destroyForcibly();
        process.onExit().join();
        try {
            FileTrees.delete(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
