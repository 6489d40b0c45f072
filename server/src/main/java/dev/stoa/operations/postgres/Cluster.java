package dev.stoa.operations.postgres;

import dev.stoa.operations.FileTrees;
import dev.stoa.shared.DurableFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.List;

/**
 * The files of the database: made once, checked at every start. A cluster gets its name {@code data} only when it is
 * whole, so one whose making was killed is made anew. The settings that Stoa depends on stand in {@code stoa.conf},
 * written at every start; an operator's own go below its include in {@code postgresql.conf}.
 */
final class Cluster {
    static final String SUPERUSER = "stoa";

    private static final Duration INITDB_TIMEOUT = Duration.ofMinutes(3);
    private static final int PASSWORD_BYTES = 24;
    private static final String CONF = "stoa.conf";

    private final Path home;
    private final Binaries binaries;
    private final ServerAccount account;
    private final SecureRandom random;

    Cluster(Path home, Binaries binaries, ServerAccount account, SecureRandom random) {
        this.home = home;
        this.binaries = binaries;
        this.account = account;
        this.random = random;
    }

    Path home() {
        return home;
    }

    Path data() {
        return home.resolve("data");
    }

    Path log() {
        return home.resolve("log");
    }

    /** Makes what is missing and returns the superuser's password. */
    String prepare() {
        try {
            Files.createDirectories(log());
            Files.setPosixFilePermissions(log(), PosixFilePermissions.fromString("rwx------"));
            account.own(log());
            String password = password();
            if (Files.exists(data())) {
                requireVersion();
                account.adopt(data());
            } else {
                deleteUnfinished();
                initialize(password);
            }
            return password;
        } catch (IOException e) {
            throw new PostgresException(
                    "Cannot prepare the database in %s: %s. Is there space left, and may this user write there?"
                            .formatted(home, e),
                    e);
        }
    }

    private void requireVersion() throws IOException {
        Path file = data().resolve("PG_VERSION");
        String made = Files.exists(file) ? Files.readString(file).strip() : "none";
        if (!made.equals(Integer.toString(binaries.majorVersion()))) {
            throw new PostgresException(
                    "%s was made by PostgreSQL %s, and this Stoa brings %d. Start the Stoa that made it, dump it with"
                                    .formatted(data(), made, binaries.majorVersion())
                            + " pg_dump, move the folder away, and restore the dump after the next start.");
        }
    }

    /** Kept outside the cluster, so that only Stoa's user reads it, and written before there is a cluster to lock. */
    private String password() throws IOException {
        Path file = home.resolve("password");
        if (Files.exists(file)) {
            return Files.readString(file).strip();
        }
        if (Files.exists(data())) {
            throw new PostgresException(
                    "%s is gone, and with it the way into %s. Put the file back from a backup of the data folder."
                            .formatted(file, data()));
        }
        byte[] bytes = new byte[PASSWORD_BYTES];
        random.nextBytes(bytes);
        String password = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        DurableFiles.create(file, password.getBytes(StandardCharsets.US_ASCII));
        return Files.readString(file).strip();
    }

    private void initialize(String password) throws IOException {
        Path unfinished = Files.createTempDirectory(home, "initdb-");
        Path passwordFile = Files.createTempFile(home, "initdb-password-", "");
        try {
            Files.writeString(passwordFile, password);
            account.own(passwordFile);
            account.own(unfinished);
            Commands.Result result = account.run(
                    home,
                    INITDB_TIMEOUT,
                    List.of(
                            binaries.program("initdb").toString(),
                            "--pgdata=" + unfinished,
                            "--username=" + SUPERUSER,
                            "--pwfile=" + passwordFile,
                            "--auth=scram-sha-256",
                            "--encoding=UTF8",
                            "--locale=C",
                            "--locale-provider=builtin",
                            "--builtin-locale=C.UTF-8",
                            "--data-checksums",
                            "--no-instructions"));
            if (!result.ok()) {
                throw new PostgresException("PostgreSQL could not make its database in %s:%n%s"
                        .formatted(home, Logs.tail(result.output())));
            }
            Files.writeString(
                    unfinished.resolve("postgresql.conf"),
                    "%n# Stoa's settings, rewritten at every start. What stands below this line wins.%ninclude '%s'%n"
                            .formatted(CONF),
                    StandardOpenOption.APPEND);
            Files.move(unfinished, data(), StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(passwordFile);
            FileTrees.delete(unfinished);
        }
    }

    private void deleteUnfinished() throws IOException {
        try (var entries = Files.newDirectoryStream(home, "initdb-*")) {
            for (Path entry : entries) {
                FileTrees.delete(entry);
            }
        }
    }

    /**
     * The settings of a run. Durability is on, whatever a template says: a message that was acknowledged is on the
     * disk. Logs rotate at 10 MB; {@link Logs} keeps the newest few.
     */
    String settings(PostgresOptions options, int port) {
        String sharedMemory = Files.isWritable(Path.of("/dev/shm")) ? "" : "dynamic_shared_memory_type = mmap\n";
        return """
                # Run by %s
                listen_addresses = '127.0.0.1'
                port = %d
                unix_socket_directories = ''
                max_connections = %d
                shared_buffers = %dMB
                fsync = on
                synchronous_commit = on
                full_page_writes = on
                password_encryption = 'scram-sha-256'
                timezone = 'UTC'
                log_timezone = 'UTC'
                logging_collector = on
                log_directory = '%s'
                log_filename = 'postgresql-%%Y%%m%%d-%%H%%M%%S.log'
                log_rotation_size = 10MB
                log_rotation_age = 0
                log_line_prefix = '%%m [%%p] '
                log_checkpoints = off
                cluster_name = 'stoa'
                %s""".formatted(
                        binaries.folder().getFileName(),
                        port,
                        options.maxConnections(),
                        options.sharedBuffersMiB(),
                        log().toString().replace("'", "''"),
                        sharedMemory);
    }

    /** Whether the last start was made with these settings. */
    boolean has(String settings) {
        try {
            Path file = data().resolve(CONF);
            return Files.exists(file) && Files.readString(file).equals(settings);
        } catch (IOException e) {
            // Unreadable settings are not these settings.
            return false;
        }
    }

    void write(String settings) {
        try {
            Path file = data().resolve(CONF);
            Files.writeString(file, settings);
            account.own(file);
        } catch (IOException e) {
            throw new PostgresException("Cannot write %s: %s".formatted(data().resolve(CONF), e.getMessage()), e);
        }
    }

    /** The port of the last run, or 0. */
    int lastPort() {
        try {
            Path file = home.resolve("port");
            return Files.exists(file) ? Integer.parseInt(Files.readString(file).strip()) : 0;
        } catch (IOException | NumberFormatException e) {
            // Only a preference: any free port will do.
            return 0;
        }
    }

    void rememberPort(int port) {
        try {
            Files.writeString(home.resolve("port"), Integer.toString(port), StandardCharsets.US_ASCII);
        } catch (IOException e) {
            throw new PostgresException("Cannot write %s: %s".formatted(home.resolve("port"), e.getMessage()), e);
        }
    }
}
