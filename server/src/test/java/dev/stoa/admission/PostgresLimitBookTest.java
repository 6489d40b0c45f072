package dev.stoa.admission;

import dev.stoa.operations.postgres.TestPostgres;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.BeforeAll;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

class PostgresLimitBookTest extends LimitBookContract {
    private static DataSource database;

    @BeforeAll
    static void migrate() {
        database = TestPostgres.freshDatabase();
        Flyway.configure().dataSource(database).load().migrate();
    }

    @Override
    LimitBook book() {
        return new PostgresLimitBook(
                new JdbcTemplate(database), new TransactionTemplate(new DataSourceTransactionManager(database)));
    }
}
