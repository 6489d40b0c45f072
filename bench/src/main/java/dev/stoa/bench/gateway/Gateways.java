package dev.stoa.bench.gateway;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** How each gateway is set up to pass requests on to an upstream. */
final class Gateways {
    private static final String KEY = "sk-stoa-benchmarkKey0123456789abcdefghijklmnopqrstuvwx";
    private static final String CHAT = "/v1/chat/completions";

    private Gateways() {}

    /** The upstream itself. */
    static Gateway direct(MockUpstream.Child upstream) {
        return new Gateway("direct", URI.create(upstream.url() + CHAT), null, null, Map.of(), Path.of("/dev/null"));
    }

    /** Stoa by its launcher, with limits, budgets, a policy, prices and the ledger on. */
    static Gateway stoa(MockUpstream.Child upstream, Path launcher, @Nullable Path models)
            throws IOException, InterruptedException {
        return stoa("stoa", "", List.of(), upstream, launcher, models);
    }

    /** The same with its limits in a Redis of its own, which is a process below it. */
    static Gateway stoaWithRedis(MockUpstream.Child upstream, Path launcher, @Nullable Path models)
            throws IOException, InterruptedException {
        int port = Gateway.freePort();
        String settings = """
                  store: redis
                redis: {url: "redis://127.0.0.1:%d"}
                """.formatted(port);
        String both = "redis-server --bind 127.0.0.1 --port \"$0\" --save '' > /dev/null & exec \"$@\"";
        return stoa("redis", settings, List.of("sh", "-c", both, Integer.toString(port)), upstream, launcher, models);
    }

    /**
     * @param settings lines that go on from {@code limits:}
     * @param before what the launcher and its arguments are given to
     */
    private static Gateway stoa(
            String name,
            String settings,
            List<String> before,
            MockUpstream.Child upstream,
            Path launcher,
            @Nullable Path models)
            throws IOException, InterruptedException {
        Path data = Files.createTempDirectory("stoa-bench");
        // The embedded PostgreSQL runs as another user where this one is root.
        data.toFile().setReadable(true, false);
        data.toFile().setExecutable(true, false);
        Files.writeString(data.resolve("safety-patterns.txt"), """
                [weapons]
                make a bomb
                *explosivstoff*
                [personal-data]
                re:\\b\\d{3}-\\d{2}-\\d{4}\\b
                """);
        Files.writeString(
                data.resolve("stoa.yml"),
                """
                upstreams:
                  - name: mock
                    url: %s/v1
                    models:
                      - name: %s
                      - name: %s
                prices: {input: 1, cached-input: 0.1, output: 3}
                limits:
                  in-flight: 20000
                  in-flight-per-key: 20000
                  requests-per-minute: 10000000
                  input-tokens-per-minute: 1000000000
                  output-tokens-per-minute: 1000000000
                """.formatted(upstream.url(), MockUpstream.FAST, MockUpstream.SLOW) + settings);
        int port = Gateway.freePort();
        Map<String, String> environment = models == null
                ? Map.of("STOA_ADMIN_KEY", KEY, "STOA_NO_BUILD", "1")
                : Map.of("STOA_ADMIN_KEY", KEY, "STOA_NO_BUILD", "1", "STOA_MODELS", models.toString());
        List<String> command = new ArrayList<>(before);
        command.addAll(
                List.of(launcher.toString(), "serve", "--port", Integer.toString(port), "--data", data.toString()));
        Gateway started =
                Gateway.start(name, port, CHAT, Map.of("Authorization", "Bearer " + KEY), command, environment);
        setBudgets(port);
        return started.withDatabase(database(data));
    }

    /** Two of the organization's, which no run exhausts. */
    private static void setBudgets(int port) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + port + "/v1/organizations/limits"))
                .header("x-api-key", KEY)
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("""
                        {"scope": {"type": "organization"},
                         "budgets": [{"period": "day", "unit": "tokens", "amount": 1000000000000},
                                     {"period": "month", "unit": "usd", "amount": 1000000}]}
                        """))
                .build();
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() != 200) {
                throw new IOException("no budgets could be set: " + answer.body());
            }
        }
    }

    /** PostgreSQL stands in no process below the server's. */
    private static @Nullable ProcessHandle database(Path data) throws IOException {
        try (Stream<Path> files = Files.walk(data.resolve("postgres"), 4)) {
            Path found = files.filter(file -> file.endsWith("postmaster.pid"))
                    .findFirst()
                    .orElse(null);
            if (found == null) {
                return null;
            }
            long pid = Long.parseLong(Files.readAllLines(found).getFirst().strip());
            return ProcessHandle.of(pid).orElse(null);
        }
    }

    /** Go's ReverseProxy, compiled here. */
    static Gateway goProxy(MockUpstream.Child upstream) throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("stoa-bench-go");
        try (InputStream source = Objects.requireNonNull(Gateways.class.getResourceAsStream("/gateway/proxy.go"))) {
            Files.copy(source, folder.resolve("proxy.go"));
        }
        Process build = new ProcessBuilder("go", "build", "-o", "proxy", "proxy.go")
                .directory(folder.toFile())
                .inheritIO()
                .start();
        if (build.waitFor() != 0) {
            throw new IOException("go build failed");
        }
        int port = Gateway.freePort();
        return Gateway.start(
                "go",
                port,
                CHAT,
                Map.of(),
                List.of(folder.resolve("proxy").toString(), "127.0.0.1:" + port, upstream.url()),
                Map.of());
    }

    /** @param folder a virtual environment that has {@code litellm[proxy]} */
    static Gateway liteLlm(MockUpstream.Child upstream, Path folder) throws IOException, InterruptedException {
        Path config = Files.createTempFile("stoa-bench-litellm", ".yaml");
        Files.writeString(config, """
                model_list:
                  - model_name: %s
                    litellm_params: {model: openai/%s, api_base: %s/v1, api_key: none}
                general_settings: {master_key: %s}
                """.formatted(MockUpstream.FAST, MockUpstream.FAST, upstream.url(), KEY));
        int port = Gateway.freePort();
        return Gateway.start(
                "litellm",
                port,
                CHAT,
                Map.of("Authorization", "Bearer " + KEY),
                List.of(
                        folder.resolve("bin").resolve("litellm").toString(),
                        "--config",
                        config.toString(),
                        "--host",
                        "127.0.0.1",
                        "--port",
                        Integer.toString(port)),
                Map.of("LITELLM_LOCAL_MODEL_COST_MAP", "True"));
    }

    /** @param folder one whose {@code node_modules} have {@code @portkey-ai/gateway} */
    static Gateway portkey(MockUpstream.Child upstream, Path folder) throws IOException, InterruptedException {
        int port = Gateway.freePort();
        return Gateway.start(
                "portkey",
                port,
                CHAT,
                Map.of(
                        "Authorization", "Bearer none",
                        "x-portkey-provider", "openai",
                        "x-portkey-custom-host", upstream.url() + "/v1"),
                List.of(
                        "node",
                        folder.resolve("node_modules/@portkey-ai/gateway/build/start-server.js")
                                .toString(),
                        "--headless",
                        "--port=" + port),
                Map.of("NODE_ENV", "production"));
    }
}
