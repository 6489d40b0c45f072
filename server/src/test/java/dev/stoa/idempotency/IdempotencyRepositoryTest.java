package dev.stoa.idempotency;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stoa.operations.postgres.TestPostgres;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

class IdempotencyRepositoryTest {
    private static final Duration LEASE = Duration.ofSeconds(20);

    @Test
    void whatRunsIsFoundByAnIndex() {
        DataSource database = TestPostgres.freshDatabase();
        Flyway.configure().dataSource(database).load().migrate();
        JdbcClient jdbc = JdbcClient.create(database);
        IdempotencyRepository repository = new IdempotencyRepository(jdbc);
        UUID token = UUID.randomUUID();
        SentRequest request = new SentRequest("POST /v1/messages", new byte[32], 2);
        new TransactionTemplate(new JdbcTransactionManager(database)).executeWithoutResult(_ -> {
            // So small a table would be read as a whole.
            jdbc.sql("SET LOCAL enable_seqscan = off").update();
            repository.renew(List.of(token), LEASE);
            repository.keep(token, request, new byte[32], 200, "application/json", null, LEASE);
            repository.release(token);
            assertThat(jdbc.sql("SELECT pg_stat_get_xact_numscans('idempotent_request_running'::regclass)")
                            .query(Long.class)
                            .single())
                    .isEqualTo(3);
        });
    }
}
