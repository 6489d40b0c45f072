package dev.stoa.operations.postgres;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;

/** A process for tests to kill: starts the server of a folder, writes a row, says so, and waits. */
public final class PostgresHolder {
    private PostgresHolder() {}

    /** @param arguments the data folder, the row's text, and "close" to end by itself */
    public static void main(String[] arguments) throws SQLException, IOException {
        EmbeddedPostgres server = EmbeddedPostgres.start(PostgresOptions.defaults(Path.of(arguments[0])));
        try (var connection = DriverManager.getConnection(server.jdbcUrl(), server.user(), server.password());
                var statement = connection.createStatement()) {
            statement.execute("create table if not exists note (text text not null)");
            statement.execute("insert into note values ('%s')".formatted(arguments[1]));
        }
        System.out.println("written " + server.pid());
        if (arguments[2].equals("close")) {
            server.close();
            System.exit(0);
        }
        // Until the test kills this process, or has gone itself.
        System.in.read();
    }
}
