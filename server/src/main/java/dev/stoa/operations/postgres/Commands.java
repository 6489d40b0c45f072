package dev.stoa.operations.postgres;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Runs short commands with a bound on their time. Output goes through a file, not a pipe: a server that a command
 * leaves behind would keep a pipe open and its reader waiting.
 */
final class Commands {
    private static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private Commands() {}

    /** @param output standard output and error together */
    record Result(int exitCode, String output) {
        boolean ok() {
            return exitCode == 0;
        }
    }

    /**
     * Runs a command in a small environment of its own, so that nothing of the caller's (LD_PRELOAD, PGDATA, locale)
     * reaches the server.
     *
     * @throws PostgresException if it cannot be started or outlives {@code timeout}
     */
    static Result run(Path directory, Duration timeout, List<String> command) {
        Path output = null;
        try {
            output = Files.createTempFile("stoa-command", ".out");
            ProcessBuilder builder = new ProcessBuilder(command)
                    .directory(directory.toFile())
                    .redirectInput(
                            ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile());
            builder.environment().clear();
            builder.environment().putAll(Map.of("PATH", PATH, "LC_ALL", "C", "TZ", "UTC"));
            Process process = builder.start();
            if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
                throw new PostgresException("%s did not end within %d s:%n%s"
                        .formatted(command.getFirst(), timeout.toSeconds(), read(output)));
            }
            return new Result(process.exitValue(), read(output).strip());
        } catch (IOException e) {
            throw new PostgresException("Cannot run %s: %s".formatted(command.getFirst(), e.getMessage()), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PostgresException("Interrupted while " + command.getFirst() + " ran", e);
        } finally {
            deleteQuietly(output);
        }
    }

    private static String read(Path file) throws IOException {
        return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    }

    private static void deleteQuietly(@Nullable Path file) {
        if (file != null) {
            file.toFile().delete();
        }
    }
}
