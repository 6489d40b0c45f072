package dev.stoa.operations.postgres;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What {@code postmaster.pid} says of a server. The file outlives a killed server, and its number may by then belong to
 * another process; so it counts only while a PostgreSQL runs under it.
 *
 * @param process the server
 * @param port where it listens
 * @param ready whether it takes connections, as it says itself
 */
record Postmaster(ProcessHandle process, int port, boolean ready) {
    private static final String FILE = "postmaster.pid";
    private static final int LINE_PORT = 3;
    private static final int LINE_STATUS = 7;

    /** The server that runs on a cluster now, if one does. */
    static Optional<Postmaster> find(Path data) {
        Path file = data.resolve(FILE);
        try {
            if (!Files.exists(file)) {
                return Optional.empty();
            }
            List<String> lines = Files.readString(file, StandardCharsets.UTF_8)
                    .lines()
                    .map(String::strip)
                    .toList();
            if (lines.size() <= LINE_PORT) {
                return Optional.empty();
            }
            boolean ready = lines.size() > LINE_STATUS && lines.get(LINE_STATUS).equals("ready");
            int port = Integer.parseInt(lines.get(LINE_PORT));
            return ProcessHandle.of(Long.parseLong(lines.getFirst()))
                    .filter(Postmaster::isPostgres)
                    .map(process -> new Postmaster(process, port, ready));
        } catch (NumberFormatException e) {
            // Half written: the server writes it in one go at its start, so this is a moment's matter.
            return Optional.empty();
        } catch (IOException e) {
            throw new PostgresException("Cannot read %s: %s".formatted(file, e.getMessage()), e);
        }
    }

    /** A zombie has no program and so counts as gone. */
    private static boolean isPostgres(ProcessHandle process) {
        return process.info()
                .command()
                .map(Path::of)
                .map(program -> program.getFileName().toString())
                .filter(name -> name.startsWith("postgres"))
                .isPresent();
    }

    boolean alive() {
        return process.isAlive() && isPostgres(process);
    }

    /** Removes a file that a killed server left, so that the next one does not take a stranger for it. */
    static void forget(Path data) {
        try {
            Files.deleteIfExists(data.resolve(FILE));
        } catch (IOException e) {
            throw new PostgresException("Cannot remove %s: %s".formatted(data.resolve(FILE), e.getMessage()), e);
        }
    }
}
