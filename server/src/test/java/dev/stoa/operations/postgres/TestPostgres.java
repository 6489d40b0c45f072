package dev.stoa.operations.postgres;

import dev.stoa.operations.FileTrees;
import dev.stoa.operations.OpenTempDir;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** One real server for all tests of a JVM, started when first asked for; each caller gets a database of its own. */
public final class TestPostgres {
    private static final AtomicInteger databases = new AtomicInteger();

    private TestPostgres() {}

    private static final class Holder {
        static final EmbeddedPostgres SERVER = start();

        private static EmbeddedPostgres start() {
            try {
                Path folder = OpenTempDir.create();
                EmbeddedPostgres server = EmbeddedPostgres.start(PostgresOptions.defaults(folder));
                Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(() -> {
                    server.close();
                    delete(folder);
                }));
                return server;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** A new, empty database; migrate it with Flyway where tables are needed. */
    public static DataSource freshDatabase() {
        String name = "test_" + databases.incrementAndGet();
        Holder.SERVER.createDatabase(name);
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(Holder.SERVER.jdbcUrl(name));
        source.setUser(Holder.SERVER.user());
        source.setPassword(Holder.SERVER.password());
        return source;
    }

    /** Takes a database away from all who use it, or gives it back; the others of the server stay. */
    public static void setReachable(DataSource database, boolean reachable) {
        String name = ((PGSimpleDataSource) database).getDatabaseName();
        PGSimpleDataSource beside = new PGSimpleDataSource();
        beside.setUrl(Holder.SERVER.jdbcUrl("postgres"));
        beside.setUser(Holder.SERVER.user());
        beside.setPassword(Holder.SERVER.password());
        JdbcClient jdbc = JdbcClient.create(beside);
        jdbc.sql("ALTER DATABASE " + name + " ALLOW_CONNECTIONS " + reachable).update();
        if (!reachable) {
            jdbc.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ?")
                    .param(name)
                    .query()
                    .listOfRows();
        }
    }

    private static void delete(Path folder) {
        try {
            FileTrees.delete(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
