package dev.stoa.operations;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.stoa.operations.postgres.EmbeddedPostgres;
import dev.stoa.operations.postgres.PostgresOptions;
import java.time.Duration;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.flyway.autoconfigure.FlywayMigrationStrategy;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * The data folder, the database and the pool. Beans are destroyed in the reverse order, after the web server has
 * drained: pool, PostgreSQL, folder.
 */
@Configuration(proxyBeanMethods = false)
class DatabaseConfiguration {
    /** No connection is held while a stream runs, so a few serve many requests. */
    private static final int POOL_SIZE = 16;

    /** A request that finds no connection for so long is answered as an error, not kept waiting. */
    private static final Duration CONNECTION_TIMEOUT = Duration.ofSeconds(10);

    @Bean(destroyMethod = "close")
    DataFolder dataFolder(StoaSettings settings) {
        return DataFolder.open(settings.dataFolder());
    }

    @Bean(destroyMethod = "close")
    @Conditional(Embedded.class)
    EmbeddedPostgres embeddedPostgres(DataFolder folder) {
        return EmbeddedPostgres.start(PostgresOptions.defaults(folder.path()));
    }

    /** True where no external database is named. */
    static final class Embedded implements Condition {
        @Override
        public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
            return context.getEnvironment().getProperty("stoa.database", "").isBlank();
        }
    }

    @Bean
    FlywayMigrationStrategy schema(StoaSettings settings) {
        return flyway -> SchemaMigration.run(flyway, settings.acceptNewerSchema());
    }

    @Bean(destroyMethod = "close")
    @ConditionalOnMissingBean(javax.sql.DataSource.class)
    HikariDataSource dataSource(StoaSettings settings, ObjectProvider<EmbeddedPostgres> embedded) {
        HikariConfig config = new HikariConfig();
        config.setPoolName("stoa");
        config.setMaximumPoolSize(POOL_SIZE);
        config.setMinimumIdle(1);
        config.setConnectionTimeout(CONNECTION_TIMEOUT.toMillis());
        // So that neither end waits for one that is gone, and firewalls don't forget a connection that is quiet.
        config.addDataSourceProperty("tcpKeepAlive", "true");
        EmbeddedPostgres server = embedded.getIfAvailable();
        if (server != null) {
            config.setJdbcUrl(server.jdbcUrl());
            config.setUsername(server.user());
            config.setPassword(server.password());
        } else {
            DatabaseAddress address = DatabaseAddress.parse(settings.database());
            address.requireReachable();
            config.setJdbcUrl(address.jdbcUrl());
            if (!address.user().isEmpty()) {
                config.setUsername(address.user());
                config.setPassword(address.password());
            }
        }
        return new HikariDataSource(config);
    }
}
