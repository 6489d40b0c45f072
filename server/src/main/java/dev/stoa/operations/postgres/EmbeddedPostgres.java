package dev.stoa.operations.postgres;

import dev.stoa.operations.FolderLock;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running PostgreSQL that belongs to one data folder. Guarantees: committed rows survive a kill of this process, of
 * the server and of the machine; one process at a time uses the folder; a server that a killed process left behind is
 * taken over where it runs with the same binaries and settings, and stopped and started anew where not; a server that
 * dies is started again. Thread-safe.
 *
 * <p>The server is a process of its own session, so a Ctrl-C at the terminal does not reach it before Stoa has drained.
 * What remains: when this process is killed, the server runs on until the next start.
 */
public final class EmbeddedPostgres implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(EmbeddedPostgres.class);

    private static final String DATABASE = "stoa";
    private static final Duration LOGIN_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration IMMEDIATE_STOP_TIMEOUT = Duration.ofSeconds(10);
    /** A killed postmaster's children hold its shared memory until they notice, and a port may be taken meanwhile. */
    private static final int START_ATTEMPTS_MAX = 20;

    private static final Duration START_RETRY_PAUSE = Duration.ofMillis(250);
    /** A server that falls this often in a row, each time within a minute, has a fault that a start does not mend. */
    private static final int RESTARTS_IN_A_ROW_MAX = 5;

    private static final Duration RESTART_ROW = Duration.ofMinutes(1);
    private static final Duration LOG_CHECK = Duration.ofMinutes(10);

    private final PostgresOptions options;
    private final FolderLock lock;
    private final Binaries binaries;
    private final ServerAccount account;
    private final Cluster cluster;
    private final String password;
    /** Guards start and stop; {@code postmaster} is written under it. */
    private final ReentrantLock transition = new ReentrantLock();

    private volatile Postmaster postmaster;
    private volatile boolean closed;
    private @Nullable Thread watcher;
    private boolean adopted;

    private EmbeddedPostgres(PostgresOptions options, Path home, FolderLock lock) {
        this.options = options;
        this.lock = lock;
        this.binaries = Binaries.unpack(home);
        this.account = ServerAccount.choose(home, home.resolve("data"));
        this.cluster = new Cluster(home, binaries, account, new SecureRandom());
        this.password = cluster.prepare();
        this.postmaster = adoptOrStart();
        try {
            createDatabase(DATABASE);
        } catch (PostgresException e) {
            stop(postmaster);
            throw e;
        }
        watch();
    }

    /**
     * Starts the server of a data folder, or takes over the one that runs there, and waits until it answers.
     *
     * @throws PostgresException if it cannot run; the message says why and what to do
     * @throws dev.stoa.operations.OperatorException if another process uses the folder
     */
    public static EmbeddedPostgres start(PostgresOptions options) {
        Path home = options.dataFolder().resolve("postgres");
        createFolder(home);
        FolderLock lock = FolderLock.acquire(home.resolve("lock"));
        try {
            return new EmbeddedPostgres(options, home, lock);
        } catch (RuntimeException | Error e) {
            lock.close();
            throw e;
        }
    }

    private static void createFolder(Path home) {
        try {
            if (!Files.isDirectory(home)) {
                Files.createDirectories(
                        home, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx--x--x")));
                // The umask may have closed it to the server's user.
                Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwx--x--x"));
            }
        } catch (IOException e) {
            throw new PostgresException(
                    "Cannot create %s: %s. Give a folder that this user may write with --data.".formatted(home, e), e);
        }
    }

    /** Stoa's own database. */
    public String jdbcUrl() {
        return jdbcUrl(DATABASE);
    }

    /** Any database of this server. */
    public String jdbcUrl(String database) {
        return "jdbc:postgresql://127.0.0.1:%d/%s".formatted(postmaster.port(), database);
    }

    public String user() {
        return Cluster.SUPERUSER;
    }

    public String password() {
        return password;
    }

    /** The server's process id. */
    public long pid() {
        return postmaster.process().pid();
    }

    /** Whether a server that ran already was taken over. */
    public boolean adopted() {
        return adopted;
    }

    /**
     * Creates a database unless it is there.
     *
     * @param name letters, digits and underscores
     */
    public void createDatabase(String name) {
        if (!name.matches("[a-z_][a-z0-9_]{0,62}")) {
            throw new IllegalArgumentException("not a database name: " + name);
        }
        try (Connection connection = connect(postmaster.port());
                var exists = connection.prepareStatement("select 1 from pg_database where datname = ?");
                var create = connection.createStatement()) {
            exists.setString(1, name);
            if (!exists.executeQuery().next()) {
                create.execute("create database " + name);
            }
        } catch (SQLException e) {
            throw new PostgresException(
                    "Cannot create database %s: %s. If the password in %s was changed, put it right."
                            .formatted(name, e.getMessage(), cluster.data().resolveSibling("password")),
                    e);
        }
    }

    private Connection connect(int port) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", user());
        properties.setProperty("password", password);
        properties.setProperty("connectTimeout", Long.toString(LOGIN_TIMEOUT.toSeconds()));
        properties.setProperty("socketTimeout", Long.toString(LOGIN_TIMEOUT.toSeconds()));
        return DriverManager.getConnection("jdbc:postgresql://127.0.0.1:%d/postgres".formatted(port), properties);
    }

    private Postmaster adoptOrStart() {
        Optional<Postmaster> running = Postmaster.find(cluster.data());
        if (running.isPresent()) {
            Postmaster orphan = running.get();
            if (orphan.ready() && cluster.has(cluster.settings(options, orphan.port())) && isOurs(orphan)) {
                log.info(
                        "Took over the PostgreSQL (process {}) that a killed Stoa left running",
                        orphan.process().pid());
                adopted = true;
                return orphan;
            }
            log.info(
                    "Stopping the PostgreSQL (process {}) that a killed Stoa left running",
                    orphan.process().pid());
            stop(orphan);
        }
        return start();
    }

    private boolean isOurs(Postmaster orphan) {
        try (Connection connection = connect(orphan.port());
                var statement = connection.createStatement();
                var result = statement.executeQuery("show data_directory")) {
            return result.next() && Files.isSameFile(Path.of(result.getString(1)), cluster.data());
        } catch (SQLException | IOException e) {
            log.info("The PostgreSQL that runs on {} does not answer: {}", cluster.data(), e.getMessage());
            return false;
        }
    }

    private Postmaster start() {
        int port = choosePort(options.port() != 0 ? options.port() : cluster.lastPort());
        String tail = "";
        for (int attempt = 1; attempt <= START_ATTEMPTS_MAX; attempt++) {
            Postmaster.forget(cluster.data());
            cluster.write(cluster.settings(options, port));
            Optional<Postmaster> started = tryStart();
            if (started.isPresent()) {
                cluster.rememberPort(port);
                return started.get();
            }
            tail = Logs.tail(cluster.log());
            if (tail.contains("could not bind") || tail.contains("could not create any TCP/IP sockets")) {
                port = choosePort(0);
            } else if (tail.contains("shared memory block")) {
                pause();
            } else {
                break;
            }
        }
        throw new PostgresException("PostgreSQL did not start in %s. The end of its log:%n%s"
                .formatted(cluster.home(), tail.isBlank() ? "  (empty)" : tail));
    }

    /** Empty if the server ended at once; its log says why. */
    private Optional<Postmaster> tryStart() {
        try {
            Files.deleteIfExists(Logs.startup(cluster.log()));
            Logs.prune(cluster.log());
        } catch (IOException e) {
            throw new PostgresException("Cannot clean %s: %s".formatted(cluster.log(), e.getMessage()), e);
        }
        Commands.Result result = account.run(
                cluster.home(),
                options.startTimeout().plusSeconds(10),
                List.of(
                        binaries.program("pg_ctl").toString(),
                        "start",
                        "--pgdata=" + cluster.data(),
                        "--log=" + Logs.startup(cluster.log()),
                        "--wait",
                        "--timeout=" + options.startTimeout().toSeconds(),
                        "--silent"));
        Optional<Postmaster> running = Postmaster.find(cluster.data());
        if (result.ok() && running.isPresent()) {
            return running;
        }
        if (running.isPresent()) {
            throw new PostgresException(
                    "PostgreSQL still recovers from a crash after %d s. It goes on by itself: start Stoa again in a"
                                    .formatted(options.startTimeout().toSeconds())
                            + " while. The end of its log:\n" + Logs.tail(cluster.log()));
        }
        return Optional.empty();
    }

    private static int choosePort(int preferred) {
        for (int port : preferred == 0 ? new int[] {0} : new int[] {preferred, 0}) {
            try (ServerSocket socket = new ServerSocket()) {
                socket.setReuseAddress(true);
                socket.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port));
                return socket.getLocalPort();
            } catch (IOException e) {
                log.debug("Port {} is taken", port, e);
            }
        }
        throw new PostgresException("No free port on 127.0.0.1 for PostgreSQL.");
    }

    private static void pause() {
        try {
            TimeUnit.NANOSECONDS.sleep(START_RETRY_PAUSE.toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PostgresException("Interrupted while PostgreSQL started", e);
        }
    }

    private void stop(Postmaster server) {
        if (server.alive() && !stop("fast", options.stopTimeout())) {
            log.warn("PostgreSQL did not stop within {}: stopping it hard", options.stopTimeout());
            if (!stop("immediate", IMMEDIATE_STOP_TIMEOUT) && server.alive()) {
                throw new PostgresException("PostgreSQL (process %d) does not stop. End it by hand: kill -9 %d"
                        .formatted(server.process().pid(), server.process().pid()));
            }
        }
    }

    private boolean stop(String mode, Duration timeout) {
        return account.run(
                        cluster.home(),
                        timeout.plusSeconds(10),
                        List.of(
                                binaries.program("pg_ctl").toString(),
                                "stop",
                                "--pgdata=" + cluster.data(),
                                "--mode=" + mode,
                                "--wait",
                                "--timeout=" + timeout.toSeconds(),
                                "--silent"))
                .ok();
    }

    private void watch() {
        watcher = Thread.ofVirtual().name("postgres-watch").start(this::watchUntilClosed);
    }

    private void watchUntilClosed() {
        int row = 0;
        long lastFallNanos = System.nanoTime() - RESTART_ROW.toNanos();
        while (!closed) {
            try {
                postmaster.process().onExit().get(LOG_CHECK.toSeconds(), TimeUnit.SECONDS);
                if (closed) {
                    return;
                }
                long now = System.nanoTime();
                row = now - lastFallNanos < RESTART_ROW.toNanos() ? row + 1 : 1;
                lastFallNanos = now;
                if (row > RESTARTS_IN_A_ROW_MAX) {
                    log.error("PostgreSQL fell {} times in a row and is given up: restart Stoa", row);
                    return;
                }
                log.error("PostgreSQL ended by itself: starting it again\n{}", Logs.tail(cluster.log()));
                restart();
            } catch (TimeoutException e) {
                pruneLogs();
            } catch (InterruptedException e) {
                return;
            } catch (ExecutionException | PostgresException e) {
                if (!closed) {
                    log.error("PostgreSQL cannot be started again: {}", e.getMessage());
                }
                return;
            }
        }
    }

    private void restart() {
        transition.lock();
        try {
            if (!closed) {
                postmaster = Postmaster.find(cluster.data()).orElseGet(this::start);
                log.info("PostgreSQL runs again (process {})", pid());
            }
        } finally {
            transition.unlock();
        }
    }

    private void pruneLogs() {
        try {
            Logs.prune(cluster.log());
        } catch (IOException e) {
            log.warn("Cannot delete old logs in {}: {}", cluster.log(), e.getMessage());
        }
    }

    /** Stops the server cleanly: running transactions are rolled back, everything committed is on the disk. */
    @Override
    public void close() {
        closed = true;
        Thread watching = watcher;
        if (watching != null) {
            watching.interrupt();
        }
        transition.lock();
        try {
            stop(postmaster);
        } finally {
            transition.unlock();
            lock.close();
        }
    }
}
