package dev.stoa.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stoa.api.ApiServer;
import dev.stoa.usage.kafka.KafkaBroker;
import dev.stoa.usage.kafka.KafkaBroker.Told;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Two servers on one database, of which one at a time tells Kafka of what both were used for. */
@Tag("e2e")
class KafkaUsageTest {
    private static final Duration SOON = Duration.ofSeconds(90);
    private static final String MODEL = "mock-0-0-8";
    private static final String TOPIC = "used";

    private static KafkaBroker broker;
    private static ApiServer first;
    private static ApiServer second;

    @BeforeAll
    static void start() throws Exception {
        broker = KafkaBroker.start();
        broker.makeTopic(TOPIC);
        String[] settings = {
            "--stoa.mock-models=" + MODEL,
            "--stoa.usage.kafka.servers=" + broker.servers(),
            "--stoa.usage.kafka.topic=" + TOPIC,
            "--stoa.usage.kafka.timeout=5s",
        };
        first = ApiServer.start("", settings);
        second = first.startBeside(settings);
    }

    @AfterAll
    static void stop() throws Exception {
        second.close();
        first.close();
        broker.close();
    }

    private static String ask(ApiServer server) throws Exception {
        String body = "{\"model\":\"" + MODEL
                + "\",\"max_tokens\":8,\"messages\":[{\"role\":\"user\",\"content\":\"twelve chars\"}]}";
        HttpResponse<String> answer = server.http()
                .send(
                        server.request("/v1/messages")
                                .POST(HttpRequest.BodyPublishers.ofString(body))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return answer.headers().firstValue("request-id").orElseThrow();
    }

    private static boolean isMetric(ApiServer server, String line) throws Exception {
        return server.get("/metrics").body().lines().anyMatch(line::equals);
    }

    private static long waiting() {
        return first.jdbc()
                .sql("SELECT (SELECT count(*) FROM usage_outbox)")
                .query(Long.class)
                .single();
    }

    private static void awaitEvents(int count) {
        await().atMost(SOON)
                .until(() -> first.jdbc()
                                        .sql("SELECT count(*) FROM usage_event")
                                        .query(Long.class)
                                        .single()
                                == count
                        && waiting() == 0);
    }

    @Test
    void theTopicHasWhatTheLedgerHas() throws Exception {
        await().atMost(SOON)
                .until(() -> first.jdbc()
                                .sql("SELECT count(*) FROM usage_exporter")
                                .query(Long.class)
                                .single()
                        == 1);
        List<String> asked = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            asked.add(ask(i % 2 == 0 ? first : second));
        }
        awaitEvents(60);
        List<Told> told = broker.read(TOPIC);
        assertThat(told.stream().map(Told::key)).containsExactlyInAnyOrderElementsOf(asked);
        assertThat(told.stream()
                        .mapToLong(each -> each.value().get("input_tokens").asLong()
                                + each.value().get("output_tokens").asLong())
                        .sum())
                .isEqualTo(first.jdbc()
                        .sql("SELECT sum(input_tokens + output_tokens) FROM usage_event")
                        .query(Long.class)
                        .single());

        broker.kill();
        for (int i = 0; i < 20; i++) {
            asked.add(ask(i % 2 == 0 ? first : second));
        }
        await().atMost(SOON)
                .until(() -> isMetric(first, "stoa_usage_kafka_up 0.0") || isMetric(second, "stoa_usage_kafka_up 0.0"));
        assertThat(first.get("/health/ready").statusCode()).isEqualTo(200);
        assertThat(first.get("/metrics").body()).contains("stoa_usage_kafka_lag_seconds ");
        asked.add(ask(first));

        broker.startAgain();
        awaitEvents(81);
        assertThat(new HashSet<>(broker.read(TOPIC).stream().map(Told::key).toList()))
                .isEqualTo(new HashSet<>(asked));
        await().atMost(SOON)
                .until(() -> isMetric(first, "stoa_usage_kafka_up 1.0") && isMetric(second, "stoa_usage_kafka_up 1.0"));
    }
}
