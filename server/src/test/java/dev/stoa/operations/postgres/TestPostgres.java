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

/**
 * One real server for all tests of a JVM, started when first asked for; each caller gets a database of its own. It does
 * not wait for the disk: nothing of it outlives the tests.
 */
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
                JdbcClient jdbc = administrator(server);
                jdbc.sql("ALTER SYSTEM SET fsync = off").update();
                jdbc.sql("SELECT pg_reload_conf()").query().singleValue();
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
        return source(Holder.SERVER, name);
    }

    private static DataSource source(EmbeddedPostgres server, String database) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(server.jdbcUrl(database));
        source.setUser(server.user());
        source.setPassword(server.password());
        return source;
    }

    /** Of the server, from its own database. */
    private static JdbcClient administrator(EmbeddedPostgres server) {
        return JdbcClient.create(source(server, "postgres"));
    }

    /** Takes a database away from all who use it, or gives it back; the others of the server stay. */
    public static void setReachable(DataSource database, boolean reachable) {
        String name = ((PGSimpleDataSource) database).getDatabaseName();
        JdbcClient jdbc = administrator(Holder.SERVER);
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
