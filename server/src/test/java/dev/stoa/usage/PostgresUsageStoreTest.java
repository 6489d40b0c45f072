package dev.stoa.usage;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.stoa.identity.Caller;
import dev.stoa.inference.Outcome;
import dev.stoa.inference.Reuse;
import dev.stoa.inference.TokenUsage;
import dev.stoa.operations.postgres.TestPostgres;
import dev.stoa.usage.UsageReports.Grouping;
import dev.stoa.usage.UsageReports.Row;
import dev.stoa.usage.UsageReports.Width;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** The ledger's tables on a real PostgreSQL. */
class PostgresUsageStoreTest {
    private static final Instant NOW = Instant.parse("2026-11-25T14:35:12Z");
    private static final long SEED = 42;

    private static HikariDataSource pool;
    private static PostgresUsageStore store;
    private static JdbcClient jdbc;
    private static UsageReports reports;

    private final Caller caller =
            new Caller(UUID.randomUUID(), UUID.randomUUID(), UUID.randomUUID(), UUID.randomUUID());

    @BeforeAll
    static void start() {
        HikariConfig config = new HikariConfig();
        config.setDataSource(TestPostgres.freshDatabase());
        config.setMaximumPoolSize(4);
        pool = new HikariDataSource(config);
        Flyway.configure()
                .dataSource(pool)
                .locations("classpath:db/migration")
                .outOfOrder(true)
                .load()
                .migrate();
        store = new PostgresUsageStore(
                new JdbcTemplate(pool), new TransactionTemplate(new JdbcTransactionManager(pool)));
        jdbc = JdbcClient.create(pool);
        reports = new UsageReports(jdbc, Clock.fixed(NOW, ZoneOffset.UTC));
    }

    @AfterAll
    static void stop() {
        pool.close();
    }

    private UsageEvent event(String id, Instant at, String model, int output) {
        return new UsageEvent(
                id,
                at,
                caller,
                "openai",
                Operation.CHAT,
                model,
                model,
                Outcome.COMPLETED,
                null,
                new TokenUsage(10, 4, output),
                Reuse.NONE,
                0,
                7,
                Duration.ofMillis(3),
                null,
                Duration.ofMillis(5),
                Duration.ofMillis(9));
    }

    private long count() {
        return jdbc.sql("select count(*) from usage_event where organization_id = ?")
                .param(caller.organizationId())
                .query(Long.class)
                .single();
    }

    private List<Row> sums(Instant from, Instant to, Width width, Grouping... by) {
        return reports.sums(caller.organizationId(), from, to, width, Set.of(by));
    }

    @Test
    void theSumsAreThoseOfTheEventsThoughABatchIsWrittenTwice() {
        Random random = new Random(SEED);
        List<UsageEvent> events = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            Instant at = NOW.minusSeconds(random.nextInt(40 * 86_400)).minusNanos(random.nextInt(1_000_000_000));
            events.add(event("req_sum_" + i, at, "m" + random.nextInt(3), random.nextInt(100)));
        }
        store.write(events);
        store.write(events);
        store.write(events.subList(100, 300));
        assertThat(count()).isEqualTo(500);
        for (Width width : Width.values()) {
            List<Row> rows = sums(Instant.EPOCH, NOW, width, Grouping.MODEL);
            assertThat(rows.stream().mapToLong(Row::requests).sum()).isEqualTo(500);
            assertThat(rows.stream().mapToLong(Row::outputTokens).sum())
                    .isEqualTo(events.stream()
                            .mapToLong(each -> each.tokens().outputTokens())
                            .sum());
            assertThat(rows.stream().mapToLong(Row::cost).sum()).isEqualTo(3_500);
        }
        for (int i = 0; i < 50; i++) {
            Instant cut = NOW.minusSeconds(random.nextInt(30 * 86_400));
            for (Width width : Width.values()) {
                assertThat(sums(Instant.EPOCH, cut, width).stream()
                                .mapToLong(Row::requests)
                                .sum())
                        .as("before %s by %s, seed %d", cut, width, SEED)
                        .isEqualTo(events.stream()
                                .filter(each -> each.at().isBefore(cut))
                                .count());
            }
        }
    }

    @Test
    void aMonthHasAPartitionOfItsOwn() {
        store.makeMonths();
        store.makeMonths();
        store.write(List.of(event("req_month", Instant.now(), "m", 1)));
        assertThat(monthOf("req_month")).matches("usage_event_\\d{4}_\\d\\d");
    }

    private String monthOf(String requestId) {
        return jdbc.sql("select tableoid::regclass::text from usage_event where request_id = ?")
                .param(requestId)
                .query(String.class)
                .single();
    }

    @Test
    void aMonthTakesWhatCameBeforeItWasMade() {
        List<UsageEvent> early = List.of(
                event("req_may", Instant.parse("2031-05-31T23:59:59.999Z"), "m", 1),
                event("req_june", Instant.parse("2031-06-01T00:00:00Z"), "m", 1));
        store.write(early);
        assertThat(monthOf("req_may")).isEqualTo("usage_event_other");
        jdbc.sql("select usage_month('2031-05-20')").query((_, _) -> true).list();
        store.write(early);
        assertThat(monthOf("req_may")).isEqualTo("usage_event_2031_05");
        assertThat(monthOf("req_june")).isEqualTo("usage_event_other");
        assertThat(count()).isEqualTo(2);
    }

    @Test
    void serversThatWriteAtOnceLoseNothing() throws Exception {
        List<Future<?>> writers = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            for (int writer = 0; writer < 4; writer++) {
                String name = "req_w" + writer + "_";
                writers.add(threads.submit(() -> {
                    for (int batch = 0; batch < 20; batch++) {
                        List<UsageEvent> events = new ArrayList<>();
                        for (int i = 0; i < 20; i++) {
                            events.add(event(name + batch + "_" + i, NOW.minusSeconds(i * 60L), "m" + i % 5, 1));
                        }
                        java.util.Collections.shuffle(events, new Random(batch));
                        store.write(events);
                    }
                }));
            }
            for (Future<?> writer : writers) {
                writer.get();
            }
        }
        assertThat(sums(NOW.minusSeconds(86_400 * 2 + NOW.getEpochSecond() % 86_400), NOW, Width.DAY).stream()
                        .mapToLong(Row::requests)
                        .sum())
                .isEqualTo(1_600);
    }

    private record Running(String requestId, Caller caller, int output, boolean ended) implements OpenRequest {
        @Override
        public Instant at() {
            return NOW;
        }

        @Override
        public String surface() {
            return "openai";
        }

        @Override
        public String model() {
            return "m";
        }

        @Override
        public TokenUsage tokens() {
            return new TokenUsage(10, 0, output);
        }

        @Override
        public long cost() {
            return output;
        }

        @Override
        public void stop() {
            throw new AssertionError("nobody asked for that");
        }
    }

    @Test
    void whatASilentServerRanIsRecordedOnceWithWhatItLastTold() {
        UUID dead = UUID.randomUUID();
        UUID alive = UUID.randomUUID();
        store.pulse(dead);
        store.pulse(alive);
        store.open(
                dead,
                List.of(
                        new Running("req_lost", caller, 1, false),
                        new Running("req_ended", caller, 1, false),
                        new Running("req_closed", caller, 1, false)));
        store.open(alive, List.of(new Running("req_runs", caller, 1, false)));
        store.progress(List.of(new Running("req_lost", caller, 25, false)));
        store.write(List.of(event("req_ended", NOW, "m", 3)));
        store.close(List.of("req_closed"));
        assertThat(store.bury(Duration.ofHours(1))).isEmpty();
        assertThat(count()).isEqualTo(1);
        jdbc.sql("update usage_server set seen_at = seen_at - interval '1 day' where id = ?")
                .param(dead)
                .update();
        // Whoever is told of one charges it: not what had ended and was charged by its own server.
        assertThat(store.bury(Duration.ofHours(1)))
                .extracting(UsageEvent::requestId)
                .containsExactly("req_lost");
        assertThat(store.bury(Duration.ofHours(1))).isEmpty();
        assertThat(jdbc.sql("""
                        select request_id || ' ' || outcome || ' ' || input_tokens || ' ' || output_tokens
                        from usage_event where organization_id = ? order by request_id
                        """)
                        .param(caller.organizationId())
                        .query(String.class)
                        .list())
                .isEqualTo(List.of("req_ended completed 10 3", "req_lost interrupted 10 25"));
        assertThat(sums(Instant.EPOCH, NOW.plusSeconds(1), Width.DAY).getFirst().requests())
                .isEqualTo(2);
        store.leave(alive);
        assertThat(jdbc.sql("select count(*) from usage_open").query(Long.class).single())
                .isZero();
    }
}
