package dev.stoa.usage.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.stoa.operations.OpenTempDir;
import dev.stoa.operations.OperatorException;
import dev.stoa.usage.TestLedger;
import dev.stoa.usage.kafka.KafkaBroker.Told;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The export, on a real PostgreSQL and a real Kafka. */
class KafkaExporterTest {
    private static final Duration SOON = Duration.ofSeconds(90);
    /** Longer than a busy machine needs, as what was given up in haste comes twice. */
    private static final Duration PATIENT = Duration.ofSeconds(30);

    private static final Duration HASTY = Duration.ofSeconds(2);
    private static final AtomicInteger topics = new AtomicInteger();

    private static KafkaBroker broker;

    private final TestLedger ledger = new TestLedger();
    private final List<KafkaExporter> exporters = new ArrayList<>();
    private final String topic = "usage-" + topics.incrementAndGet();

    @TempDir(factory = OpenTempDir.class)
    private Path folder;

    @BeforeAll
    static void startBroker() throws Exception {
        broker = KafkaBroker.start();
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    @BeforeEach
    void makeTopic() {
        broker.makeTopic(topic);
    }

    @AfterEach
    void stop() {
        exporters.forEach(KafkaExporter::stop);
        ledger.close();
    }

    private KafkaSettings settings(String servers, String clientFile, Duration timeout) {
        return new KafkaSettings(servers, topic, clientFile, 50, timeout, Duration.ofDays(1));
    }

    /** One that runs, once events are collected. */
    private KafkaExporter export(KafkaSettings settings) {
        KafkaExporter exporter = new KafkaExporter(new Outbox(ledger.jdbc()), settings, UUID.randomUUID());
        exporters.add(exporter);
        exporter.start();
        await().atMost(SOON)
                .until(() -> ledger.jdbc()
                                .sql("SELECT count(*) FROM usage_exporter")
                                .query(Long.class)
                                .single()
                        == 1);
        return exporter;
    }

    private KafkaExporter export() {
        return export(settings(broker.servers(), "", PATIENT));
    }

    private static List<String> names(String prefix, int count) {
        return IntStream.range(0, count).mapToObj(i -> "req_" + prefix + i).toList();
    }

    private List<String> told() {
        return broker.read(topic).stream().map(Told::key).toList();
    }

    private long waiting() {
        return ledger.jdbc()
                .sql("SELECT count(*) FROM usage_outbox")
                .query(Long.class)
                .single();
    }

    @Test
    void eachEventArrivesOnceWithItsFigures() {
        KafkaExporter exporter = export();
        List<String> names = names("a", 320);
        ledger.write(names);
        await().atMost(SOON).until(() -> exporter.sent() == 320 && waiting() == 0);
        List<Told> told = broker.read(topic);
        assertThat(told.stream().map(Told::key)).containsExactlyInAnyOrderElementsOf(names);
        assertThat(told)
                .allSatisfy(each ->
                        assertThat(each.value().get("request_id").asString()).isEqualTo(each.key()));
        assertThat(told.stream()
                        .mapToInt(each -> each.value().get("output_tokens").asInt())
                        .sum())
                .isEqualTo(319 * 320 / 2);
        Told one = told.stream()
                .filter(each -> each.key().equals("req_a7"))
                .findFirst()
                .orElseThrow();
        String ids = ledger.jdbc().sql("""
                        SELECT '"organization_id":"' || organization_id || '","workspace_id":"' || workspace_id
                            || '","user_id":"' || member_id || '","api_key_id":"' || credential_id || '"'
                        FROM usage_event WHERE request_id = 'req_a7'
                        """).query(String.class).single();
        assertThat(one.value().toString())
                .isEqualTo("{\"request_id\":\"req_a7\",\"at\":\"2026-11-26T02:30:00.125Z\"," + ids
                        + ",\"surface\":\"anthropic\",\"model\":\"model\",\"outcome\":\"completed\","
                        + "\"stop_reason\":\"end_turn\",\"input_tokens\":10,\"cached_tokens\":4,\"output_tokens\":7,"
                        + "\"thinking_tokens\":2,\"queue_ms\":5,\"accepted_ms\":6,\"first_token_ms\":null,"
                        + "\"total_ms\":9,\"cost_usd\":\"0.001234567\",\"cache\":\"miss\",\"reused_tokens\":3}");
        assertThat(exporter.lag()).isZero();
    }

    @Test
    void whatWaitsAtTheStopIsTold() {
        KafkaExporter exporter = export();
        ledger.write(names("s", 10));
        await().atMost(SOON).until(() -> exporter.sent() == 10);
        ledger.write(names("u", 10));
        exporter.stop();
        assertThat(exporter.sent()).isEqualTo(20);
        assertThat(waiting()).isZero();
    }

    @Test
    void aBatchThatIsWrittenTwiceIsToldOnce() {
        KafkaExporter exporter = export();
        ledger.write(names("t", 20));
        await().atMost(SOON).until(() -> exporter.sent() == 20);
        ledger.write(names("t", 30));
        await().atMost(SOON).until(() -> exporter.sent() == 30 && waiting() == 0);
        assertThat(told()).containsExactlyInAnyOrderElementsOf(names("t", 30));
    }

    @Test
    void whileTheBrokerIsAwayEventsWait() throws Exception {
        KafkaExporter exporter = export(settings(broker.servers(), "", HASTY));
        ledger.write(names("b", 400));
        await().atMost(SOON).until(() -> exporter.sent() > 0);
        broker.kill();
        ledger.write(names("c", 100));
        await().atMost(SOON).until(() -> !exporter.isUp());
        assertThat(exporter.lag()).isPositive();
        assertThat(waiting()).isGreaterThanOrEqualTo(100);
        assertThatThrownBy(() -> KafkaCheck.topic(settings(broker.servers(), "", PATIENT)))
                .isInstanceOf(OperatorException.class)
                .hasMessageContaining(topic);
        broker.startAgain();
        await().atMost(SOON).until(() -> exporter.isUp() && waiting() == 0);
        Set<String> all = new HashSet<>(names("b", 400));
        all.addAll(names("c", 100));
        assertThat(new HashSet<>(told())).isEqualTo(all);
        assertThat(exporter.lag()).isZero();
        assertThat(KafkaCheck.topic(settings(broker.servers(), "", PATIENT))).contains("3 partitions");
    }

    @Test
    void whatCommitsLateUnderAnEarlierPositionIsNotPassedOver() throws Exception {
        KafkaExporter exporter = export();
        CountDownLatch written = new CountDownLatch(1);
        CountDownLatch others = new CountDownLatch(1);
        Thread slow = Thread.ofVirtual()
                .start(() -> ledger.inTransaction(() -> {
                    ledger.write(names("early", 10));
                    written.countDown();
                    try {
                        others.await();
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                }));
        written.await();
        ledger.write(names("late", 200));
        await().atMost(SOON).until(() -> exporter.sent() == 200);
        others.countDown();
        slow.join();
        await().atMost(SOON).until(() -> exporter.sent() == 210 && waiting() == 0);
        Set<String> all = new HashSet<>(names("early", 10));
        all.addAll(names("late", 200));
        assertThat(told()).containsExactlyInAnyOrderElementsOf(all);
    }

    @Test
    void twoServersTakeTurns() throws Exception {
        export();
        KafkaExporter second = export();
        for (int i = 0; i < 20; i++) {
            ledger.write(names("d" + i + "_", 60));
        }
        await().atMost(SOON).until(() -> waiting() == 0);
        assertThat(second.sent()).isZero();
        exporters.getFirst().stop();
        for (int i = 20; i < 40; i++) {
            ledger.write(names("d" + i + "_", 60));
        }
        await().atMost(SOON).until(() -> waiting() == 0);
        assertThat(second.sent()).isEqualTo(1_200);
        List<String> told = told();
        assertThat(told).hasSize(2_400).doesNotHaveDuplicates();
    }

    /** As of a server that stood still, or was cut off from the database, between sending and removing. */
    @Test
    void whatWasSentAndNotRemovedComesAgainAsItWas() throws Exception {
        UUID still = UUID.randomUUID();
        Outbox outbox = new Outbox(ledger.jdbc());
        assertThat(outbox.takeTurn(still, Duration.ofSeconds(1), Duration.ofDays(1)))
                .isTrue();
        List<String> names = names("e", 40);
        ledger.write(names);
        List<Outbox.Entry> entries = outbox.read(100);
        try (KafkaSender sender = new KafkaSender(settings(broker.servers(), "", PATIENT))) {
            assertThat(sender.send(entries).received()).hasSize(40);
        }
        KafkaExporter next = export();
        await().atMost(SOON).until(() -> next.sent() == 40 && waiting() == 0);
        outbox.remove(entries.stream().map(Outbox.Entry::position).toList());
        List<Told> told = broker.read(topic);
        assertThat(told).hasSize(80);
        assertThat(new HashSet<>(told)).hasSize(40);
        assertThat(told.stream().map(Told::key).distinct()).containsExactlyInAnyOrderElementsOf(names);
    }

    @Test
    void nothingIsCollectedWhereNobodyExports() {
        ledger.write(names("f", 10));
        assertThat(waiting()).isZero();
        Outbox outbox = new Outbox(ledger.jdbc());
        UUID server = UUID.randomUUID();
        assertThat(outbox.takeTurn(server, Duration.ofDays(1), Duration.ofMillis(1)))
                .isTrue();
        await().atMost(SOON).until(() -> outbox.collectedUntil().isPresent());
        ledger.write(names("g", 10));
        assertThat(waiting()).isZero();
        assertThat(outbox.takeTurn(server, Duration.ofDays(1), Duration.ofDays(1)))
                .isTrue();
        ledger.write(names("h", 10));
        assertThat(waiting()).isEqualTo(10);
        assertThat(outbox.takeTurn(UUID.randomUUID(), Duration.ofDays(1), Duration.ofDays(1)))
                .isFalse();
    }

    @Test
    void whatTheLedgerForgotIsLeftOut() {
        assertThat(new Outbox(ledger.jdbc()).takeTurn(UUID.randomUUID(), Duration.ZERO, Duration.ofDays(1)))
                .isTrue();
        ledger.write(names("i", 10));
        ledger.jdbc().sql("DELETE FROM usage_event WHERE request_id = 'req_i3'").update();
        KafkaExporter exporter = export();
        await().atMost(SOON).until(() -> waiting() == 0);
        assertThat(exporter.sent()).isEqualTo(9);
        assertThat(told()).hasSize(9).doesNotContain("req_i3");
    }

    @Test
    void logsInOverTls() throws Exception {
        Path good = Files.writeString(folder.resolve("good.properties"), broker.client(KafkaBroker.PASSWORD));
        Path bad = Files.writeString(folder.resolve("bad.properties"), broker.client("guessed"));
        KafkaExporter refused = export(settings(broker.secureServers(), bad.toString(), PATIENT));
        ledger.write(names("j", 10));
        await().atMost(SOON).until(() -> !refused.isUp());
        assertThatThrownBy(() -> KafkaCheck.topic(settings(broker.secureServers(), bad.toString(), PATIENT)))
                .isInstanceOf(OperatorException.class)
                .hasMessageContaining("Authentication failed");
        refused.stop();
        KafkaExporter exporter = export(settings(broker.secureServers(), good.toString(), PATIENT));
        await().atMost(SOON).until(() -> exporter.sent() == 10);
        assertThat(told()).containsExactlyInAnyOrderElementsOf(names("j", 10));
    }

    @Test
    void aClientFileThatIsNotThereStopsTheStart() {
        KafkaExporter exporter = new KafkaExporter(
                new Outbox(ledger.jdbc()), settings(broker.servers(), folder + "/none", PATIENT), UUID.randomUUID());
        assertThatThrownBy(exporter::start)
                .isInstanceOf(OperatorException.class)
                .hasMessageContaining("client-file");
    }
}
