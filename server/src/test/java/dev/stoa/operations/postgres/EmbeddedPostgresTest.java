package dev.stoa.operations.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.security.auth.module.UnixSystem;
import dev.stoa.operations.OpenTempDir;
import dev.stoa.operations.OperatorException;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real servers in folders of their own: what is committed is there again, however the last run ended. */
class EmbeddedPostgresTest {
    /** A cluster made once; most tests begin with a copy, since making one takes seconds. */
    @TempDir(factory = OpenTempDir.class)
    static Path made;

    @TempDir(factory = OpenTempDir.class)
    Path folder;

    @BeforeAll
    static void make() {
        EmbeddedPostgres.start(PostgresOptions.defaults(made)).close();
    }

    @BeforeEach
    void copy() throws IOException, InterruptedException {
        Path home = Files.createDirectory(folder.resolve("postgres"));
        Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwx--x--x"));
        try (Stream<Path> files = Files.list(made.resolve("postgres"))) {
            for (Path file : (Iterable<Path>) files::iterator) {
                if (String.valueOf(file.getFileName()).startsWith("bin-")) {
                    Files.createSymbolicLink(home.resolve(file.getFileName()), file);
                } else {
                    // With its owner, who is not this user where tests run as root.
                    Process copy = new ProcessBuilder("cp", "-a", file.toString(), home.toString()).start();
                    assertThat(copy.waitFor()).isZero();
                }
            }
        }
    }

    @Test
    void keepsRowsFromOneRunToTheNext() throws SQLException {
        try (EmbeddedPostgres server = start()) {
            execute(server, "create table note (text text not null)");
            execute(server, "insert into note values ('first')");
        }
        assertThat(Postmaster.find(data())).isEmpty();
        try (EmbeddedPostgres server = start()) {
            assertThat(server.adopted()).isFalse();
            assertThat(notes(server)).containsExactly("first");
        }
    }

    @Test
    void isDurableAndClosedToTheNetwork() throws SQLException {
        try (EmbeddedPostgres server = start()) {
            assertThat(query(server, "show fsync")).containsExactly("on");
            assertThat(query(server, "show synchronous_commit")).containsExactly("on");
            assertThat(query(server, "show full_page_writes")).containsExactly("on");
            assertThat(query(server, "show data_checksums")).containsExactly("on");
            assertThat(query(server, "show listen_addresses")).containsExactly("127.0.0.1");
            assertThat(query(server, "show server_encoding")).containsExactly("UTF8");
            assertThat(query(server, "select lower('ÄÖ')")).containsExactly("äö");
            assertThat(query(server, "select distinct auth_method from pg_hba_file_rules"))
                    .containsExactly("scram-sha-256");
            assertThatThrownBy(() -> DriverManager.getConnection(server.jdbcUrl(), server.user(), "wrong"))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("password");
        }
    }

    @Test
    void keepsThePasswordFromOtherUsers() throws IOException {
        start().close();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("postgres/password"))))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data())))
                .isEqualTo("rwx------");
        try (Stream<Path> left = Files.list(folder.resolve("postgres"))) {
            assertThat(left.map(path -> path.getFileName().toString()))
                    .noneMatch(name -> name.startsWith("initdb-") || name.startsWith("unpack-"));
        }
    }

    @Test
    void takesOverTheServerOfAKilledProcess() throws Exception {
        long orphan = holdAndKill("kept");
        try (EmbeddedPostgres server = start()) {
            assertThat(server.adopted()).isTrue();
            assertThat(server.pid()).isEqualTo(orphan);
            assertThat(notes(server)).containsExactly("kept");
        }
        assertThat(Postmaster.find(data())).isEmpty();
    }

    @Test
    void stopsAnOrphanThatRunsWithOtherSettings() throws Exception {
        long orphan = holdAndKill("kept");
        PostgresOptions defaults = PostgresOptions.defaults(folder);
        PostgresOptions other = new PostgresOptions(
                folder, 0, defaults.maxConnections() + 1, 16, defaults.startTimeout(), defaults.stopTimeout());
        try (EmbeddedPostgres server = EmbeddedPostgres.start(other)) {
            assertThat(server.adopted()).isFalse();
            assertThat(server.pid()).isNotEqualTo(orphan);
            assertThat(notes(server)).containsExactly("kept");
            assertThat(query(server, "show max_connections")).containsExactly("51");
        }
    }

    @Test
    void recoversWhatAKilledServerHadCommitted() throws Exception {
        long orphan = holdAndKill("kept");
        assertThat(ProcessHandle.of(orphan).orElseThrow().destroyForcibly()).isTrue();
        try (EmbeddedPostgres server = start()) {
            assertThat(server.adopted()).isFalse();
            assertThat(notes(server)).containsExactly("kept");
        }
    }

    @Test
    void startsAServerAgainThatDies() throws SQLException {
        try (EmbeddedPostgres server = start()) {
            execute(server, "create table note (text text not null)");
            execute(server, "insert into note values ('kept')");
            long first = server.pid();
            assertThat(ProcessHandle.of(first).orElseThrow().destroyForcibly()).isTrue();
            await().atMost(Duration.ofSeconds(30)).until(() -> server.pid() != first);
            assertThat(notes(server)).containsExactly("kept");
        }
    }

    @Test
    void isNotMisledByAStalePidFileThatNamesAStranger() throws Exception {
        start().close();
        String stranger = Long.toString(ProcessHandle.current().pid());
        Files.writeString(
                data().resolve("postmaster.pid"),
                String.join("\n", stranger, data().toString(), "1", "5432", "", "127.0.0.1", "", "ready", ""));
        try (EmbeddedPostgres server = start()) {
            assertThat(server.adopted()).isFalse();
            assertThat(server.pid()).isNotEqualTo(ProcessHandle.current().pid());
        }
    }

    @Test
    void refusesASecondStartOnTheSameFolder() {
        try (EmbeddedPostgres server = start()) {
            assertThatThrownBy(this::start)
                    .isInstanceOf(OperatorException.class)
                    .hasMessageContaining("already uses")
                    .hasMessageContaining("process " + ProcessHandle.current().pid());
            assertThat(server.pid()).isPositive();
        }
    }

    @Test
    void namesTheOtherVersionThatMadeTheData() throws IOException {
        start().close();
        Files.writeString(data().resolve("PG_VERSION"), "12\n");
        assertThatThrownBy(this::start)
                .isInstanceOf(PostgresException.class)
                .hasMessageContaining("PostgreSQL 12")
                .hasMessageContaining("pg_dump");
    }

    @Test
    void showsTheLogOfAServerThatDoesNotStart() throws IOException {
        start().close();
        Files.writeString(data().resolve("postgresql.conf"), "shared_buffers = lots\n");
        assertThatThrownBy(this::start).isInstanceOf(PostgresException.class).hasMessageContaining("shared_buffers");
    }

    @Test
    void takesAnotherPortWhenTheLastOneIsTaken() throws IOException, SQLException {
        start().close();
        int last = Integer.parseInt(Files.readString(folder.resolve("postgres/port")));
        try (var taken = new ServerSocket(last, 1, InetAddress.ofLiteral("127.0.0.1"));
                EmbeddedPostgres server = start()) {
            assertThat(taken.isBound()).isTrue();
            assertThat(server.jdbcUrl()).doesNotContain(":" + last + "/");
            assertThat(query(server, "select 1")).containsExactly("1");
        }
    }

    @Test
    void makesAgainWhatAKilledFirstStartLeftHalfMade() throws IOException, SQLException {
        Path fresh = folder.resolve("fresh");
        Path home = Files.createDirectories(fresh.resolve("postgres"));
        Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rwx--x--x"));
        Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwx--x--x"));
        Files.writeString(Files.createDirectory(home.resolve("initdb-1")).resolve("PG_VERSION"), "18");
        Files.createDirectory(home.resolve("unpack-1"));
        try (EmbeddedPostgres server = EmbeddedPostgres.start(PostgresOptions.defaults(fresh))) {
            assertThat(query(server, "select 1")).containsExactly("1");
        }
        assertThat(home.resolve("initdb-1")).doesNotExist();
    }

    @Test
    void saysWhichFolderIsClosedToTheServersUser() throws IOException {
        assumeTrue(new UnixSystem().getUid() == 0, "only root hands the server to another user");
        Path closed = Files.createDirectory(folder.resolve("closed"));
        Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rwx------"));
        assertThatThrownBy(() -> EmbeddedPostgres.start(PostgresOptions.defaults(closed.resolve("data"))))
                .isInstanceOf(PostgresException.class)
                .hasMessageContaining(closed.toString())
                .hasMessageContaining("--data");
    }

    @Test
    void runsAsAnOrdinaryUser() throws Exception {
        assumeTrue(new UnixSystem().getUid() == 0, "the other tests run as an ordinary user already");
        Path library = Files.createDirectory(folder.resolve("library"));
        Path data = Files.createDirectory(folder.resolve("data"));
        Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxrwxrwx"));
        List<String> command = new ArrayList<>(List.of("su", "-s", "/bin/sh", "nobody", "-c"));
        command.add("'%s' -cp '%s' %s '%s' mine close"
                .formatted(java(), copyClassPath(library), PostgresHolder.class.getName(), data));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        assertThat(output).contains("written");
        assertThat(Files.getOwner(data.resolve("postgres/data")).getName()).isEqualTo("nobody");
    }

    /** Starts a server in a process of its own, writes a note, kills the process, and returns the server's id. */
    private long holdAndKill(String note) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        java(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        PostgresHolder.class.getName(),
                        folder.toString(),
                        note,
                        "wait")
                .redirectErrorStream(true)
                .start();
        try (BufferedReader reader = process.inputReader()) {
            StringBuilder output = new StringBuilder();
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                output.append(line).append('\n');
                if (line.startsWith("written ")) {
                    return Long.parseLong(line.substring("written ".length()));
                }
            }
            throw new AssertionError("the process ended early:\n" + output);
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /** Another user may not read the local Maven repository, so it gets copies. */
    private static String copyClassPath(Path target) throws IOException {
        List<String> copies = new ArrayList<>();
        int number = 0;
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            Path from = Path.of(entry);
            Path to = target.resolve(number++ + "-" + from.getFileName());
            if (Files.isDirectory(from)) {
                copyFolder(from, to);
                copies.add(to.toString());
            } else if (from.toString().matches(".*(postgres|slf4j-api|commons-|xz-|jspecify).*")) {
                Files.copy(from, to);
                copies.add(to.toString());
            }
        }
        return String.join(File.pathSeparator, copies);
    }

    private static void copyFolder(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Files.copy(file, to.resolve(from.relativize(file)));
            }
        }
    }

    private EmbeddedPostgres start() {
        return EmbeddedPostgres.start(PostgresOptions.defaults(folder));
    }

    private Path data() {
        return folder.resolve("postgres/data");
    }

    private static List<String> notes(EmbeddedPostgres server) throws SQLException {
        return query(server, "select text from note order by text");
    }

    private static void execute(EmbeddedPostgres server, String sql) throws SQLException {
        try (var connection = DriverManager.getConnection(server.jdbcUrl(), server.user(), server.password());
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static List<String> query(EmbeddedPostgres server, String sql) throws SQLException {
        List<String> rows = new ArrayList<>();
        try (var connection = DriverManager.getConnection(server.jdbcUrl(), server.user(), server.password());
                var statement = connection.createStatement();
                var result = statement.executeQuery(sql)) {
            while (result.next()) {
                rows.add(result.getString(1));
            }
        }
        return rows;
    }
}
