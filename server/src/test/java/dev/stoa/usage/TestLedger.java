package dev.stoa.usage;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.stoa.identity.Caller;
import dev.stoa.inference.Outcome;
import dev.stoa.inference.Reuse;
import dev.stoa.inference.StopReason;
import dev.stoa.inference.TokenUsage;
import dev.stoa.operations.postgres.TestPostgres;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.flywaydb.core.Flyway;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** The ledger's tables in a database of its own, and what writes them. */
public final class TestLedger implements AutoCloseable {
    private final HikariDataSource pool;
    private final TransactionTemplate transaction;
    private final PostgresUsageStore store;

    public TestLedger() {
        HikariConfig config = new HikariConfig();
        config.setDataSource(TestPostgres.freshDatabase());
        config.setMaximumPoolSize(8);
        this.pool = new HikariDataSource(config);
        Flyway.configure()
                .dataSource(pool)
                .locations("classpath:db/migration")
                .outOfOrder(true)
                .load()
                .migrate();
        this.transaction = new TransactionTemplate(new JdbcTransactionManager(pool));
        this.store = new PostgresUsageStore(new JdbcTemplate(pool), transaction);
    }

    public JdbcClient jdbc() {
        return JdbcClient.create(pool);
    }

    /** What writes and reads within are one transaction, with those of {@link #write} and {@link #jdbc}. */
    public void inTransaction(Runnable work) {
        transaction.executeWithoutResult(_ -> work.run());
    }

    /** Writes events as a server does, all of an organization of their own. */
    public void write(List<String> requestIds) {
        Caller caller = new Caller(UUID.randomUUID(), UUID.randomUUID(), UUID.randomUUID(), UUID.randomUUID());
        store.write(IntStream.range(0, requestIds.size())
                .mapToObj(i -> event(requestIds.get(i), caller, i))
                .toList());
    }

    private static UsageEvent event(String requestId, Caller caller, int output) {
        return new UsageEvent(
                requestId,
                Instant.parse("2026-11-26T02:30:00.125Z"),
                caller,
                "anthropic",
                Operation.CHAT,
                "alias",
                "model",
                Outcome.COMPLETED,
                StopReason.END_TURN,
                new TokenUsage(10, 4, output, 2),
                Reuse.MISS,
                3,
                1_234_567,
                Duration.ofMillis(5),
                Duration.ofMillis(6),
                null,
                Duration.ofMillis(9));
    }

    @Override
    public void close() {
        pool.close();
    }
}
