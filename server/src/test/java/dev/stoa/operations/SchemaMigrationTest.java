package dev.stoa.operations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stoa.operations.postgres.TestPostgres;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The tables at a start: made, left alone where a newer server was here, or said why not. */
class SchemaMigrationTest {
    private final DataSource database = TestPostgres.freshDatabase();

    private static Flyway flyway(DataSource database) {
        return Flyway.configure().dataSource(database).outOfOrder(true).load();
    }

    /** The second is below the newest that this server has: parts number theirs in ranges of their own. */
    @ParameterizedTest
    @ValueSource(strings = {"9999", "25.5"})
    void leavesTablesAloneThatANewerServerChanged(String version) {
        SchemaMigration.run(flyway(database), false);
        JdbcClient.create(database).sql("""
                        INSERT INTO flyway_schema_history (installed_rank, version, description, type, script, installed_by,
                            execution_time, success)
                        VALUES (5000, ?, 'of later', 'SQL', 'later.sql', 'stoa', 1, true)
                        """).param(version).update();
        assertThatThrownBy(() -> SchemaMigration.run(flyway(database), false))
                .isInstanceOf(OperatorException.class)
                .hasMessageContaining(version)
                .hasMessageContaining("STOA_ACCEPT_NEWER_SCHEMA");
        SchemaMigration.run(flyway(database), true);
    }

    @Test
    void saysWhatAUserWithoutRightsNeeds() {
        JdbcClient.create(database)
                .sql("CREATE ROLE visitor LOGIN PASSWORD 'visitor'")
                .update();
        PGSimpleDataSource visitor = new PGSimpleDataSource();
        visitor.setUrl(((PGSimpleDataSource) database).getUrl());
        visitor.setUser("visitor");
        visitor.setPassword("visitor");
        assertThatThrownBy(() -> SchemaMigration.run(flyway(visitor), false))
                .isInstanceOf(OperatorException.class)
                .hasMessageContaining("permission denied for schema public")
                .hasMessageContaining("GRANT CREATE ON SCHEMA public");
        assertThat(JdbcClient.create(database)
                        .sql("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
                        .query(Integer.class)
                        .single())
                .isZero();
    }
}
