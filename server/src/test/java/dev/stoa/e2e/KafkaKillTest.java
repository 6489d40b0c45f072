package dev.stoa.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stoa.operations.OpenTempDir;
import dev.stoa.operations.postgres.TestPostgres;
import dev.stoa.usage.kafka.KafkaBroker;
import dev.stoa.usage.kafka.KafkaBroker.Told;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** A server that is killed when Kafka has its events and the outbox does not know it yet. */
@Tag("e2e")
class KafkaKillTest {
    private static final Duration SOON = Duration.ofSeconds(90);
    private static final String MODEL = "mock-0-0-8";
    private static final String TOPIC = "used";
    private static final int REQUESTS = 10;

    @TempDir(factory = OpenTempDir.class)
    private Path data;

    @Test
    void whatItHadSentComesAgainUnderTheSameNames() throws Exception {
        PGSimpleDataSource database = (PGSimpleDataSource) TestPostgres.freshDatabase();
        String address = "postgresql://%s:%s@%s:%d/%s"
                .formatted(
                        database.getUser(),
                        database.getPassword(),
                        database.getServerNames()[0],
                        database.getPortNumbers()[0],
                        database.getDatabaseName());
        try (KafkaBroker broker = KafkaBroker.start()) {
            broker.makeTopic(TOPIC);
            Map<String, String> environment = Map.of(
                    "STOA_DATABASE", address,
                    "STOA_MOCK_MODELS", MODEL,
                    "STOA_USAGE_KAFKA_SERVERS", broker.servers(),
                    "STOA_USAGE_KAFKA_TOPIC", TOPIC,
                    "STOA_USAGE_KAFKA_TIMEOUT", "5s");
            List<String> asked = new ArrayList<>();
            try (StoaProcess server = StoaProcess.start(data, environment);
                    Connection beside = database.getConnection();
                    Statement statement = beside.createStatement()) {
                Await.until("turn", SOON, () -> server.log().contains("tells Kafka of usage"));
                beside.setAutoCommit(false);
                // Rows can be put there and read, and none be removed.
                statement.execute("CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                        + " PERFORM pg_advisory_xact_lock_shared(7); RETURN OLD; END $$");
                statement.execute(
                        "CREATE TRIGGER held BEFORE DELETE ON usage_outbox" + " FOR EACH ROW EXECUTE FUNCTION wait()");
                beside.commit();
                statement.execute("SELECT pg_advisory_xact_lock(7)");
                for (int i = 0; i < REQUESTS; i++) {
                    asked.add(server.post(
                                    "/v1/messages",
                                    "{\"model\":\"" + MODEL + "\",\"max_tokens\":8,"
                                            + "\"messages\":[{\"role\":\"user\",\"content\":\"twelve chars\"}]}")
                            .headers()
                            .firstValue("request-id")
                            .orElseThrow());
                }
                Await.until("event in Kafka", SOON, () -> !broker.read(TOPIC).isEmpty());
                server.killHard();
                int before = broker.read(TOPIC).size();
                // PostgreSQL would go on with what the dead had asked for, and have removed them after all.
                Await.until("end of the dead server's removal", SOON, () -> endRemovals(database) == 0);
                beside.rollback();
                server.restart();
                Await.until(
                        "second time",
                        SOON,
                        () -> new HashSet<>(names(broker)).equals(new HashSet<>(asked))
                                && broker.read(TOPIC).size() > REQUESTS);
                List<Told> told = broker.read(TOPIC);
                assertThat(told).as("told before the kill: %d", before).hasSize(REQUESTS + before);
                assertThat(new HashSet<>(told))
                        .as("each as it was the first time")
                        .hasSize(REQUESTS);
            }
        }
    }

    /** Ends them, and returns how many there were. */
    private static int endRemovals(PGSimpleDataSource database) {
        return JdbcClient.create(database)
                .sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                        + " WHERE datname = current_database() AND query LIKE 'DELETE FROM usage_outbox%'")
                .query()
                .listOfRows()
                .size();
    }

    private static List<String> names(KafkaBroker broker) {
        return broker.read(TOPIC).stream().map(Told::key).toList();
    }
}
