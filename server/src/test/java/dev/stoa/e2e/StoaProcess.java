package dev.stoa.e2e;

import dev.stoa.operations.TestPort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A Stoa server in a process of its own, started by {@code ./stoa serve} as an operator would, on a data folder of the
 * test. {@link #close} stops it and the PostgreSQL that it started, however the test ended.
 */
final class StoaProcess implements AutoCloseable {
    static final String ADMIN_KEY = "sk-stoa-e2eTestKey0123456789abcdefghijklmnopqrstuvwxyz";
    static final String MODEL = "smollm2-135m-instruct:q4_1";
    private static final Duration START_LIMIT = Duration.ofMinutes(3);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(60);

    final HttpClient http = HttpClient.newHttpClient();
    final int port;
    private final Path data;
    private final Path log;
    private final Map<String, String> environment;
    private Process process;

    private StoaProcess(Path data, Map<String, String> environment) {
        this.data = data;
        this.log = data.resolve("serve.log");
        this.port = TestPort.claim();
        this.environment = environment;
        this.process = launch();
    }

    /** Starts a server and waits until it takes requests. */
    static StoaProcess start(Path data) {
        return start(data, Map.of());
    }

    /** Same, with additions to the environment. */
    static StoaProcess start(Path data, Map<String, String> environment) {
        StoaProcess server = new StoaProcess(data, environment);
        try {
            server.awaitReady();
        } catch (RuntimeException e) {
            server.close();
            throw e;
        }
        return server;
    }

    private Process launch() {
        List<String> command = new ArrayList<>(
                List.of(launcher().toString(), "serve", "--port", Integer.toString(port), "--data", data.toString()));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().put("STOA_ADMIN_KEY", ADMIN_KEY);
        builder.environment().put("STOA_NO_BUILD", "1");
        builder.environment().put("STOA_MODELS", modelStore().toString());
        builder.environment().putAll(environment);
        try {
            return builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Path launcher() {
        return Path.of(System.getProperty("stoa.root")).resolve("stoa");
    }

    /** The store that {@code ./stoa test} pulled the test models into, so that no server of a test pulls its own. */
    static Path modelStore() {
        String folder = System.getProperty("stoa.test.models", "");
        if (folder.isBlank()) {
            throw new AssertionError("stoa.test.models is not set: run the tests through ./stoa test");
        }
        return Path.of(folder).resolve("store");
    }

    URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    /** A request with the admin key. */
    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(uri(path))
                .timeout(Duration.ofMinutes(2))
                .header("x-api-key", ADMIN_KEY)
                .header("authorization", "Bearer " + ADMIN_KEY)
                .header("anthropic-version", "2023-06-01")
                .header("content-type", "application/json");
    }

    HttpResponse<String> send(HttpRequest request) {
        try {
            return http.send(request, BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted", e);
        }
    }

    HttpResponse<String> get(String path) {
        return send(request(path).GET().build());
    }

    HttpResponse<String> post(String path, String json) {
        return send(
                request(path).POST(HttpRequest.BodyPublishers.ofString(json)).build());
    }

    void awaitReady() {
        Await.until("ready server (its log: " + log + ")", START_LIMIT, () -> {
            if (!process.isAlive()) {
                throw new AssertionError("the server ended with status " + process.exitValue() + ":\n" + log());
            }
            return ready();
        });
    }

    private boolean ready() {
        try {
            HttpRequest request = HttpRequest.newBuilder(uri("/health/ready"))
                    .timeout(Duration.ofSeconds(5))
                    .build();
            return http.send(request, BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            return false; // not listening yet
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted", e);
        }
    }

    String log() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@code kill -9}: nothing in the server gets to say goodbye. */
    void killHard() {
        process.destroyForcibly();
        await(process);
    }

    /** {@code SIGTERM}; returns the exit status. */
    int terminate() {
        process.destroy();
        await(process);
        return process.exitValue();
    }

    /** Starts again on the same port and data. */
    void restart() {
        process = launch();
        awaitReady();
    }

    /** Starts again and ends it with {@code SIGTERM} while it starts, once its PostgreSQL runs; returns the exit status. */
    int restartAndTerminateEarly() {
        process = launch();
        Await.until(
                "PostgreSQL (log: " + log + ")", START_LIMIT, () -> postmaster().isPresent());
        return terminate();
    }

    private static void await(Process process) {
        try {
            if (!process.waitFor(STOP_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError("the server did not end within " + STOP_LIMIT);
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted", e);
        }
    }

    @Override
    public void close() {
        if (process.isAlive()) {
            terminate();
        } else {
            postmaster().ifPresent(ProcessHandle::destroy);
        }
    }

    /** The PostgreSQL of the data folder, if one runs: after a kill it outlives its server. */
    private Optional<ProcessHandle> postmaster() {
        Path pidFile = data.resolve("postgres").resolve("data").resolve("postmaster.pid");
        try {
            return ProcessHandle.of(Long.parseLong(Files.readAllLines(pidFile).getFirst()));
        } catch (IOException e) {
            return Optional.empty(); // no such file: it was shut down
        }
    }
}
