package dev.stoa.api;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.stoa.StoaApplication;
import dev.stoa.inference.ScriptedEngine;
import dev.stoa.operations.FileTrees;
import dev.stoa.operations.OpenTempDir;
import dev.stoa.operations.postgres.TestPostgres;
import jakarta.servlet.ServletException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.tomcat.TomcatWebServer;
import org.springframework.boot.web.server.WebServer;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The whole service on a port of its own with a real PostgreSQL; only the engine is played ({@link ScriptedEngine}). */
public final class ApiServer implements AutoCloseable {
    public static final String KEY = "sk-stoa-test-0123456789abcdefghijklmnopqrstuvwxyz";
    /** As the service has. */
    private static final int POOL_SIZE = 16;

    private static final JsonMapper JSON = new JsonMapper();

    private final ScriptedEngine engine;
    private final Path data;
    private final DataSource database;
    private final HikariDataSource pool;
    private final ConfigurableApplicationContext context;
    private final HttpClient http = HttpClient.newHttpClient();

    private ApiServer(DataSource database, ScriptedEngine engine, String policy, String... settings)
            throws IOException {
        this.engine = engine;
        this.data = OpenTempDir.create();
        Files.writeString(data.resolve("safety-patterns.txt"), policy);
        this.database = database;
        HikariConfig pooled = new HikariConfig();
        pooled.setDataSource(database);
        pooled.setMaximumPoolSize(POOL_SIZE);
        this.pool = new HikariDataSource(pooled);
        this.context = new SpringApplicationBuilder(StoaApplication.class)
                .initializers(start -> {
                    start.getBeanFactory().registerSingleton("testDatabase", pool);
                    engine.register(start.getBeanFactory());
                })
                .properties(
                        "stoa.port=0",
                        "stoa.database=postgresql://given-by-the-test/stoa",
                        "stoa.data=" + data,
                        "stoa.admin-key=" + KEY,
                        "stoa.limits.drain=1s",
                        "stoa.limits.ping-interval=300ms",
                        "stoa.limits.client-check=20ms")
                .run(settings);
    }

    public static ApiServer start(String policy, String... settings) throws IOException {
        return new ApiServer(TestPostgres.freshDatabase(), new ScriptedEngine(), policy, settings);
    }

    /** A server whose own model can't be loaded, for {@link ScriptedEngine#BROKEN}. */
    public static ApiServer startWithBrokenModel(String... settings) throws IOException {
        return new ApiServer(TestPostgres.freshDatabase(), ScriptedEngine.broken(), "", settings);
    }

    /** Another server on the database of this one. */
    public ApiServer startBeside(String... settings) throws IOException {
        return new ApiServer(database, new ScriptedEngine(), "", settings);
    }

    /** A part of the service. */
    public <T> T part(Class<T> type) {
        return context.getBean(type);
    }

    /** One of several of its type. */
    public <T> T part(String name, Class<T> type) {
        return context.getBean(name, type);
    }

    public ScriptedEngine engine() {
        return engine;
    }

    public int port() {
        return Integer.parseInt(context.getEnvironment().getRequiredProperty("local.server.port"));
    }

    public URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port() + path);
    }

    /** Takes the database away, or gives it back. */
    public void setDatabaseReachable(boolean reachable) {
        TestPostgres.setReachable(database, reachable);
    }

    /** The service's database, also after its stop. */
    public JdbcClient jdbc() {
        return JdbcClient.create(database);
    }

    public HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(uri(path))
                .timeout(Duration.ofSeconds(20))
                .header("x-api-key", KEY)
                .header("anthropic-version", "2023-06-01")
                .header("content-type", "application/json");
    }

    public HttpClient http() {
        return http;
    }

    public HttpResponse<String> post(String path, String body) throws IOException, InterruptedException {
        return send(request(path).POST(HttpRequest.BodyPublishers.ofString(body)), body);
    }

    public HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return send(request(path).GET());
    }

    /** Sends a request; the answer must be as the surface's document has it. */
    public HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return send(request, null);
    }

    private HttpResponse<String> send(HttpRequest.Builder request, @Nullable String body)
            throws IOException, InterruptedException {
        HttpRequest built = request.build();
        HttpResponse<String> answer = http.send(built, HttpResponse.BodyHandlers.ofString());
        Judge.own().judge(built, body, answer);
        return answer;
    }

    public static JsonNode json(HttpResponse<String> response) {
        return JSON.readTree(response.body());
    }

    /** A body for {@code /v1/messages}. */
    public static String message(String text, boolean stream) {
        return JSON.createObjectNode()
                .put("model", ScriptedEngine.MODEL)
                .put("max_tokens", 50)
                .put("stream", stream)
                .set(
                        "messages",
                        JSON.createArrayNode()
                                .add(JSON.createObjectNode().put("role", "user").put("content", text)))
                .toString();
    }

    /** Holds back what Tomcat still writes of a response once the request's handler is done. */
    public void delayEnds(Duration by) {
        WebServer web = Objects.requireNonNull(((WebServerApplicationContext) context).getWebServer());
        ((TomcatWebServer) web).getTomcat().getHost().getPipeline().addValve(new ValveBase(true) {
            @Override
            public void invoke(Request request, Response response) throws IOException, ServletException {
                getNext().invoke(request, response);
                LockSupport.parkNanos(by.toNanos());
            }
        });
    }

    /** Stops the service as SIGTERM does. */
    public void stop() {
        context.close();
    }

    @Override
    public void close() throws IOException {
        http.close();
        context.close();
        pool.close();
        FileTrees.delete(data);
    }
}
