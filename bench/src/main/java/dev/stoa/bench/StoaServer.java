package dev.stoa.bench;

import dev.stoa.operations.postgres.EmbeddedPostgres;
import dev.stoa.operations.postgres.PostgresOptions;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Stoa by its launcher on a PostgreSQL that this process has started, so that it can fill it. {@link #close} ends both,
 * and removes their folder unless the caller named it. Thread-safe.
 */
public final class StoaServer implements AutoCloseable {
    public static final String KEY = "sk-stoa-benchmarkKey0123456789abcdefghijklmnopqrstuvwx";
    private static final int START_SECONDS_MAX = 120;

    private final EmbeddedPostgres postgres;
    private final Process process;
    private final int port;
    private final @Nullable Path temporary;
    private final HttpClient http = HttpClient.newHttpClient();

    private StoaServer(EmbeddedPostgres postgres, Process process, int port, @Nullable Path temporary) {
        this.temporary = temporary;
        this.postgres = postgres;
        this.process = process;
        this.port = port;
    }

    /**
     * Starts one and waits until it is ready.
     *
     * @param mockModel one that it lists; it takes any other mock's name too
     * @param settings for its {@code stoa.yml}
     * @param kept the folder of its data, which stays; null for one of its own
     */
    public static StoaServer start(Path launcher, String mockModel, String settings, @Nullable Path kept)
            throws IOException, InterruptedException {
        Path data = kept == null
                ? Files.createTempDirectory("stoa-bench")
                : Files.createDirectories(kept).toAbsolutePath();
        // The embedded PostgreSQL runs as another user where this one is root.
        data.toFile().setReadable(true, false);
        data.toFile().setExecutable(true, false);
        Files.writeString(data.resolve("stoa.yml"), settings);
        EmbeddedPostgres postgres = EmbeddedPostgres.start(PostgresOptions.defaults(data.resolve("database")));
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        Path log = Files.createTempFile("stoa-bench", ".log");
        List<String> command =
                List.of(launcher.toString(), "serve", "--port", Integer.toString(port), "--data", data.toString());
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        String database = postgres.jdbcUrl()
                .replace("jdbc:postgresql://", "postgresql://" + postgres.user() + ":" + postgres.password() + "@");
        builder.environment()
                .putAll(Map.of(
                        "STOA_ADMIN_KEY",
                        KEY,
                        "STOA_NO_BUILD",
                        "1",
                        "STOA_DATABASE",
                        database,
                        "STOA_JAVA_OPTS",
                        "-Dstoa.mock-models=" + mockModel));
        Process process = builder.start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroy));
        StoaServer server = new StoaServer(postgres, process, port, kept == null ? data : null);
        for (int i = 0; i < 5 * START_SECONDS_MAX && server.process.isAlive(); i++) {
            try {
                if (server.get("/health/ready").statusCode() == 200) {
                    return server;
                }
            } catch (IOException _) {
                // Not there yet.
            }
            TimeUnit.MILLISECONDS.sleep(200);
        }
        server.close();
        throw new IOException("Stoa did not start; its log is " + log);
    }

    public String address() {
        return "http://127.0.0.1:" + port;
    }

    public int port() {
        return port;
    }

    public Connection database() throws SQLException {
        return DriverManager.getConnection(postgres.jdbcUrl(), postgres.user(), postgres.password());
    }

    private HttpRequest.Builder request(String path) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(address() + path)).header("Authorization", "Bearer " + KEY);
        // What is common to both protocols, such as files, tells them apart by this header.
        return path.startsWith("/v1/messages") ? request.header("anthropic-version", "2023-06-01") : request;
    }

    public HttpResponse<byte[]> get(String path) throws IOException, InterruptedException {
        return http.send(request(path).build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    /** Sends JSON. @return the body of the answer @throws IOException if it is not answered by a success */
    public String send(String method, String path, String json) throws IOException, InterruptedException {
        return send(method, path, json, "application/json");
    }

    /** @param type of the body */
    public String send(String method, String path, String body, String type) throws IOException, InterruptedException {
        HttpRequest request = request(path)
                .header("content-type", type)
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .build();
        HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() / 100 != 2) {
            throw new IOException(method + " " + path + ": " + answer.statusCode() + " " + answer.body());
        }
        return answer.body();
    }

    /** Resident bytes of the server, without the database's. */
    public long residentBytes() throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/" + process.pid() + "/status"))) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", "")))
                    .sum();
        }
    }

    @Override
    public void close() throws IOException, InterruptedException {
        http.shutdownNow();
        process.destroy();
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
        }
        postgres.close();
        if (temporary != null) {
            try (Stream<Path> files = Files.walk(temporary)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }
}
