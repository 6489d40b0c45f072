package dev.stoa.cli;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A server that the chat started for itself, through the launcher that started the chat; it is stopped (SIGTERM: it
 * drains) when the chat ends. It does not get the terminal's Ctrl-C, which is meant for an answer.
 */
final class ServerChild implements AutoCloseable {
    /** The variable in which the launcher names itself. */
    static final String LAUNCHER = "STOA_LAUNCHER";

    /** A first start fetches a model and sets up the database. */
    static final Duration READY_WAIT = Duration.ofMinutes(15);

    private static final Duration STOP_WAIT = Duration.ofSeconds(45);
    private static final Duration POLL = Duration.ofMillis(300);
    private static final Duration PROBE_TIMEOUT = Duration.ofSeconds(2);

    private final Process process;
    private final Path log;
    private final Thread hook;

    private ServerChild(Process process, Path log) {
        this.process = process;
        this.log = log;
        this.hook = new Thread(process::destroy, "stoa-chat-server-stop");
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** Whether a server can be started from here. */
    static boolean possible(Map<String, String> environment) {
        String launcher = environment.getOrDefault(LAUNCHER, "");
        return !launcher.isBlank() && Files.isExecutable(Path.of(launcher));
    }

    /**
     * Starts one where the settings say, its output in a log file of the data folder.
     *
     * @param adminKey a key the server is to know; null for none
     */
    static ServerChild start(Map<String, String> environment, Path data, @Nullable String adminKey) throws IOException {
        Files.createDirectories(data);
        Path log = data.resolve("chat-server.log");
        KeyFile.create(log); // a server may print a key
        List<String> command = new ArrayList<>(detached(environment));
        command.addAll(List.of(environment.getOrDefault(LAUNCHER, ""), "serve", "--data", data.toString()));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        if (adminKey != null) {
            builder.environment().put("STOA_ADMIN_KEY", adminKey);
        }
        Process process = builder.start();
        process.getOutputStream().close();
        return new ServerChild(process, log);
    }

    Path log() {
        return log;
    }

    /** Waits until it takes requests. */
    void awaitReady(URI server) throws ChatException, InterruptedException {
        long deadline = System.nanoTime() + READY_WAIT.toNanos();
        try (HttpClient http =
                HttpClient.newBuilder().connectTimeout(PROBE_TIMEOUT).build()) {
            HttpRequest probe = HttpRequest.newBuilder(server.resolve("/health/ready"))
                    .timeout(PROBE_TIMEOUT)
                    .build();
            while (!ready(http, probe)) {
                if (process.waitFor(POLL.toMillis(), TimeUnit.MILLISECONDS)) {
                    throw new ChatException(
                            "The server ended with code " + process.exitValue() + "; see " + log, true, null);
                }
                if (System.nanoTime() > deadline) {
                    throw new ChatException("The server does not get ready; see " + log, true, null);
                }
            }
        }
    }

    private static boolean ready(HttpClient http, HttpRequest probe) throws InterruptedException {
        try {
            return http.send(probe, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            return false; // not listening yet
        }
    }

    /** A session of its own where the system has the tool, else at least deaf to the terminal's interrupt. */
    private static List<String> detached(Map<String, String> environment) {
        boolean setsid = Arrays.stream(environment.getOrDefault("PATH", "").split(":"))
                .filter(folder -> !folder.isBlank())
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, "setsid")));
        return setsid ? List.of("setsid") : List.of("sh", "-c", "trap '' INT; exec \"$@\"", "sh");
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(STOP_WAIT.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IllegalStateException e) {
            return; // the process is ending: the hook does the same
        }
    }
}
