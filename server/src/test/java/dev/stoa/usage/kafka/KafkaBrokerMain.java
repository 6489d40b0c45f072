package dev.stoa.usage.kafka;

import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;

/** Kafka's own broker, without what its start script does; the argument is the file of its settings. */
final class KafkaBrokerMain {
    private KafkaBrokerMain() {}

    public static void main(String[] arguments) throws Exception {
        Properties settings = new Properties();
        try (Reader file = Files.newBufferedReader(Path.of(arguments[0]))) {
            settings.load(file);
        }
        String folder = settings.getProperty("log.dirs");
        if (!Files.exists(Path.of(folder, "meta.properties"))) {
            Formatter formatter = new Formatter()
                    .setClusterId(Uuid.randomUuid().toString())
                    .setNodeId(Integer.parseInt(settings.getProperty("node.id")))
                    .setControllerListenerName(settings.getProperty("controller.listener.names"))
                    .setMetadataLogDirectory(folder);
            formatter.addDirectory(folder);
            formatter.run();
        }
        KafkaRaftServer server = new KafkaRaftServer(new KafkaConfig(settings), Time.SYSTEM);
        server.startup();
        server.awaitShutdown();
    }
}
